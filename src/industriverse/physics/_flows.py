"""Functionals of a velocity field, and the integral of a rate over each time step."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Grid

from ._arrays import A, namespace
from ._derivatives import gradient

_CUBIC = 4
_INSIDE = np.array([-1.0, 13.0, 13.0, -1.0]) / 24
_AT_END = np.array([9.0, 19.0, -5.0, 1.0]) / 24


def _slopes(velocity: Sequence[Float[A, "..."]], grid: Grid) -> list[Float[A, "axis ..."]]:
    """Return ∂u_i/∂x_j with j in the components' order: the grid's last axis first."""
    return [gradient(component, grid)[::-1] for component in velocity]


def strain_power(velocity: Sequence[Float[A, "time *space"]], grid: Grid) -> Float[A, "time"]:
    r"""Return ∫ S:S dV with $S_{ij} = (\partial_i u_j + \partial_j u_i) / 2$.

    Viscosity turns 2ρν times this into heat. It is the whole loss of kinetic energy in an
    incompressible flow on periodic axes or between walls.

    Args:
        velocity: A component per axis, `(time, *space)` [m/s]; the grid's last axis first.
        grid: Where the cells are.

    Returns:
        `(time)` [m²/s² · spacing unit^(d−2)].
    """
    slopes = _slopes(velocity, grid)
    xp = namespace(velocity[0])
    space = tuple(range(1, 1 + len(grid.shape)))
    order = range(len(velocity))
    total = sum(
        xp.sum((0.5 * (slopes[i][j] + slopes[j][i])) ** 2, axis=space) for i in order for j in order
    )
    return xp.asarray(total * grid.cell_volume)


def divergence_share(velocity: Sequence[Float[A, "time *space"]], grid: Grid) -> float:
    """Return the root mean square of ∇·u over that of ∇u; 0 for an incompressible flow.

    Args:
        velocity: A component per axis, the grid's last axis first.
        grid: Where the cells are.
    """
    slopes = [np.asarray(slope) for slope in _slopes(velocity, grid)]
    divergence = np.sum([slope[i] for i, slope in enumerate(slopes)], axis=0)
    size = float(np.sum([np.sum(slope**2) for slope in slopes]))
    return float(np.sqrt(np.sum(divergence**2) / size)) if size > 0 else 0.0


def step_integral(rate: Float[np.ndarray, "time"], step_s: float) -> Float[np.ndarray, "step"]:
    """Return the integral of a sampled rate over each step.

    A cubic through the four nearest samples; the trapezoid where there are fewer.

    Args:
        rate: `(time)`.
        step_s: Seconds between samples.

    Examples:
        >>> cubes = np.arange(6.0) ** 3
        >>> bool(np.allclose(step_integral(cubes, 1.0), np.diff(np.arange(6.0) ** 4 / 4)))
        True
    """
    if len(rate) < _CUBIC:
        return 0.5 * (rate[1:] + rate[:-1]) * step_s
    inside = np.convolve(rate, _INSIDE, mode="valid")
    ends = rate[:_CUBIC] @ _AT_END, rate[: -_CUBIC - 1 : -1] @ _AT_END
    return np.concatenate([[ends[0]], inside, [ends[1]]]) * step_s
