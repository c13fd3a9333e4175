"""Cells without data: land stays out for good, a passing hole is bridged in time."""

import numpy as np
from jaxtyping import Bool, Float

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
    kept: Fields = {}
    valid: Mask = np.ones(values[lead].shape[1:], bool)
    for name in [lead, *(other for other in values if other != lead)]:
        field = _without_fill(values[name], name, notes)
        good = _often_known(field)
        if not good.any():
            if name == lead or name in wanted:
                raise _all_missing(name, source)
            notes.add(f"{name} holds no data and was set aside.")
            continue
        lost = np.count_nonzero(valid & ~good)
        if name != lead and name not in wanted and lost > _OTHERS * np.count_nonzero(valid):
            notes.add(f"{name} has no data in {lost} cells where {lead} has; it was set aside.")
            continue
        kept[name] = field
        valid &= good
    if not valid.any():
        raise InputError(
            f"The variables {', '.join(kept)} of {source} share no cell with data.",
            hint="Forecast them one at a time.",
            file=source,
        )
    filled = {name: _bridged(field, valid, name, notes) for name, field in kept.items()}
    if valid.all():
        return filled, None
    masked = int(valid.size - np.count_nonzero(valid))
    notes.add(f"{masked} of {valid.size} cells hold no data and are masked.")
    return filled, valid


def _all_missing(name: str, source: str) -> InputError:
    return InputError(
        f"{name} in {source} holds no data: every cell is missing in most frames.",
        hint="Check _FillValue and missing_value, or choose another variable.",
        file=source,
        variable=name,
    )


def _without_fill(
    field: Float[np.ndarray, "time *space"], name: str, notes: Notes
) -> Float[np.ndarray, "time *space"]:
    with np.errstate(invalid="ignore"):
        huge = np.abs(field) > _FILL
    if count := int(np.count_nonzero(huge)):
        field = np.where(huge, np.nan, field)
        notes.add(f"{name}: {count} infinite or fill values are taken as missing.")
    return field


def _often_known(field: Float[np.ndarray, "time *space"]) -> Mask:
    return np.isfinite(field).mean(axis=0) >= 1 - _HOLES


def _bridged(
    field: Float[np.ndarray, "time *space"], valid: Mask, name: str, notes: Notes
) -> Float[np.ndarray, "time *space"]:
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
    notes.add(f"{name}: {int(holes.sum())} missing values were bridged from frame to frame.")
    return out
