"""How far apart two frames must lie to tell different things."""

import numpy as np
from jaxtyping import Float

_THRESHOLD = float(np.exp(-1))
_SPANS = 5
"""How many decorrelation times a run must hold before its own mean may be taken for steady."""


def decorrelation_lag(maps: Float[np.ndarray, "time *space"]) -> int | None:
    r"""Return the first lag, in frames, at which maps no longer resemble each other.

    $$C(k) = \langle \mathrm{corr}(e_t, e_{t+k}) \rangle_t < 1/e$$

    with the correlation of the cells of two maps about each map's own mean, or about the mean map
    of the sequence where that leaves a lag that the sequence holds at least five times: a flow that
    is steady on the whole decorrelates in its fluctuations.

    Args:
        maps: `(time, *space)`. Evenly spaced in time.

    Returns:
        At least 1; None where they resemble each other over the whole sequence.

    Notes:
        About its mean map any drift looks like fluctuations of a third of its length, hence the
        five spans. A map without any structure resembles every map.
    """
    rows = np.asarray(maps, np.float64).reshape(len(maps), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    smallest = np.finfo(np.float64).eps * float(np.abs(maps).max(initial=0.0))
    smallest *= np.sqrt(rows.shape[1])
    whole = _first_below(rows, smallest)
    steady = _first_below(rows - rows.mean(axis=0), smallest)
    known = [whole] if whole else []
    if steady and steady * _SPANS <= len(maps):
        known.append(steady)
    return min(known, default=None)


def _first_below(rows: Float[np.ndarray, "time cell"], smallest: float) -> int | None:
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    flat = size[:, 0] <= smallest
    rows = rows / np.where(size > 0, size, 1.0)
    alike = rows @ rows.T
    alike[flat, :] = 1.0
    alike[:, flat] = 1.0
    lags = range(1, len(rows))
    return next((lag for lag in lags if np.diagonal(alike, lag).mean() < _THRESHOLD), None)


def apart(frames: int, lag: int | None) -> tuple[int, ...]:
    """Return the frames to keep: evenly, at least a lag apart, the last one among them.

    Args:
        frames: How many there are, at least 1.
        lag: As `decorrelation_lag` gives it; without one only the last frame is kept.

    Examples:
        >>> apart(8, 3), apart(8, None)
        ((1, 4, 7), (7,))
    """
    return tuple(range((frames - 1) % lag, frames, lag)) if lag else (frames - 1,)
