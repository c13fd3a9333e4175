r"""What a channel's own past, its own future, and both lead one to expect of each sample.

One linear predictor of order p serves both directions of time (the modified covariance method).
With $A = (1, -a_1, \dots, -a_p)$ and $\alpha_j$ the autocorrelation of A,

$$f_t = x_t - \sum_j a_j x_{t-j}, \quad b_t = x_t - \sum_j a_j x_{t+j}, \quad
i_t = x_t + \sum_j \frac{\alpha_j}{\alpha_0} (x_{t-j} + x_{t+j})$$

A lone wrong sample departs from all three; the first sample after a change of level departs from
its past only, and the last one before it from its future only.

References:
    Marple (1980), A new autoregressive spectrum analysis algorithm, IEEE Trans. ASSP 28.
    Brockwell & Davis (1991), Time Series: Theory and Methods, §5.5 (missing values).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

_HIGHEST_ORDER = 8
_ROWS_A_TERM = 10
_RIDGE = 1e-10


@dataclass(frozen=True, slots=True)
class Departures:
    """How far each sample lies from what is expected of it.

    Attributes:
        past: `(channel, time)`. From what its past says; from its future in the first rows.
        future: `(channel, time)`. From what its future says; from its past in the last rows.
        both: `(channel, time)`. From what both say; at either end from the side that there is,
            scaled to the spread that both would leave.
        norm: `(channel, 1)`. How many times as wide one side's departures spread as those of both.
    """

    past: Float[np.ndarray, "channel time"]
    future: Float[np.ndarray, "channel time"]
    both: Float[np.ndarray, "channel time"]
    norm: Float[np.ndarray, "channel 1"]


def order_for(samples: int) -> int:
    """Return the order that a window of so many samples carries."""
    return int(np.clip(samples // _ROWS_A_TERM, 1, _HIGHEST_ORDER))


def fit_predictor(
    values: Float[np.ndarray, "channel time"], order: int
) -> Float[np.ndarray, "channel order"]:
    """Return the coefficients of least squares over both directions, nearest lag first.

    Args:
        values: `(channel, time)`. Finite, about zero.
        order: p, below half the samples.
    """
    windows = np.ascontiguousarray(sliding_window_view(values, order + 1, axis=1))
    moments = windows.swapaxes(1, 2) @ windows
    moments = moments + moments[:, ::-1, ::-1]
    size = np.trace(moments, axis1=1, axis2=2)
    ridge = _RIDGE * np.where(size > 0, size, 1.0)
    inner = moments[:, 1:, 1:] + ridge[:, None, None] * np.eye(order)
    return np.linalg.solve(inner, moments[:, 1:, :1])[..., 0]


def departures(
    values: Float[np.ndarray, "channel time"],
    history: Float[np.ndarray, "channel time"],
    coefficients: Float[np.ndarray, "channel order"],
) -> Departures:
    """Return how far samples lie from what is expected.

    Args:
        values: `(channel, time)`. What is judged.
        history: `(channel, time)`. What is believed: the same without its faults.
        coefficients: `(channel, order)`. As `fit_predictor` returns them.
    """
    order = coefficients.shape[1]
    a = np.concatenate((np.ones((len(values), 1)), -coefficients), axis=1)
    ahead, back = _filtered(history, a[:, ::-1]), _filtered(history, a)
    # Both sides at once: the error of the past's prediction, run backwards through the predictor.
    joined = _filtered(ahead, a)
    wrong = values - history
    past, future = np.empty_like(values), np.empty_like(values)
    past[:, order:] = ahead + wrong[:, order:]
    future[:, :-order] = back + wrong[:, :-order]
    past[:, :order], future[:, -order:] = future[:, :order], past[:, -order:]
    norm = np.sqrt(np.sum(a**2, axis=1, keepdims=True))
    both = 0.5 * (past + future) / norm
    inside = slice(order, -order)
    both[:, inside] = joined / norm**2 + wrong[:, inside]
    return Departures(past, future, both, norm)


def _filtered(
    values: Float[np.ndarray, "channel time"], weights: Float[np.ndarray, "channel tap"]
) -> Float[np.ndarray, "channel inner"]:
    taps = weights.shape[1]
    inner = values.shape[1] - taps + 1
    total = weights[:, :1] * values[:, :inner]
    for tap in range(1, taps):
        total += weights[:, tap : tap + 1] * values[:, tap : tap + inner]
    return total
