"""Model units of the population: `ds/dt = Q s`, `x = u + V s`, estimated from one window."""

import numpy as np
from jaxtyping import Complex, Float
from numpy.lib.stride_tricks import sliding_window_view

from ._config import READ
from ._modes import amplitudes, basis, bounded, rates_of, refine

Table = Float[np.ndarray, "time channel"]
Observed = Float[np.ndarray, "time channel state"]

MODES = 8
_DELAYS = 16
_DIRECTIONS = 4
_ORDERS = (2, 4, 8)
_HELD = 4
_ROUNDS = 8
_CLOSE = 1e-6


def estimate(window: Table) -> tuple[Complex[np.ndarray, "mode"], Float[np.ndarray, "c state"]]:
    """Return the rates of `Q` and the matrix `V` that follow a window best.

    The states are the leading singular vectors of the window's delays, `Q` the least-squares map
    from each to the next, refined by Levenberg–Marquardt on the roll-out over the whole window.
    How many states is chosen by the error on its last quarter.

    Args:
        window: `(time, channel)`. Its mean over time subtracted.
    """
    stop = len(window) - len(window) // _HELD
    trials = [_held_error(window, stop, order) for order in _ORDERS]
    order = _ORDERS[int(np.argmin(trials))]
    rates = refine(window, _subspace(window, order), _ROUNDS)
    weight, _ = amplitudes(basis(rates, np.arange(float(len(window)))), window)
    return rates, np.ascontiguousarray(weight.T)


def _held_error(window: Table, stop: int, order: int) -> float:
    rates = _subspace(window[:stop], order)
    waves = basis(rates, np.arange(float(len(window))))
    weight, _ = amplitudes(waves[:stop], window[:stop])
    return float(((window[stop:] - waves[stop:] @ weight) ** 2).mean())


def _subspace(window: Table, order: int) -> Complex[np.ndarray, "mode"]:
    """Return the rates of the system of an order whose states are the window's delays."""
    _, size, directions = np.linalg.svd(window, full_matrices=False)
    kept = min(_DIRECTIONS, int((size > _CLOSE * max(size[0], 1e-300)).sum()) or 1)
    reduced = window @ directions[:kept].T
    delays = sliding_window_view(reduced, _DELAYS, axis=0).reshape(-1, kept * _DELAYS)
    states, size, _ = np.linalg.svd(delays, full_matrices=False)
    rank = max(1, min(order, int((size > 1e-9 * max(size[0], 1e-300)).sum())))
    states = states[:, :rank] * size[:rank]
    step = np.linalg.lstsq(states[:-1], states[1:], rcond=None)[0]
    return rates_of(step, MODES)


def observe(
    rates: Complex[np.ndarray, "mode"],
    output: Float[np.ndarray, "channel state"],
    times: Float[np.ndarray, "time"],
) -> Observed:
    """Return `(time, channel, state)`: what each state at time 0 adds to each channel later.

    Args:
        rates: Of `Q`.
        output: `V`, as real and imaginary amplitudes of each mode.
        times: In samples; below zero for the past.
    """
    wave = np.exp(times[:, None] * bounded(rates))[:, None]
    shape = (output[:, 0::2] - 1j * output[:, 1::2])[None]
    product = wave * shape
    seen = np.stack([product.real, -product.imag], axis=3)
    return seen.reshape(len(times), len(output), -1)


def reader(
    rates: Complex[np.ndarray, "mode"], output: Float[np.ndarray, "channel state"]
) -> Float[np.ndarray, "state past"]:
    """Return the matrix that reads the newest state from the newest samples, by least squares.

    A mode that has died out within them cannot be read, and is not.
    """
    alive = np.real(bounded(rates)) > np.log(_CLOSE) / READ
    past = observe(np.where(alive, rates, 0.0), output, np.arange(1.0 - READ, 1.0))
    flat = (past * np.repeat(alive, 2)).reshape(-1, past.shape[2])
    size = np.linalg.norm(flat, axis=0)
    size[size <= 0] = 1.0
    return np.linalg.pinv(flat / size, rcond=_CLOSE) / size[:, None]
