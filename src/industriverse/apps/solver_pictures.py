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
from industriverse.kernel.solvers import (
    FRAME,
    LENGTH,
    SolverCard,
    is_field_solver,
    is_solver,
    solver_card,
)

Outputs = Mapping[str, Float[np.ndarray, "time ..."]]
_SHOWN = 4
_PLANT = "demo-plant"
_PLANT_SHOWN = ("cold_flow", "valve_opening", "vibration", "exchanger_duty")
_PLANT_CYCLE = {"skip_s": 0.0, "duration_s": 5700.0}


def draw(manifest: Manifest, path: Path) -> None:
    """Draw a solver of fields by four frames, one of few variables by a run of each regime.

    The demo plant, which declares no physics of its own, is drawn by its instruments.
    """
    if is_field_solver(manifest):
        figure = _maps(manifest)
    else:
        figure = _plant(manifest) if manifest.id == _PLANT else _series(manifest)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    # 256 colours are a third of the bytes and look the same.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(path)


def _run(manifest: Manifest, params: Mapping[str, float]) -> Outputs:
    run = cast("Callable[[Outputs, Mapping[str, float]], Outputs]", load(manifest))
    return run({}, params)


def _maps(manifest: Manifest) -> Figure:
    """Run a solver with its defaults and draw four frames of its picture field, evenly apart."""
    params = full_params(manifest, {})
    name = solver_card(manifest).picture
    frames = _run(manifest, params)[name]
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
        figure.colorbar(images[-1], ax=axes, label=_label(manifest, name), shrink=0.85)
        FigureCanvasAgg(figure).draw()
    return figure


def _series(manifest: Manifest) -> Figure:
    """Run a solver in the middle of each regime and draw its picture series under one another."""
    card = solver_card(manifest)
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(10, 1.5 * len(card.regimes)), dpi=80, layout="constrained")
        axes = np.atleast_1d(figure.subplots(len(card.regimes), 1, sharex=True))
        for axis, (label, value) in zip(axes, _middles(card), strict=True):
            params = full_params(manifest, {card.control: value})
            values = _run(manifest, params)[card.picture]
            axis.plot(params[FRAME] * np.arange(len(values)), values, linewidth=1)
            axis.set_title(f"{label}: {card.control} = {value:.4g}")
            axis.set_ylabel(_label(manifest, card.picture))
        axes[-1].set_xlabel("time [s]")
        FigureCanvasAgg(figure).draw()
    return figure


def _plant(manifest: Manifest) -> Figure:
    """Run the demo plant through one cycle of its episodes and draw four of its instruments."""
    params = full_params(manifest, _PLANT_CYCLE)
    outputs = _run(manifest, params)
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(10, 6), dpi=80, layout="constrained")
        axes = list(figure.subplots(len(_PLANT_SHOWN), 1, sharex=True))
        for axis, name in zip(axes, _PLANT_SHOWN, strict=True):
            values = outputs[name]
            axis.plot(np.arange(len(values)) * params["step_s"] / 60, values, linewidth=0.7)
            axis.set_ylabel(_label(manifest, name))
        axes[-1].set_xlabel("time [min]")
        FigureCanvasAgg(figure).draw()
    return figure


def _middles(card: SolverCard) -> list[tuple[str, float]]:
    """Return each regime with the middle of its last range."""
    return [(label, sum(ranges[-1]) / 2) for label, ranges in card.regimes.items()]


def _label(manifest: Manifest, name: str) -> str:
    slot = manifest.outputs[name]
    return name.replace("_", " ") + ("" if slot.unit == "1" else f" [{slot.unit}]")


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
    """Draw all solvers that say what stands for them, or those named."""
    folder.mkdir(parents=True, exist_ok=True)
    for manifest in installed().of_kind("solver"):
        drawn = is_solver(manifest) or manifest.id == _PLANT
        if drawn and (not wanted or manifest.id in wanted):
            draw(manifest, folder / f"{manifest.folder.name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
