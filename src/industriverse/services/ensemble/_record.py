"""What the desk knows of a round: the replicas' reports, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from industriverse.engines.consensus import (
    REPLICAS,
    Decision,
    Outcome,
    Status,
    Terms,
    spread,
    write_certificate,
    write_evidence,
)

from ._result import EnsembleForecast

_ENOUGH = 2


@dataclass(slots=True)
class Record:
    """One round as the desk sees it.

    Attributes:
        terms: Of the round.
        tolerance: How far a forecast may lie from the committed one and still agree: their root
            mean square difference over the committed one's standard deviation.
        reports: The newest checked report of each replica.
        failures: What each replica that has no forecast said, or what is known of it.
        given_out: What the caller was told, once he was.
    """

    terms: Terms
    tolerance: float
    reports: dict[int, Decision] = field(default_factory=dict[int, Decision])
    failures: dict[int, str] = field(default_factory=dict[int, str])
    given_out: Status | None = None

    @property
    def commits(self) -> list[Decision]:
        """The reports of a commit, in order of replicas."""
        found = [self.reports[number] for number in sorted(self.reports)]
        return [report for report in found if report.values is not None]

    @property
    def settled(self) -> bool:
        """Whether two replicas have committed, so that nobody needs to be waited for."""
        return len(self.commits) >= _ENOUGH

    @property
    def status(self) -> Status:
        """What the reports come to: any doubt of any replica is a doubt."""
        commits = self.commits
        if not commits or self._split:
            return "halted"
        doubted = any(report.anomalies or report.evidence for report in self.reports.values())
        return "unconfirmed" if doubted else "confirmed"

    @property
    def why(self) -> str:
        """One sentence; empty when confirmed."""
        if self._split:
            return "Two different aggregates were committed: the bound on time was broken."
        if self.status == "confirmed":
            return ""
        failed = [f"replica {n}: {self.failures[n]}" for n in sorted(self.failures)]
        said = [f"replica {n} says: {r.why}" for n, r in sorted(self.reports.items()) if r.why]
        return "; ".join([*failed, *said]) or "No replica reported a commit in time."

    @property
    def _split(self) -> bool:
        return len({report.votes[0].aggregate for report in self.commits}) > 1

    def outcomes(self) -> dict[int, Outcome]:
        """Return what each replica did, where two others or a signature show it."""
        if self.status == "halted":
            return dict.fromkeys(self.failures, "late")
        return {number: self._outcome(number) for number in range(REPLICAS)}

    def _outcome(self, number: int) -> Outcome:
        reports = [self.reports[other] for other in self.reports if other != number]
        if any(one.replica == number for report in reports for one in report.evidence):
            return "equivocate"
        accused = [{a.kind for a in r.anomalies if a.replica == number} for r in reports]
        for kind in ("late", "differ"):
            if sum(kind in kinds for kinds in accused) >= _ENOUGH:
                return kind
        return self._closeness(number)

    def _closeness(self, number: int) -> Outcome:
        """Compare a replica's forecast with the committed one; one that is not there was late."""
        commit = self.commits[0]
        own = [held.values for held in commit.held if held.forecast.replica == number]
        if not own or commit.values is None:
            return "late"
        away = float(np.sqrt(np.mean((own[0] - commit.values) ** 2)))
        return "agree" if away <= self.tolerance * float(np.std(commit.values)) else "differ"

    def evidence(self) -> tuple[bytes, ...]:
        """Return a document for each replica and kind of statement that contradicts itself."""
        found = {
            (one.first.kind, one.replica): one
            for report in self.reports.values()
            for one in report.evidence
        }
        return tuple(write_evidence(self.terms, found[place]) for place in sorted(found))

    def answer(
        self, trust: Mapping[int, float], *, work_s: float, agree_s: float
    ) -> EnsembleForecast:
        """Return what the caller is told."""
        status = self.status
        commit = None if status == "halted" else self.commits[0]
        held = () if commit is None else commit.held
        votes = () if commit is None else commit.votes
        self.given_out = status
        return EnsembleForecast(
            status=status,
            why=self.why,
            round=self.terms.round,
            mean=None if commit is None else commit.values,
            spread=spread(np.stack([one.values for one in held])) if held else None,
            forecasts={one.forecast.replica: one.values for one in held},
            votes={vote.replica: vote.aggregate for vote in votes},
            signatures={vote.replica: vote.signature for vote in votes},
            certificate=write_certificate(self.terms, votes) if votes else None,
            evidence=self.evidence(),
            outcomes=self.outcomes(),
            trust=trust,
            work_s=work_s,
            agree_s=agree_s,
        )
