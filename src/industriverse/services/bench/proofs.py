"""The proof of the proofs: what each check catches, how small, and how often it cries wolf."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from industriverse.engines.proofs import Evidence, check, evidence_of, join, slide
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.plugins import installed
from industriverse.kernel.signals import Channel, Signals

from . import BenchSettings
from ._proof_cases import DomainName, PerfectCase, Variables, perfect_case
from ._proof_violations import VIOLATIONS, Violation

DOMAINS: tuple[DomainName, ...] = get_args(DomainName)
REFUSED = "refused"
UNSEEN = "nothing"
_HALVINGS = 14
_SMALLEST = 1e-9
_ALARM_SEEDS = 200
_CATCH_SEEDS = 5
_SETTLED_TOO = ("shifted", "mirrored")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the checks said of one forecast.

    Attributes:
        caught: Names of the failed checks, or `refused` where the input was refused.
        note: The first sentence.
        applicable: Names of the checks that applied.
    """

    caught: tuple[str, ...]
    note: str
    applicable: tuple[str, ...] = ()


def evidence_for(
    case: PerfectCase, forecast: Variables, *, settled: bool = False, units: Mapping[str, str] = {}
) -> Evidence:
    """Gather the evidence on a forecast of a case, with its truth when settled.

    Raises:
        ContractError: The forecast is refused.
    """
    adapter = installed().domain(case.adapter)
    stated = units or case.observed.units
    joined, observed = _joined(case, forecast, stated)
    truth = None
    if settled:
        whole, _ = _joined(case, case.future, case.observed.units)
        ahead = {name: values[observed:] for name, values in whole.variables.items()}
        truth = replace(whole, variables=ahead)
    return evidence_of(adapter, joined, observed=observed, truth=truth)


def _joined(
    case: PerfectCase, forecast: Variables, units: Mapping[str, str]
) -> tuple[Trajectory, int]:
    joined = join(case.observed, forecast, units)
    if case.domain != "signal":
        return joined, case.observed.frames
    channels = tuple(Channel(name, case.observed.units[name]) for name in case.observed.names)
    past = np.stack(list(case.observed.variables.values()), axis=-1)
    ahead = np.stack([forecast[name] for name in case.observed.names], axis=-1)
    return slide(Signals(0.0, case.observed.step_s, past, channels), ahead)


def judge(case: PerfectCase, forecast: Variables, *, settled: bool = False) -> Outcome:
    """Hold the checks against a forecast of a case."""
    return _outcome(lambda: evidence_for(case, forecast, settled=settled))


def _outcome(gather: Callable[[], Evidence]) -> Outcome:
    try:
        checks = check(gather())
    except ContractError as error:
        return Outcome((REFUSED,), error.message)
    failed = tuple(one for one in checks if one.verdict == "failed")
    applied = tuple(one.name for one in checks if one.verdict != "not applicable")
    return Outcome(tuple(one.name for one in failed), (failed or checks)[0].note, applied)


def plant(
    case: PerfectCase, violation: Violation, size: float, *, settled: bool = False
) -> Outcome:
    """Plant a violation of some size and judge the forecast."""
    if violation.name == "negative cell":
        return _outcome(lambda: _with_negative_cell(evidence_for(case, case.future), size))
    if violation.name == "NaN":
        return judge(case, _with_nan(case.future))
    if violation.apply is None:
        raise RuntimeError(f"violation {violation.name!r} does nothing")
    return judge(case, violation.apply(case, size), settled=settled)


def _with_negative_cell(evidence: Evidence, size: float) -> Evidence:
    energy = evidence.energy.copy()
    energy[-1].flat[0] = -size * energy[-1].mean()
    return replace(evidence, energy=energy)


def _with_nan(forecast: Variables) -> Variables:
    broken = {name: values.copy() for name, values in forecast.items()}
    next(iter(broken.values())).flat[-1] = np.nan
    return broken


def smallest_caught(
    case: PerfectCase, violation: Violation, *, settled: bool = False
) -> tuple[float, Outcome] | None:
    """Return the smallest size that is caught, by bisection of its logarithm, and what caught it.

    None where even the largest size passes. Every size tried above the one returned was caught;
    the next smaller one tried, less than 0.2 % below, passed.
    """
    high = violation.largest or 1.0
    outcome = plant(case, violation, high, settled=settled)
    if not outcome.caught:
        return None
    if violation.largest is None:
        return high, outcome
    low = high * _SMALLEST
    if (least := plant(case, violation, low, settled=settled)).caught:
        return low, least
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        tried = plant(case, violation, middle, settled=settled)
        if tried.caught:
            high, outcome = middle, tried
        else:
            low = middle
    return high, outcome


def false_alarms(
    domain: DomainName, seeds: Iterable[int], *, settled: bool = False
) -> list[tuple[int, Outcome]]:
    """Return the seeds whose perfect forecast is not passed, with what was said."""
    cases = ((seed, perfect_case(domain, seed)) for seed in seeds)
    judged = ((seed, judge(case, case.future, settled=settled)) for seed, case in cases)
    return [(seed, outcome) for seed, outcome in judged if outcome.caught]


def run(settings: BenchSettings) -> dict[str, Any]:
    """Measure what the checks catch on each domain, and how often they fail a perfect forecast.

    Returns:
        `metrics`: false alarms and shares caught, by domain; `rows`: a line for each violation.
    """
    metrics: dict[str, float] = {}
    rows: list[dict[str, str | bool | float | None]] = []
    for index, domain in enumerate(DOMAINS):
        settings.progress(f"perfect forecasts of {domain}", index / len(DOMAINS))
        seeds = range(settings.seed, settings.seed + _ALARM_SEEDS)
        for stage, settled in (("lawful", False), ("settled", True)):
            alarms = false_alarms(domain, seeds, settled=settled)
            metrics[f"false_alarm_rate/{domain}/{stage}"] = len(alarms) / _ALARM_SEEDS
        settings.progress(f"violations of {domain}", (index + 0.5) / len(DOMAINS))
        found = [_row(domain, violation, settings.seed) for violation in VIOLATIONS]
        settled_too = (violation for violation in VIOLATIONS if violation.name in _SETTLED_TOO)
        found += [_row(domain, one, settings.seed, settled=True) for one in settled_too]
        metrics[f"violations_caught/{domain}"] = float(
            np.mean([row["caught_share"] == 1.0 for row in found])
        )
        rows += found
    return {"metrics": metrics, "rows": rows}


def _row(
    domain: DomainName, violation: Violation, seed: int, *, settled: bool = False
) -> dict[str, str | bool | float | None]:
    """Return one line: at full size over several seeds, and the smallest size of the first."""
    high = violation.largest or 1.0
    cases = [perfect_case(domain, seed + i) for i in range(_CATCH_SEEDS)]
    full = [plant(case, violation, high, settled=settled) for case in cases]
    smallest = smallest_caught(cases[0], violation, settled=settled)
    size, outcome = smallest or (None, full[0])
    return {
        "domain": domain,
        "violation": violation.name,
        "stage": "settled" if settled else "lawful",
        "size": violation.meaning,
        "smallest_caught": size,
        "caught_by": ", ".join(outcome.caught) or UNSEEN,
        "caught_share": float(np.mean([bool(one.caught) for one in full])),
        "entropy_law": "applied" if "entropy" in full[0].applicable else "not applicable",
        "note": outcome.note,
    }
