"""Draw what the perturbations do, for the docs.

`python -m industriverse.apps.perturbation_pictures docs/physics`
"""

import sys
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from industriverse.adapters import plot_style as style
from industriverse.engines.simulation.perturbations import (
    FOLD,
    LORENZ,
    Delayed,
    Drift,
    DropOut,
    Extent,
    MissingAbove,
    MissingBursts,
    Perturbation,
    Ramp,
    Ramped,
    Saturated,
    Spikes,
    Stuck,
    perturb,
)

_SAMPLES, _PART = 240, Extent(None, 80, 200)
_FAULTS: dict[str, Perturbation] = {
    "stuck": Stuck(_PART),
    "drift": Drift(0.02, _PART),
    "spikes": Spikes(2.5, 0.06, _PART),
    "saturated": Saturated(-0.5, 0.6, _PART),
    "drop-out": DropOut(0.3, 8.0, 0.0, _PART),
    "delayed": Delayed(15, _PART),
    "missing in bursts": MissingBursts(0.3, 10.0, _PART),
    "missing above a limit": MissingAbove(0.6, _PART),
}


def draw(path: Path) -> None:
    """Draw two ramps across a threshold, and eight faults on one signal."""
    with mpl.rc_context({**style.RC, "axes.grid": False}):
        figure = Figure(figsize=(10, 6.4), dpi=80, layout="constrained")
        names = list(_FAULTS)
        rows = [["fold", "fold", "chaos", "chaos"], names[:4], names[4:]]
        axes = figure.subplot_mosaic(cast("list[Any]", rows), height_ratios=[1.6, 1, 1])
        up_and_down = Ramp("there_and_back", -0.8, 0.8, 100, 900)
        fold = FOLD.ramped(up_and_down, 1000, noise=0.03, seed=1)
        _ramp(
            axes["fold"],
            fold,
            fold.truth.control,
            "Fold, there and back: it jumps after each edge",
            "parameter",
        )
        lorenz = LORENZ.ramped(Ramp("linear", 18.0, 32.0, 200, 700), 1000, noise=0.1, seed=2)
        scaled = lorenz.truth.control - LORENZ.edges.at[0]
        _ramp(axes["chaos"], lorenz, scaled, "Lorenz: chaos begins after ρ = 24.74", "ρ − 24.74")
        for name, fault in _FAULTS.items():
            _fault(axes[name], name, fault)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    # 256 colours are a third of the bytes and look the same.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(path)


def _ramp(
    axis: Axes, made: Ramped, control: Float[np.ndarray, "time"], title: str, named: str
) -> None:
    axis.plot(made.values[:, 0], color=style.ACCENT, linewidth=0.9, label="state")
    axis.plot(control, color=style.QUIET, linewidth=1.2, label=named)
    for crossing in made.truth.crossings:
        axis.axvline(crossing, color=style.TEXT, linewidth=0.8, linestyle=":")
    axis.set_title(title)
    axis.set_xlabel("sample; dotted: the parameter crosses an edge")
    axis.legend(loc="upper left", frameon=False, fontsize=8)


def _fault(axis: Axes, name: str, fault: Perturbation) -> None:
    time = np.arange(_SAMPLES)
    noise = 0.08 * np.random.default_rng(0).standard_normal(_SAMPLES)
    clean = (np.sin(time / 9.0) + noise)[:, None]
    done = perturb(clean, [fault], seed=3)
    low, high = float(np.nanmin(done.values)) - 0.4, float(np.nanmax(done.values)) + 0.4
    touched = time[done.mask[:, 0]]
    axis.bar(touched, high - low, 1.0, low, color=style.BAND_90, linewidth=0)
    axis.plot(clean[:, 0], color=style.QUIET, linewidth=0.8)
    axis.plot(done.values[:, 0], color=style.ACCENT, linewidth=1.2)
    axis.set_title(name)
    axis.set_xticks([])
    axis.set_yticks([])


def main(folder: Path) -> None:
    """Draw into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder / "perturbations.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
