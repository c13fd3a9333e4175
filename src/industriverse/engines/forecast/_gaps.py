"""Gaps and bounds: what keeps every member finite."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

Table = Float[np.ndarray, "time state"]

_ROOM = 1.0
"""A forecast may leave the range seen so far by this many ranges, no more."""


def centre(values: Table) -> Float[np.ndarray, "state"]:
    """Return `(state,)`: what stands before a column's first reading.

    The column's median where the first row is missing, 0 for a column without any reading; where
    the first row is there nothing stands before it, and it is returned itself.
    """
    start = values[0].copy()
    late = np.isnan(start)
    if not late.any():
        return start
    start[late] = 0.0
    seen = late & ~np.isnan(values).all(axis=0)
    start[seen] = np.nanmedian(values[:, seen], axis=0)
    return start


def fill_forward(values: Table, start: Float[np.ndarray, "state"]) -> Table:
    """Repeat the last reading through each gap; nothing from after a gap is used.

    Args:
        values: `(time, state)`. NaN marks a missing reading.
        start: `(state,)`. What stands before the first reading.

    Returns:
        `(time, state)`. Without NaN.

    Examples:
        >>> fill_forward(np.array([[np.nan], [2.0], [np.nan]]), np.array([1.0])).ravel().tolist()
        [1.0, 2.0, 2.0]
    """
    missing = np.isnan(values)
    if not missing.any():
        return values
    rows = np.where(missing, -1, np.arange(len(values))[:, None])
    np.maximum.accumulate(rows, axis=0, out=rows)
    filled = np.take_along_axis(values, np.maximum(rows, 0), axis=0)
    return np.where(rows < 0, start, filled)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounded growth: one range beyond what was seen up to the origin, to either side.

    Attributes:
        lower, upper: `(state,)`. The smallest and largest reading of the fitted history.
    """

    lower: Float[np.ndarray, "state"]
    upper: Float[np.ndarray, "state"]

    @classmethod
    def of(cls, filled: Table) -> "Bounds":
        """Take the range of a history without gaps."""
        return cls(filled.min(axis=0), filled.max(axis=0))

    def hold(
        self,
        paths: Float[np.ndarray, "origin lead state"],
        filled: Table,
        origins: Int[np.ndarray, "origin"],
    ) -> Float[np.ndarray, "origin lead state"]:
        """Clip forecasts to the bounds at their own origins.

        What is not a number becomes the last reading.
        """
        lower, upper = self._seen(filled, origins)
        room = _ROOM * (upper - lower)
        held = paths
        if not np.isfinite(paths).all():
            held = np.where(np.isfinite(paths), paths, filled[origins][:, None])
        return np.clip(held, (lower - room)[:, None], (upper + room)[:, None])

    def _seen(
        self, filled: Table, origins: Int[np.ndarray, "origin"]
    ) -> tuple[Float[np.ndarray, "origin state"], Float[np.ndarray, "origin state"]]:
        """Return the range of history and of everything up to each origin."""
        if len(origins) == 1:
            past = filled[: origins[0] + 1]
            low, high = past.min(axis=0)[None], past.max(axis=0)[None]
        else:
            low = np.minimum.accumulate(filled, axis=0)[origins]
            high = np.maximum.accumulate(filled, axis=0)[origins]
        return np.minimum(low, self.lower), np.maximum(high, self.upper)
