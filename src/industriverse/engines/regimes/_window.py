"""From any table of readings to a clean window that features can be measured in."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from industriverse.kernel.errors import ContractError

Table = Float[np.ndarray, "time channel"]

WINDOW = 384
"""Samples of the recent window, and at most of the reference window before it."""
LEAST = 64
"""Fewer samples than this name no regime."""
MOST_MISSING = 0.3
"""A channel with a larger share of missing readings in its window is left out."""
_WIDE = 32
_MOST_COLUMNS = 1024
_LEADING = 12
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class Window:
    """The recent past, standardised, and what came before it.

    Attributes:
        recent: `(time, channel)` [1]. Mean 0 and variance 1 per channel; no gaps.
        reference: `(earlier, channel)` [1]. In the same scale; empty when there is none.
    """

    recent: Table
    reference: Float[np.ndarray, "earlier channel"]


def checked(values: Float[np.ndarray, "time channel"], step_s: float) -> Table:
    """Return the values, or refuse what is not telemetry."""
    if not (np.isfinite(step_s) and step_s > 0):
        raise ContractError(f"The sampling step is {step_s} s.", hint="It must be above 0.")
    refuse_infinite(values)
    return values


def refuse_infinite(values: Float[np.ndarray, "time channel"]) -> None:
    """Refuse a reading that is infinite, and say where it stands."""
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise ContractError(
            f"Row {row} of column {column} is infinite.",
            hint="Mark a missing reading as NaN.",
            row=int(row),
            column=int(column),
        )


def _filled(table: Table) -> Table:
    """Bridge gaps linearly; the ends hold the nearest reading."""
    missing = np.isnan(table)
    if not missing.any():
        return table
    filled = table.copy()
    place = np.arange(len(table))
    for j in np.flatnonzero(missing.any(axis=0)):
        known = ~missing[:, j]
        filled[:, j] = np.interp(place, place[known], table[known, j])
    return filled


def _usable(recent: Table) -> Bool[np.ndarray, "channel"]:
    """Say which channels have enough readings and move at all."""
    present = ~np.isnan(recent)
    enough = present.mean(axis=0) >= 1 - MOST_MISSING
    low = np.where(present, recent, np.inf).min(axis=0)
    high = np.where(present, recent, -np.inf).max(axis=0)
    with np.errstate(invalid="ignore"):
        moves = (high - low) > _FLAT * np.maximum(np.abs(high), np.abs(low))
    return enough & moves


def _reduced(table: Table, recent: int) -> Float[np.ndarray, "time part"]:
    """Replace a very wide table by the leading principal components of its recent rows.

    The small side of the table is decomposed, so a field of a million cells costs one product.
    """
    if table.shape[1] <= _WIDE:
        return table
    centred = table - table[-recent:].mean(axis=0)
    if table.shape[1] < len(table):
        _, vectors = np.linalg.eigh(centred.T @ centred)
        parts = centred @ vectors[:, -_LEADING:]
        sizes = np.linalg.norm(parts, axis=0)
        return parts[:, sizes > _FLAT * sizes.max()]
    _, vectors = np.linalg.eigh(centred @ centred.T)
    loadings = centred.T @ vectors[:, -_LEADING:]
    lengths = np.linalg.norm(loadings, axis=0)
    kept = lengths > _FLAT * lengths.max()
    return centred @ (loadings[:, kept] / lengths[kept])


def to_window(values: Table) -> Window | None:
    """Return the window of a table, or None where it says too little.

    The last `WINDOW` samples are recent, up to as many before them are reference. Channels that
    miss over 30 % of the recent readings or never move are left out; of a field, evenly spread
    cells are read. None when fewer than `LEAST` samples or no channel remain.
    """
    tail = values[-2 * WINDOW :]
    count = min(len(tail), WINDOW)
    if count < LEAST or not tail.shape[1]:
        return None
    tail = tail[:, :: -(-tail.shape[1] // _MOST_COLUMNS)]
    usable = _usable(tail[-count:])
    if not usable.any():
        return None
    table = _reduced(_filled(tail[:, usable]), count)
    recent = table[-count:]
    mean, spread = recent.mean(axis=0), recent.std(axis=0)
    scaled = (table - mean) / np.where(spread > 0, spread, 1.0)
    reference = scaled[:-count]
    if len(reference) < LEAST:
        reference = reference[:0]
    return Window(scaled[-count:], reference)
