"""Making channels comparable, and filling what is missing, without hiding either."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.signals import Signals


@dataclass(frozen=True, slots=True)
class ComparableSignals:
    """Finite channels that may be added in squares.

    Attributes:
        values: `(time, channel)`. Scaled, without gaps.
        filled: `(time, channel)` true where a reading was missing.
        unit: Unit of squared value × seconds; "" where unknown.
        reference: What was subtracted and divided by, in words.
        dropped: Channels without any reading.
    """

    values: Float[np.ndarray, "time channel"]
    filled: Bool[np.ndarray, "time channel"]
    unit: str
    reference: str
    dropped: tuple[str, ...]


def make_comparable(signals: Signals) -> ComparableSignals:
    """Fill gaps by straight lines and bring channels of different units to variance one.

    Raises:
        ContractError: No channel has a reading, or one holds infinity.
    """
    values = np.asarray(signals.values, np.float64)
    missing = np.isnan(values)
    require_readings(values, missing, signals)
    alive = np.logical_not(np.all(missing, axis=0), dtype=np.bool_)
    dropped = tuple(n for n, keep in zip(signals.names, alive.tolist(), strict=True) if not keep)
    full = fill_gaps(values[:, alive], missing[:, alive])
    units = [c.unit for c, keep in zip(signals.channels, alive.tolist(), strict=True) if keep]
    if len(units) == 1 or (len(set(units)) == 1 and units[0]):
        return ComparableSignals(full, missing[:, alive], _energy_unit(units[0]), "0", dropped)
    scaled = full / _scale(full)
    reference = "0; each channel divided by its standard deviation, because units differ"
    return ComparableSignals(scaled, missing[:, alive], "1·s", reference, dropped)


def require_readings(
    values: Float[np.ndarray, "time channel"],
    missing: Bool[np.ndarray, "time channel"],
    signals: Signals,
) -> None:
    """Refuse infinity, and rows without a single reading.

    Raises:
        ContractError: As said.
    """
    if missing.all():
        raise ContractError(
            f"None of the {len(values)} latest rows holds a reading.",
            hint="Send rows with at least one number in them.",
        )
    if (infinite := np.isinf(values)).any():
        row, column = np.argwhere(infinite)[0]
        raise ContractError(
            f"Channel {signals.names[column]!r} is infinite in row {row} of the latest rows.",
            hint="Mark readings that are out of range as missing.",
        )


def fill_gaps(
    values: Float[np.ndarray, "time channel"], missing: Bool[np.ndarray, "time channel"]
) -> Float[np.ndarray, "time channel"]:
    """Draw straight lines over missing samples, level ones at the ends."""
    full = values.copy()
    row = np.arange(len(values), dtype=np.float64)
    for column in np.flatnonzero(missing.any(axis=0)):
        gap = missing[:, column]
        full[gap, column] = np.interp(row[gap], row[~gap], values[~gap, column])
    return full


def _scale(values: Float[np.ndarray, "time channel"]) -> Float[np.ndarray, "channel"]:
    """Return each channel's standard deviation; of a constant one its size, of a zero one 1."""
    size = np.sqrt(np.mean(values**2, axis=0))
    deviation = np.std(values, axis=0)
    moving = deviation > 1e-12 * size
    return np.where(moving, deviation, np.where(size > 0, size, 1.0))


def _energy_unit(unit: str) -> str:
    if not unit:
        return ""
    if unit == "1":
        return "1·s"
    return f"{unit}^2·s" if unit.isalpha() else f"({unit})^2·s"
