"""Numbers that are not readings: sentinels, overflow marks, infinities."""

import numpy as np
from jaxtyping import Float

from ._notes import Notes

_LOW = (
    *(-200.0, -99.0, -99.9, -99.99, -999.0, -999.9, -999.99, -999.25, -9999.0, -9999.9),
    *(-9999.25, -99999.0, -999999.0, -7777.0, -8888.0, -6999.0, -32768.0, -1e20, -1e30),
)
_HIGH = (
    *(999.0, 999.9, 999.99, 9999.0, 9999.9, 9999.99, 99999.0, 99999.9, 999999.0, 9999999.0),
    *(32767.0, 65535.0, 1e20, 1e30),
)
_FILL = 9e29
"""Nothing a plant measures is this large; NetCDF's own fill values are."""
_OFTEN = 3
_FAR_HIGH = 3.0
_SOME = 0.25
_MOST_KINDS = 6


def drop_sentinels(
    values: Float[np.ndarray, "time channel"], names: tuple[str, ...], notes: Notes
) -> Float[np.ndarray, "time channel"]:
    """Return the table with marks of a missing reading as NaN; each kind is noted with its count.

    A listed number counts as a mark only when it stands out from the rest of its column.

    Args:
        values: `(time, channel)`. Changed in place.
        names: One a column.
        notes: Where the counts go.
    """
    for column, name in zip(values.T, names, strict=True):
        _drop_overflow(column, name, notes)
        for _ in range(_MOST_KINDS):
            mark = _standing_mark(column)
            if mark is None:
                break
            hits = np.isclose(column, mark, rtol=1e-6, atol=0)
            column[hits] = np.nan
            notes.add(
                f"{name}: {int(hits.sum())} readings of {mark:g} stand out from the rest and are "
                "taken as missing."
            )
    return values


def _drop_overflow(column: Float[np.ndarray, "time"], name: str, notes: Notes) -> None:
    with np.errstate(invalid="ignore"):
        hits = np.abs(column) > _FILL
    if count := int(hits.sum()):
        column[hits] = np.nan
        notes.add(f"{name}: {count} infinite or fill values are taken as missing.")


def _standing_mark(column: Float[np.ndarray, "time"]) -> float | None:
    low, high = np.fmin.reduce(column), np.fmax.reduce(column)
    for mark in (low, high):
        listed = _LOW if mark == low else _HIGH
        if np.isclose(mark, listed, rtol=1e-6, atol=0).any() and _stands_out(column, float(mark)):
            return float(mark)
    return None


def _stands_out(column: Float[np.ndarray, "time"], mark: float) -> bool:
    known = column[np.isfinite(column)]
    hits = np.isclose(known, mark, rtol=1e-6, atol=0)
    rest = known[~hits]
    if rest.size == 0:
        return False
    spread = float(np.subtract(*np.percentile(rest, [99, 1])))
    if mark > 0:
        return mark - float(rest.max()) > _FAR_HIGH * max(spread, abs(float(rest.max())))
    gap = float(rest.min()) - mark
    alone_below_zero = rest.min() >= 0 and (hits.sum() >= _OFTEN or gap > _SOME * spread)
    return bool(gap > spread or alone_below_zero)
