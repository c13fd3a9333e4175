"""A forecast that only repeats what was observed."""

import numpy as np
from jaxtyping import Float, Int

_ROUNDING = 4 * float(np.finfo(np.float32).eps)
_PROBES = 64


def is_copy(
    forecast: Float[np.ndarray, "lead *space"], observed: Float[np.ndarray, "frame *space"]
) -> bool:
    """Return whether every forecast frame lies within rounding of some observed frame.

    Rounding is that of single precision at the size of the observed values, since files often
    hold no more.

    Args:
        forecast: `(lead, *space)`. NaN where there is no data.
        observed: `(frame, *space)`. In the same unit.
    """
    if not len(forecast):
        return False
    ahead, behind = forecast.reshape(len(forecast), -1), observed.reshape(len(observed), -1)
    # `fmax` and `fmin` pass over NaN and need no copy of a large record.
    high = np.fmax.reduce(behind, axis=None)
    low = np.fmin.reduce(behind, axis=None)
    tolerance = _ROUNDING * float(np.nan_to_num(max(high, -low)))
    probes = np.linspace(0, ahead.shape[1] - 1, min(_PROBES, ahead.shape[1])).astype(int)
    return all(_repeats(frame, behind, probes, tolerance) for frame in ahead)


def _repeats(
    frame: Float[np.ndarray, "cell"],
    observed: Float[np.ndarray, "frame cell"],
    probes: Int[np.ndarray, "probe"],
    tolerance: float,
) -> bool:
    # One cell, then a few, rule out nearly every frame before whole ones are compared.
    candidates = np.arange(len(observed))
    for cells in (probes[:1], probes):
        near = _distance(observed[np.ix_(candidates, cells)], frame[cells]) <= tolerance
        candidates = candidates[near]
    return any(
        float(_distance(observed[i : i + 1], frame)[0]) <= tolerance for i in candidates[::-1]
    )


def _distance(
    some: Float[np.ndarray, "frame cell"], frame: Float[np.ndarray, "cell"]
) -> Float[np.ndarray, "frame"]:
    """Return the largest difference of each frame; no data on both sides is no difference."""
    return np.abs(np.nan_to_num(some) - np.nan_to_num(frame)).max(axis=1)
