"""What each sensor fault and missing pattern does to the regime label and to the intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float

from industriverse.engines.signals import annotate_signals
from industriverse.engines.simulation.known_regimes import FAMILIES, known_records
from industriverse.engines.simulation.perturbations import (
    Bias,
    ColouredNoise,
    Dead,
    Delayed,
    Drift,
    DropOut,
    Extent,
    Gap,
    MissingAbove,
    MissingAtRandom,
    MissingBursts,
    Perturbation,
    Pulse,
    Quantised,
    Saturated,
    Scaled,
    Spikes,
    Stuck,
    Swapped,
    WhiteNoise,
    fahrenheit,
    perturb,
)
from industriverse.kernel.errors import IndustriverseError
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.forecasting import PanelForecast, forecast_observation
from industriverse.services.predict import regime_of
from industriverse.services.regime_model import shipped_regime_model

Made = TypeVar("Made")
Table = Float[np.ndarray, "time channel"]

HORIZON, COVERAGE = 10, 0.9
_LASTS = 128
"""Samples before the forecast in which a fault acts on the first channel."""
_ROWS, _FEWEST, _MOST = 768, 2, 4
_LEVEL = 10.0
"""Added to every record, whose channels have mean 0, so that a dead or scaled sensor shows."""
_NOTICED = frozenset({"phase_change", "anomalous"})
_KINDS = (
    *("henon", "fold_stable", "logistic_crossing", "pitchfork_near", "hopf_cycle"),
    *("coupled_maps", "filtered_noise", "slow_rhythm", "harmonic_cycle"),
    *("lorenz_chaos", "van_der_pol"),
)
"""Families whose records are taken, those quickly made first."""


@dataclass(frozen=True, slots=True)
class Base:
    """A clean record, its future, and what the product says of it.

    Attributes:
        past: `(time, channel)`.
        future: `(lead, channel)`. What came next.
        label: The regime of the past.
    """

    past: Table
    future: Float[np.ndarray, "lead channel"]
    label: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fault did to one record.

    Attributes:
        kept: Whether the regime's label stayed.
        alarmed: Whether it turned into `phase_change` or `anomalous`: the fault was noticed.
        inside: `(lead, channel)`. Whether the clean future lay in the interval; None if refused.
        missing: Share of readings that the fault took away.
        filled: The annotate stage's share of energy that lies in filled gaps; None if refused.
    """

    kept: bool
    alarmed: bool
    inside: Bool[np.ndarray, "lead channel"] | None
    missing: float
    filled: float | None


def bases(count: int, seed: int) -> list[Base]:
    """Return held-out records of known regimes with two to four channels, families in turn."""
    named = {family.__name__: family for family in FAMILIES}
    families = tuple(named[kind] for kind in _KINDS[:count])
    most = max(16, 2 * count)
    records = known_records(per_family=most, part="held_out", seed=seed, families=families)
    by_family: dict[str, list[Base]] = {}
    for known in records:
        if known.values.shape[0] != _ROWS or not _FEWEST <= known.values.shape[1] <= _MOST:
            continue
        table = known.values + _LEVEL
        past, future = table[:-HORIZON], table[-HORIZON:]
        by_family.setdefault(known.family, []).append(Base(past, future, label_of(past)))
    rounds = max(map(len, by_family.values()))
    turns = [found[i] for i in range(rounds) for found in by_family.values() if i < len(found)]
    return turns[:count]


def faults(past: Table) -> dict[str, Perturbation]:
    """Return each fault at its size for a record: s is the first channel's deviation."""
    channel, rows = past[:, 0], len(past)
    s, mean = float(channel.std()), float(channel.mean())
    late = Extent((0,), rows - _LASTS)
    return {
        "white noise, 10 dB": WhiteNoise(10.0, late),
        "white noise, 0 dB": WhiteNoise(0.0, late),
        "noise 1/f, 10 dB": ColouredNoise(10.0, 1.0, late),
        "quantised, s": Quantised(s, late),
        "pulse of 6 s, 32 samples before the end": Pulse(6 * s, 5.0, Extent((0,), rows - 32)),
        "stuck": Stuck(late),
        "bias, 3 s": Bias(3 * s, late),
        "drift to 3 s": Drift(3 * s / _LASTS, late),
        "spikes of 6 s, 5 %": Spikes(6 * s, 0.05, late),
        "saturated at ±0.8 s": Saturated(mean - 0.8 * s, mean + 0.8 * s, late),
        "dead": Dead(late),
        "drop-out, 20 % in runs of 5": DropOut(0.2, 5.0, 0.0, late),
        "delayed by 10": Delayed(10, late),
        "swapped with the next": Swapped(0, 1, rows - _LASTS),
        "scaled by 1000": Scaled(1000.0, 0.0, late),
        "°F for °C": fahrenheit(late),
        "missing at random, 10 %": MissingAtRandom(0.1),
        "missing at random, 25 %": MissingAtRandom(0.25),
        "missing at random, 50 %": MissingAtRandom(0.5),
        "missing in bursts, 20 % in runs of 16": MissingBursts(0.2, 16.0),
        "whole channel missing": Gap(Extent((0,))),
        "common gap of 64, 32 samples before the end": Gap(Extent(None, rows - 96, rows - 32)),
        "missing above the 90th percentile": MissingAbove(
            float(np.quantile(channel, 0.9)), Extent((0,))
        ),
    }


def outcome(base: Base, fault: Perturbation | None, seed: int) -> Outcome:
    """Return what the product says of a record with a fault, or of the record itself."""
    values = base.past if fault is None else perturb(base.past, [fault], seed=seed).values
    made = _or_none(lambda: _forecast(values))
    inside = None
    if made is not None:
        inside = (made.lower <= base.future) & (base.future <= made.upper)
    annotation = _or_none(lambda: annotate_signals(_signals(values)))
    filled = None
    if annotation is not None:
        filled = float(annotation.maps[-1].provenance["energy share of filled gaps"])
    missing = float(np.isnan(values).mean())
    label = label_of(values)
    kept = label == base.label
    return Outcome(kept, not kept and label in _NOTICED, inside, missing, filled)


def label_of(values: Table) -> str:
    """Return the regime that the product names."""
    signals = _signals(values)
    return regime_of(signals, signals.names, shipped_regime_model()).label


def _signals(values: Table) -> Signals:
    channels = tuple(Channel(f"sensor {i}") for i in range(values.shape[1]))
    return Signals(0.0, 1.0, values, channels)


def _forecast(values: Table) -> PanelForecast:
    names = [f"sensor {i}" for i in range(values.shape[1])]
    return forecast_observation(
        values, names=names, widths=[1] * len(names), horizon=HORIZON, coverage=COVERAGE
    )


def _or_none(make: Callable[[], Made]) -> Made | None:
    """Return what is made, or None where the product refuses in a sentence."""
    try:
        return make()
    except IndustriverseError:
        return None
