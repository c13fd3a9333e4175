"""The dynamics of a model unit: ds/dt = Q s in closed form, found by subspace, refined.

`Q` is kept in its real normal form, a block `[σ −ω; ω σ]` a mode, so that the matrix exponential
`exp(Qt)` is a rotation by `ωt` times `exp(σt)` in each block: exact for every lead at once. A
constant drive `p` is a mode of rate zero.
"""

from typing import Any

import numpy as np
from jaxtyping import Complex, Float

Rates = Complex[np.ndarray, "mode"]
Curves = Float[np.ndarray, "time column"]
Basis = Float[np.ndarray, "time state"]

_FASTEST = -12.0
_ROUNDS = 4
_RIDGE = 1e-12
_DAMPING = 1e-3


def basis(rates: Rates, times: Float[np.ndarray, "time"]) -> Basis:
    """Return `(time, 2 mode)`: real and imaginary parts of `exp(μt)`, mode after mode.

    Args:
        rates: `(mode,)` `μ = σ + iω` per sample; growth is cut to zero.
        times: In samples, from the origin.

    Examples:
        >>> np.round(basis(np.array([0.5j * np.pi]), np.arange(3.0)), 12)[:, 0].tolist()
        [1.0, 0.0, -1.0]
    """
    waves: Any = np.exp(times[:, None] * bounded(rates))
    return np.stack([waves.real, waves.imag], axis=2).reshape(len(times), -1)


def bounded(rates: Rates) -> Rates:
    """Return rates whose growth is cut to zero."""
    return rates - np.maximum(np.log(np.abs(np.exp(rates))), 0.0)


def rates_of(step: Float[np.ndarray, "state state"], count: int) -> Rates:
    """Return the rates `log λ` of a one-step matrix, one of each conjugate pair.

    Args:
        step: `A` of `s_{k+1} = A s_k`; eigenvalues outside the unit circle are put on it.
        count: Modes returned; padded with the fastest decay.
    """
    values = np.linalg.eigvals(step)
    values = values[values.imag >= 0]
    logs = np.log(np.maximum(np.abs(values), np.exp(_FASTEST))) + 1j * np.angle(values)
    logs = np.minimum(logs.real, 0.0) + 1j * logs.imag
    logs = logs[np.lexsort((logs.imag, -logs.real))][:count]
    return np.concatenate([logs, np.full(count - len(logs), _FASTEST, complex)])


def shift_rates(curves: Float[np.ndarray, "time column state"], count: int) -> Rates:
    """Return the rates of an observability matrix by its invariance to a shift in time."""
    states = curves.shape[2]
    early, late = curves[:-1].reshape(-1, states), curves[1:].reshape(-1, states)
    return rates_of(np.linalg.lstsq(early, late, rcond=None)[0], count)


def amplitudes(
    waves: Basis, curves: Curves
) -> tuple[Float[np.ndarray, "state column"], Float[np.ndarray, "state time"]]:
    """Return the amplitudes that fit curves best, and the matrix that reads them off."""
    square = waves.T @ waves
    square[np.diag_indices_from(square)] += _RIDGE * max(float(np.trace(square)), 1e-300)
    reader = np.linalg.solve(square, waves.T)
    return reader @ curves, reader


def refine(curves: Curves, rates: Rates, rounds: int = _ROUNDS) -> Rates:
    """Improve rates by Levenberg–Marquardt on the closed-form roll-out.

    The amplitudes are linear, so they are solved for exactly at each step and only the rates are
    searched (variable projection with Kaufman's Jacobian).

    Args:
        curves: `(time, column)`. What `basis(rates, 0, 1, …)` should span.
        rates: Where to begin.
        rounds: Steps at most.

    Returns:
        Rates whose misfit is not above that of the first.
    """
    times = np.arange(float(len(curves)))
    if curves.shape[1] > len(curves):
        # The misfit does not change when the columns are turned onto their span.
        directions, size, _ = np.linalg.svd(curves, full_matrices=False)
        curves = directions * size
    damping = _DAMPING
    waves = basis(rates, times)
    weight, reader = amplitudes(waves, curves)
    rest = curves - waves @ weight
    cost = float((rest**2).sum())
    for _ in range(rounds):
        slopes = _slopes(waves, weight, times)
        slopes -= waves @ (reader @ slopes)
        flat = slopes.reshape(len(slopes), -1)
        square, pull = flat @ flat.T, flat @ rest.reshape(-1)
        grow = damping * np.diag(square) + 1e-12 * np.trace(square) + 1e-300
        step = np.linalg.solve(square + np.diag(grow), pull)
        trial = rates + step[0::2] + 1j * step[1::2]
        trial = np.clip(trial.real, _FASTEST, 0.0) + 1j * np.clip(trial.imag, 0.0, np.pi)
        new_waves = basis(trial, times)
        new_weight, new_reader = amplitudes(new_waves, curves)
        new_rest = curves - new_waves @ new_weight
        new_cost = float((new_rest**2).sum())
        if new_cost < cost:
            rates, waves, weight, reader = trial, new_waves, new_weight, new_reader
            rest, cost, damping = new_rest, new_cost, damping / 10
        else:
            damping *= 10
    return rates


def _slopes(
    waves: Basis, weight: Float[np.ndarray, "state column"], times: Float[np.ndarray, "time"]
) -> Float[np.ndarray, "rate time column"]:
    """Return how the roll-out moves with each rate: σ, then ω, mode after mode."""
    real, imaginary = waves[:, 0::2] * times[:, None], waves[:, 1::2] * times[:, None]
    first, second = weight[0::2], weight[1::2]

    def spread(
        a: Float[np.ndarray, "time mode"], b: Float[np.ndarray, "time mode"]
    ) -> Float[np.ndarray, "mode time column"]:
        return a.T[:, :, None] * first[:, None] + b.T[:, :, None] * second[:, None]

    both = np.stack([spread(real, imaginary), spread(-imaginary, real)], axis=1)
    return both.reshape(-1, *both.shape[2:])
