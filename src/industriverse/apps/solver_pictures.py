"""Draw the solvers for the docs.

`python -m industriverse.apps.solver_pictures docs/physics [ID …]`
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from industriverse.adapters import plot_style as style
from industriverse.kernel.plugins import Manifest, full_params, installed, load
from industriverse.kernel.solvers import FRAME, LENGTH, is_field_solver, solver_card

Outputs = Mapping[str, Float[np.ndarray, "time ..."]]
_SHOWN = 4


def draw(manifest: Manifest, path: Path) -> None:
    """Run a solver with its defaults and draw four frames of its picture field, evenly apart."""
    params = full_params(manifest, {})
    run = cast("Callable[[Outputs, Mapping[str, float]], Outputs]", load(manifest))
    name = solver_card(manifest).picture
    frames = run({}, params)[name]
    shown = np.linspace(0, len(frames) - 1, _SHOWN).astype(int)
    low, high = float(frames[shown].min()), float(frames[shown].max())
    signed = low < 0 < high and -low > 0.1 * high
    limits = (-max(-low, high), max(-low, high)) if signed else (low, high)
    with mpl.rc_context({**style.RC, "axes.grid": False}):
        figure = Figure(figsize=(10, 2.9), dpi=80, layout="constrained")
        axes = list(figure.subplots(1, _SHOWN))
        images = [
            _frame(axis, frames[at], (params[LENGTH], at * params[FRAME]), limits, signed)
            for axis, at in zip(axes, shown.tolist(), strict=True)
        ]
        slot = manifest.outputs[name]
        label = name.replace("_", " ") + ("" if slot.unit == "1" else f" [{slot.unit}]")
        figure.colorbar(images[-1], ax=axes, label=label, shrink=0.85)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    # 256 colours are a third of the bytes and look the same.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(path)


def _frame(
    axis: Axes,
    values: Float[np.ndarray, "y x"],
    scale: tuple[float, float],
    limits: tuple[float, float],
    signed: bool,
) -> AxesImage:
    length, seconds = scale
    axis.set_title(f"t = {seconds:.4g} s")
    axis.set_xticks([0, length])
    axis.set_yticks([])
    return axis.imshow(
        values,
        origin="lower",
        extent=(0, length, 0, length * values.shape[0] / values.shape[1]),
        cmap="RdBu_r" if signed else style.ENERGY_MAP,
        vmin=limits[0],
        vmax=limits[1],
    )


def main(folder: Path, wanted: list[str]) -> None:
    """Draw all solvers of fields, or those named."""
    folder.mkdir(parents=True, exist_ok=True)
    for manifest in installed().of_kind("solver"):
        if is_field_solver(manifest) and (not wanted or manifest.id in wanted):
            draw(manifest, folder / f"{manifest.folder.name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
