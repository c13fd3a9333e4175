"""Draw how well steps in time keep energy, for the docs.

`python -m industriverse.apps.integrator_picture docs/physics`
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from scipy.integrate import solve_ivp

from industriverse.adapters import plot_style as style
from industriverse.engines.simulation.integrators import (
    Phase,
    Scheme,
    Separable,
    discrete_gradient,
    gauss_legendre,
    integrate,
    stormer_verlet,
    yoshida,
)

_PERIODS, _STEPS = 300, 320
_TOLERANCE = 1e-6
_START = Phase(jnp.asarray([0.4, 0.0]), jnp.asarray([0.0, 2.0]))
_LEVEL = -0.5
_ROUNDING = 1e-16
_COLOURS = ("#c2570c", "#b7791f", "#0f766e", "#6d3fc0", "#7b8794")

Path4 = Float[np.ndarray, "time 4"]


def _kepler() -> Separable:
    def kinetic(p: jax.Array) -> jax.Array:
        return (p**2).sum() / 2

    return Separable(kinetic, lambda q: -1 / jnp.sqrt((q**2).sum()))


def _schemes(size: float) -> Mapping[str, Scheme]:
    system = _kepler()
    return {
        "Störmer–Verlet": stormer_verlet(system, size),
        "Yoshida 4": yoshida(system, size, 4),
        "Gauss–Legendre 4": gauss_legendre(system.energy, size, 4),
        "discrete gradient": discrete_gradient(system.energy, size),
    }


def _ours(scheme: Scheme) -> Path4:
    @jax.jit
    def run(start: Phase) -> Phase:
        return integrate(scheme, start, _PERIODS * _STEPS)

    path = run(_START)
    return np.concatenate([path.q[1:], path.p[1:]], axis=1)


def _scipy() -> Path4:
    """Return SciPy's DOP853, at a tolerance that takes 241 forces a period."""

    def rate(_: float, state: Float[np.ndarray, "4"]) -> Float[np.ndarray, "4"]:
        return np.concatenate([state[2:], -state[:2] / np.hypot(*state[:2]) ** 3])

    times = 2 * np.pi * np.arange(1, _PERIODS * _STEPS + 1) / _STEPS
    start = np.concatenate([_START.q, _START.p])
    return solve_ivp(
        rate, (0, times[-1]), start, "DOP853", times, rtol=_TOLERANCE, atol=_TOLERANCE
    ).y.T


def _error(path: Path4) -> Float[np.ndarray, "period"]:
    """Return the largest error of the energy in each period, over its size."""
    energy = (path[:, 2:] ** 2).sum(axis=1) / 2 - 1 / np.hypot(path[:, 0], path[:, 1])
    off = np.abs(energy / _LEVEL - 1).reshape(_PERIODS, _STEPS).max(axis=1)
    return np.maximum(off, _ROUNDING)


def main(folder: Path) -> None:
    """Draw the error of Kepler's energy, e = 0.6, period by period."""
    errors = {name: _error(_ours(scheme)) for name, scheme in _schemes(2 * np.pi / _STEPS).items()}
    errors["SciPy's DOP853"] = _error(_scipy())
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(8, 3.6), dpi=80, layout="constrained")
        axis = figure.subplots()
        for (name, error), colour in zip(errors.items(), _COLOURS, strict=True):
            axis.loglog(np.arange(1, _PERIODS + 1), error, color=colour)
            place = (_PERIODS, float(error[-1]))
            axis.annotate(
                name, place, (6, 0), textcoords="offset points", va="center", color=colour
            )
        axis.set_xlabel("period")
        axis.set_ylabel("largest error of the energy")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(256).save(
        folder / "integrators.png"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
