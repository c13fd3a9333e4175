"""What cleaning puts in place of faulty readings, and what it does to energy and entropy."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import entr

from industriverse.kernel.signals import Signals

from ._frame import analyse, segment_length, squared_moduli
from ._scaling import fill_gaps, make_comparable
from ._telemetry import annotate_signals


@dataclass(frozen=True, slots=True)
class Effect:
    """What cleaning did, and what the clean signal does.

    Attributes:
        energy_removed: Share of the window's energy; below zero where cleaning added some.
        entropy_removed: Share of the window's map entropy; below zero where it rose.
        delta_energy: Newest map's energy less that of the map before, in `unit`.
        delta_entropy: The same of map entropy, in nats.
        unit: Of the energy; "" where unknown.
    """

    energy_removed: float
    entropy_removed: float
    delta_energy: float
    delta_entropy: float
    unit: str


def cleaned_values(
    values: Float[np.ndarray, "time channel"],
    expected: Float[np.ndarray, "time channel"],
    spikes: Bool[np.ndarray, "time channel"],
    gone: Bool[np.ndarray, "time channel"],
) -> Float[np.ndarray, "time channel"]:
    """Return the readings with spikes and drop-outs replaced; everything else is untouched.

    Args:
        values: `(time, channel)`. As they came.
        expected: `(time, channel)`. What past and future of each sample say.
        spikes: `(time, channel)`. To be replaced by what is expected.
        gone: `(time, channel)`. To be replaced by straight lines between what is left.

    Returns:
        `(time, channel)`. NaN only in channels without any reading left.
    """
    kept = np.where(spikes, expected, np.where(gone, np.nan, values))
    alive = np.flatnonzero(~gone.all(axis=0))
    whole = kept.copy()
    whole[:, alive] = fill_gaps(kept[:, alive], gone[:, alive])
    return whole


def effect_of(
    signals: Signals, cleaned: Signals, replaced: Bool[np.ndarray, "time channel"]
) -> Effect:
    """Return what cleaning took away, and the change between the clean signal's newest two maps.

    Missing readings count as the straight lines that are drawn over them either way.
    """
    reading = annotate_signals(cleaned, maps=2)
    energy, entropy = _removed(signals, cleaned) if replaced.any() else (0.0, 0.0)
    return Effect(
        energy_removed=energy,
        entropy_removed=entropy,
        delta_energy=float(reading.energy[-1] - reading.energy[0]),
        delta_entropy=float(reading.entropy[-1] - reading.entropy[0]),
        unit=reading.unit,
    )


def _removed(signals: Signals, cleaned: Signals) -> tuple[float, float]:
    """Compare the whole window's maps before and after, both on one scale."""
    rows = len(signals.values)
    alive = np.flatnonzero(np.isfinite(cleaned.values).all(axis=0)).tolist()
    raw = fill_gaps(signals.values[:, alive], np.isnan(signals.values[:, alive]))
    channels = tuple(signals.channels[i] for i in alive)
    both = np.concatenate((raw, cleaned.values[:, alive]))
    scaled = make_comparable(replace(signals, values=both, channels=channels)).values
    length = segment_length(rows)
    before, after = (
        squared_moduli(analyse(part, length), length) for part in (scaled[:rows], scaled[rows:])
    )
    energy = _share_lost(float(before.sum()), float(after.sum()))
    return energy, _share_lost(_map_entropy(before), _map_entropy(after))


def _map_entropy(power: Float[np.ndarray, "frequency segment"]) -> float:
    """Return the entropy of shares, in nats; 0 without energy."""
    total = float(power.sum())
    return float(entr(power / total).sum()) if total > 0 else 0.0


def _share_lost(before: float, after: float) -> float:
    return (before - after) / before if before > 0 else 0.0
