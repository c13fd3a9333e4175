"""Cells without data: land stays out for good, a passing hole is bridged in time."""

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.adapters.intake import Notes
from industriverse.kernel.errors import InputError

_HOLES = 0.2
"""A cell that lacks more of its frames than this is masked, not bridged."""
_OTHERS = 0.05
_FILL = 9e29

Fields = dict[str, Float[np.ndarray, "time *space"]]
Mask = Bool[np.ndarray, "*space"]


def fill_and_mask(
    values: Fields, lead: str, wanted: tuple[str, ...], notes: Notes, source: str
) -> tuple[Fields, Mask | None]:
    """Return fields without NaN inside `valid`, and `valid` itself.

    Args:
        values: Name to `(time, *space)`.
        lead: The variable whose mask counts first.
        wanted: Variables that the user asked for; they are never set aside.
        notes: What was decided.
        source: Name of the file.

    Raises:
        InputError: A wanted variable has no cell with data.
    """
    order = [lead, *(other for other in values if other != lead)]
    fields = {name: _without_fill(values[name], name, notes) for name in order}
    good = {name: often_known(known_frames(field), len(field)) for name, field in fields.items()}
    kept, valid = agreed(good, wanted, notes, source)
    filled = {name: bridged(fields[name], valid, name, notes) for name in kept}
    return filled, said_mask(valid, notes)


def agreed(
    good: dict[str, Mask], wanted: tuple[str, ...], notes: Notes, source: str
) -> tuple[list[str], Mask]:
    """Return the variables that are kept and the cells where all of them have data.

    Args:
        good: Where each variable has data; the first is the one whose cells count first.
        wanted: Variables that the user asked for; they are never set aside.
        notes: What was decided.
        source: Name of the file.

    Raises:
        InputError: A wanted variable has no cell with data.
    """
    lead = next(iter(good))
    kept: list[str] = []
    valid: Mask = np.ones(good[lead].shape, bool)
    for name, known in good.items():
        if not known.any():
            if name == lead or name in wanted:
                raise _all_missing(name, source)
            notes.add(f"{name} holds no data and was set aside.")
            continue
        lost = np.count_nonzero(valid & ~known)
        if name != lead and name not in wanted and lost > _OTHERS * np.count_nonzero(valid):
            notes.add(f"{name} has no data in {lost} cells where {lead} has; it was set aside.")
            continue
        kept.append(name)
        valid &= known
    if not valid.any():
        raise InputError(
            f"The variables {', '.join(kept)} of {source} share no cell with data.",
            hint="Forecast them one at a time.",
            file=source,
        )
    return kept, valid


def said_mask(valid: Mask, notes: Notes) -> Mask | None:
    """Return None where every cell has data, else the mask, and say so."""
    if valid.all():
        return None
    masked = int(valid.size - np.count_nonzero(valid))
    notes.add(f"{masked} of {valid.size} cells hold no data and are masked.")
    return valid


def _all_missing(name: str, source: str) -> InputError:
    return InputError(
        f"{name} in {source} holds no data: every cell is missing in most frames.",
        hint="Check _FillValue and missing_value, or choose another variable.",
        file=source,
        variable=name,
    )


def without_fill(
    field: Float[np.ndarray, "time *space"],
) -> tuple[Float[np.ndarray, "time *space"], int]:
    """Return a field with NaN for infinite and fill values, and how many those were."""
    with np.errstate(invalid="ignore"):
        huge = np.abs(field) > _FILL
    count = int(np.count_nonzero(huge))
    return (np.where(huge, np.nan, field) if count else field), count


def say_fill(count: int, name: str, notes: Notes) -> None:
    """Say how many values were taken as missing, if any."""
    if count:
        notes.add(f"{name}: {count} infinite or fill values are taken as missing.")


def _without_fill(
    field: Float[np.ndarray, "time *space"], name: str, notes: Notes
) -> Float[np.ndarray, "time *space"]:
    field, count = without_fill(field)
    say_fill(count, name, notes)
    return field


def known_frames(field: Float[np.ndarray, "time *space"]) -> Int[np.ndarray, "*space"]:
    """Return in how many frames each cell has data."""
    return np.isfinite(field).sum(axis=0)


def often_known(known: Int[np.ndarray, "*space"], frames: int) -> Mask:
    """Return where so many of all frames have data that the others are bridged."""
    return known / frames >= 1 - _HOLES


def bridged(
    field: Float[np.ndarray, "time *space"], valid: Mask, name: str, notes: Notes
) -> Float[np.ndarray, "time *space"]:
    """Return a field with the holes of valid cells filled from frame to frame, others NaN."""
    missing = ~np.isfinite(field)
    outside = missing & ~valid
    holes = missing & valid
    if not holes.any():
        return np.where(~valid, np.nan, field) if outside.any() or not valid.all() else field
    out = np.where(valid, field, np.nan)
    flat = out.reshape(len(out), -1)
    ticks = np.arange(len(out), dtype=np.float64)
    for cell in np.flatnonzero(holes.any(axis=0).ravel()):
        known = np.isfinite(flat[:, cell])
        flat[:, cell] = np.interp(ticks, ticks[known], flat[known, cell])
    say_bridged(int(holes.sum()), name, notes)
    return out


def say_bridged(count: int, name: str, notes: Notes) -> None:
    """Say how many missing values were filled, if any."""
    if count:
        notes.add(f"{name}: {count} missing values were bridged from frame to frame.")
