"""Draw the vortices' cuts beside another code's, for the docs.

`python -m industriverse.apps.orszag_tang_cuts TABLE docs/physics/orszag_tang_cuts.png`, the table
being the tests' `orszag_tang_athena.csv`.
"""

import sys
from pathlib import Path

import jax
import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from industriverse.adapters import plot_style as style
from industriverse.engines.simulation.gas import MagneticGas, Vortices

_CELLS = 96
_CUTS = (0.3125, 0.4277)
_START = Vortices(
    density=25 / (36 * np.pi),
    pressure=5 / (12 * np.pi),
    speed=1.0,
    field=1 / np.sqrt(4 * np.pi),
    stir=0.0,
)


def draw(athena: Float[np.ndarray, "x 3"], path: Path) -> None:
    """Draw the pressure along both cuts at t = 0.5: ours over the other code's."""
    centres = (np.arange(_CELLS) + 0.5) / _CELLS
    pressure = _pressure()
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(10, 3.4), dpi=80, layout="constrained")
        for column, (axis, at) in enumerate(
            zip(figure.subplots(1, 2, sharey=True), _CUTS, strict=True)
        ):
            ours = [np.interp(at, centres, line) for line in pressure.T]
            axis.plot(athena[:, 0], athena[:, column + 1], color=style.TEXT, label="Athena++, 576²")
            axis.plot(centres, ours, ".", color=style.ACCENT, label=f"ours, {_CELLS}²")
            axis.set_title(f"y = {at}, t = 0.5")
            axis.set_xlabel("x [m]")
            axis.set_xlim(0, 1)
        figure.axes[0].set_ylabel("pressure [Pa]")
        figure.axes[0].legend(frameon=False)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    # 256 colours are a third of the bytes and look the same.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(path)


def _pressure() -> Float[np.ndarray, "y x"]:
    gas = MagneticGas(5 / 3, 1 / _CELLS)
    path = gas.solve(_START.start(gas, _CELLS, 0), 2, 0.5)
    return np.asarray(jax.vmap(gas.values)(path))[1, 4]


if __name__ == "__main__":
    draw(np.loadtxt(sys.argv[1], delimiter=","), Path(sys.argv[2]))
