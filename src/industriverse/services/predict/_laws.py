"""Which domain's laws apply, and how the forecast is held against them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from industriverse.engines import proofs
from industriverse.kernel.domains import DomainAdapter
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.observations import Observation
from industriverse.kernel.plugins import choose as choose_domain
from industriverse.kernel.proofs import Check
from industriverse.kernel.results import Forecast
from industriverse.kernel.signals import Signals

from ._case import Case, present

_SIGNAL = "signal"
_MOST_STATES = 400_000
_FEWEST_PROVEN = 16
_MOST_PROVEN = 1_500_000
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A domain and how surely it is the right one."""

    adapter: DomainAdapter
    confidence: float


def choose(observed: Observation, domains: Sequence[DomainAdapter], declared: str) -> Chosen:
    """Return the declared domain, or the one that fits best.

    Raises:
        ContractError: The declared domain is unknown or does not fit the data.
    """
    known = {adapter.law.domain: adapter for adapter in domains}
    if isinstance(observed, Signals):
        if declared not in {"", _SIGNAL}:
            raise ContractError(
                f"Domain {declared!r} speaks of fields; the input is telemetry.",
                hint="Leave --domain out, or send a field.",
            )
        return Chosen(known[_SIGNAL], 1.0)
    found = choose_domain(observed, tuple(domains), declared=declared)
    return Chosen(found.adapter, found.confidence)


def needed(case: Case) -> Observation:
    """Return the observation with the variables to forecast: reported ones and the domain's own.

    A very wide field is narrowed to the reported variables; a domain that then lacks one says so.
    """
    observed, reported = case.request.read.observation, case.request.read.reported
    if isinstance(observed, Signals):
        return reported_only(observed, reported)
    states = len(observed.names) * observed.grid.cells
    others = [name for name in observed.names if name not in reported]
    return reported_only(observed, (*reported, *(others if states <= _MOST_STATES else ())))


def reported_only(observed: Observation, names: Sequence[str]) -> Observation:
    """Keep some variables of an observation, in that order."""
    if isinstance(observed, Signals):
        return reported_signals(observed, names)
    return replace(
        observed,
        variables={name: observed.variables[name] for name in names},
        units={name: observed.units.get(name, "") for name in names},
    )


def reported_signals(observed: Signals, names: Sequence[str]) -> Signals:
    """Keep some channels, in that order."""
    kept = [observed.names.index(name) for name in names]
    channels = tuple(observed.channels[i] for i in kept)
    return replace(observed, values=observed.values[:, kept], channels=channels)


def judge(case: Case, domains: Sequence[DomainAdapter]) -> tuple[tuple[Check, ...], bool]:
    """Return the five checks of the forecast, and whether it only repeats an input frame."""
    made = present(case.forecast, "forecast")
    domain = present(case.law, "annotate").domain
    adapter = next(a for a in domains if a.law.domain == domain)
    observed = needed(case)
    if isinstance(observed, Signals):
        mean = np.column_stack([made.mean[name] for name in observed.names])
        joined, seen = proofs.slide(observed, mean)
        copied = proofs.is_copy(mean, observed.values)
    else:
        recent = _recent(observed, len(made.lead_s))
        joined, seen = proofs.join(recent, made.mean, made.units), recent.frames
        copied = _repeats(observed, made)
    evidence = proofs.evidence_of(adapter, joined, observed=seen)
    return proofs.check(evidence), copied


def _recent(observed: Trajectory, leads: int) -> Trajectory:
    """Keep the frames that the bounds are taken from: three times the leads, at least sixteen.

    Of a large field fewer are kept, sixteen still: the checks then cost about as much as the
    forecast itself.
    """
    cells = len(observed.names) * observed.grid.cells
    affordable = _MOST_PROVEN // max(1, cells)
    kept = min(observed.frames, max(_FEWEST_PROVEN, min(3 * leads, affordable)))
    first = observed.frames - kept
    if not first:
        return observed
    return replace(
        observed,
        variables={name: values[first:] for name, values in observed.variables.items()},
        start_s=float(observed.times[first]),
    )


def _repeats(observed: Trajectory, made: Forecast) -> bool:
    return all(proofs.is_copy(made.mean[name], observed.variables[name]) for name in made.mean)


def reported_part(made: Forecast, names: tuple[str, ...]) -> Forecast:
    """Keep the variables that the user asked for."""

    def kept(table: Mapping[str, Part]) -> dict[str, Part]:
        return {name: table[name] for name in names}

    return replace(
        made,
        mean=kept(made.mean),
        variance=kept(made.variance),
        lower=kept(made.lower),
        upper=kept(made.upper),
        inner_lower=kept(made.inner_lower),
        inner_upper=kept(made.inner_upper),
        units=kept(made.units),
        baselines={name: kept(table) for name, table in made.baselines.items()},
        replay=made.replay
        and replace(
            made.replay,
            mean=kept(made.replay.mean),
            truth=kept(made.replay.truth),
            lower=kept(made.replay.lower),
            upper=kept(made.replay.upper),
        ),
    )
