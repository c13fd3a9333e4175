"""Whether a run kept what the protocol claims."""

from dataclasses import dataclass

import numpy as np

from industriverse.engines.consensus._evidence import (
    Equivocation,
    equivocation,
    read_certificate,
    read_evidence,
    write_certificate,
    write_evidence,
)
from industriverse.engines.consensus._replica import Decision, Status
from industriverse.engines.consensus._statements import Echo, Forecast, Vote
from industriverse.kernel.errors import ContractError

from ._adversary import readable
from ._schedule import START_US, Schedule
from ._world import Run


@dataclass(frozen=True, slots=True)
class Report:
    """What a run showed.

    Attributes:
        violations: What was broken, one sentence each.
        statuses: What each honest replica said last.
        unsafe: Whether two honest replicas committed different aggregates.
        evidenced: Whether an honest replica holds evidence of equivocation.
    """

    violations: tuple[str, ...]
    statuses: tuple[Status, ...]
    unsafe: bool
    evidenced: bool


def judge(run: Run) -> Report:
    """Hold a run against the claims that its schedule allows to be made.

    Where the bound is kept: agreement, validity, liveness, no honest replica accused. Where it is
    broken: agreement in `unanimous` mode; that no honest replica is proven to equivocate; and that
    evidence, wherever both statements reached an honest replica, is there and can be verified.
    """
    schedule = run.schedule
    final = {n: _last(run, n) for n in schedule.honest}
    committed = {n: d for n, d in final.items() if d is not None and d.values is not None}
    unsafe = len({d.votes[0].aggregate for d in committed.values()}) > 1
    violations = [*_evidence(run, final)]
    if unsafe and (schedule.terms.mode == "unanimous" or not schedule.breaks):
        violations.append("two honest replicas committed different aggregates")
    if not schedule.breaks:
        violations += _within_bound(run, committed)
    return Report(
        tuple(violations),
        tuple("halted" if d is None else d.status for d in final.values()),
        unsafe,
        any(d is not None and d.evidence for d in final.values()),
    )


def _last(run: Run, number: int) -> Decision | None:
    decisions = run.decisions[number]
    return decisions[-1][1] if decisions else None


def _latency(run: Run, number: int) -> int:
    """Return when a replica first committed, by its own clock and from the start."""
    moment = next(now for now, decision in run.decisions[number] if decision.values is not None)
    return moment + run.schedule.offsets_us[number] - START_US


def _within_bound(run: Run, committed: dict[int, Decision]) -> list[str]:
    schedule, found = run.schedule, list[str]()
    honest = schedule.forecasts[list(schedule.honest)]
    for number, decision in committed.items():
        values = np.asarray(decision.values)
        if (values < honest.min(axis=0)).any() or (values > honest.max(axis=0)).any():
            found.append(f"replica {number} committed values outside the honest range")
    for number in schedule.honest:
        accused = {anomaly.replica for anomaly in run.replicas[number].anomalies}
        found += [f"replica {n} was accused, though honest" for n in accused & set(schedule.honest)]
    limit = _limit(schedule)
    if limit is not None:
        slow = [n for n in schedule.honest if n not in committed or _latency(run, n) > limit]
        found += [f"replica {number} did not commit in time" for number in slow]
    return found


def _limit(schedule: Schedule) -> int | None:
    """Return within how many µs each honest replica must commit; None where it need not."""
    bound = schedule.terms.bound_us
    if schedule.terms.mode == "synchronous":
        return 3 * bound + 1
    return None if schedule.faulty else 2 * bound


def _evidence(run: Run, final: dict[int, Decision | None]) -> list[str]:
    """Look for evidence that is missing, wrong, or that nobody else could verify."""
    schedule, found = run.schedule, list[str]()
    for number, decision in final.items():
        held = run.replicas[number].evidence
        proven = {one.replica for one in held}
        found += [f"honest replica {n} was proven a liar" for n in proven & set(schedule.honest)]
        missing = _seen_twice(run, number) - proven - {number}
        found += [f"replica {number} lacks evidence against {liar}" for liar in missing]
        found += [f"evidence of replica {number} is none" for one in held if not _holds(run, one)]
        if decision is not None and decision.values is not None and not _certified(run, decision):
            found.append(f"the certificate of replica {number} is none")
    return found


def _holds(run: Run, found: Equivocation) -> bool:
    """Say whether a third party with the public keys can verify evidence."""
    terms = run.schedule.terms
    try:
        return read_evidence(write_evidence(terms, found), keys=terms.members) == found
    except ContractError:
        return False


def _certified(run: Run, decision: Decision) -> bool:
    """Say whether a third party can verify a commit."""
    terms = run.schedule.terms
    try:
        certificate = read_certificate(write_certificate(terms, decision.votes), keys=terms.members)
    except ContractError:
        return False
    return certificate.is_of(np.asarray(decision.values))


def _seen_twice(run: Run, number: int) -> set[int]:
    """Return whose contradicting statements were handed to a replica."""
    statements: list[Forecast | Vote] = []
    for data in run.delivered[number]:
        message = readable(data, run.schedule.terms)
        if message is None or message.statement.replica == number:
            continue
        said = message.statement
        statements.append(said.of if isinstance(said, Echo) else said)
    first: dict[tuple[str, int], Forecast | Vote] = {}
    liars: set[int] = set()
    for one in statements:
        before = first.setdefault((one.kind, one.replica), one)
        if equivocation(before, one) is not None:
            liars.add(one.replica)
    return liars
