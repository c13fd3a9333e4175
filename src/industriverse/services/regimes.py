"""The regimes of a whole record: changes, segments, anomalies, and what to do about the newest."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes import RegimeModel, detect_regime
from industriverse.engines.regimes.stream import (
    Anomaly,
    ChangePoint,
    Segment,
    StreamReport,
    evidence_of,
    follow,
    label_segments,
)
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import ReadResult
from industriverse.kernel.results import Regime, RegimeLabel
from industriverse.kernel.signals import Signals

from .documents import (
    AnomalyDocument,
    ChangeDocument,
    RegimesDocument,
    SegmentDocument,
)
from .magnitudes import refuse_extremes
from .predict import input_document, regime_document, reported_only
from .written_times import written_time

Action = Literal["proceed", "monitor", "investigate", "alert", "defer"]
Risk = Literal["low", "medium", "high"]

FEWEST_ROWS = 2
_RECENT = 1024
_NEWS = 64
"""Samples for which a change or an anomaly raises the risk."""
_SURE = 0.75
_ACTIONS: dict[RegimeLabel, Action] = {
    "stable": "proceed",
    "transitional": "monitor",
    "chaotic": "investigate",
    "phase_change": "investigate",
    "anomalous": "alert",
    "initializing": "defer",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """A record's regimes, and the score of each sample.

    Attributes:
        document: What was found.
        scores: `(time,)` In [0, 1), each from what came up to its sample only.
    """

    document: RegimesDocument
    scores: Float[np.ndarray, "time"]


def follow_file(
    read: ReadResult, *, name: str, false_alarms: float, model: RegimeModel
) -> Followed:
    """Follow a file's telemetry as if it came in sample by sample.

    Raises:
        ContractError: It holds a field, or the rate is outside (0, 0.1].
        InputError: A channel's magnitudes cannot be computed with.
    """
    observed = reported_only(read.observation, read.reported)
    if not isinstance(observed, Signals):
        raise ContractError(
            f"{name} holds a field; changes are followed in telemetry.",
            hint="Give a table of channels over time: CSV, Parquet or JSON lines.",
        )
    refuse_extremes(observed)
    rows = np.ascontiguousarray(observed.values, np.float64)
    report = follow(rows, false_alarms=false_alarms)
    segments = label_segments(rows, report.change_points, observed.step_s, model=model)
    regime = detect_regime(
        rows[max(segments[-1].start, len(rows) - _RECENT) :], observed.step_s, model=model
    )
    clock = _Clock.of(observed, read.row_times)
    document = RegimesDocument(
        input=input_document(read, name),
        n=report.samples,
        false_alarms=false_alarms,
        change_points=_changes(report, rows, observed.names, clock),
        segments=[_segment(s, clock) for s in segments],
        anomalies=[_anomaly(a, clock) for a in report.anomalies],
        regime=regime_document(regime),
        recommended_action=_action(regime),
        risk_level=_risk(regime, report),
        scores_path=None,
    )
    return Followed(document, report.scores)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The time of each sample, as it is written."""

    seconds: Float[np.ndarray, "time"]
    absolute: bool

    @staticmethod
    def of(signals: Signals, row_times: Float[np.ndarray, "time"] | None) -> "_Clock":
        return _Clock(signals.times if row_times is None else row_times, signals.absolute)

    def at(self, sample: int) -> str:
        return written_time(float(self.seconds[sample]), absolute=self.absolute)


def scores_as_csv(followed: Followed) -> str:
    """Return one line a sample: its number from 0 and its score."""
    lines = [f"{sample},{score!r}" for sample, score in enumerate(followed.scores.tolist())]
    return "\n".join(["sample,score", *lines, ""])


def _changes(
    report: StreamReport, rows: np.ndarray, names: tuple[str, ...], clock: _Clock
) -> list[ChangeDocument]:
    edges = [0, *(c.index for c in report.change_points), len(rows)]
    return [
        _change(change, evidence_of(change, rows, names, (edges[i], edges[i + 2])), clock)
        for i, change in enumerate(report.change_points)
    ]


def _change(change: ChangePoint, evidence: str, clock: _Clock) -> ChangeDocument:
    return ChangeDocument(
        index=change.index,
        time=clock.at(change.index),
        score=change.score,
        detected=change.detected,
        detected_time=clock.at(change.detected),
        evidence=evidence,
    )


def _segment(segment: Segment, clock: _Clock) -> SegmentDocument:
    return SegmentDocument(
        start=segment.start,
        end=segment.end,
        start_time=clock.at(segment.start),
        end_time=clock.at(segment.end - 1),
        label=segment.label,
        confirmed=segment.confirmed,
        probability=segment.probability,
    )


def _anomaly(anomaly: Anomaly, clock: _Clock) -> AnomalyDocument:
    return AnomalyDocument(
        start=anomaly.start,
        end=anomaly.end,
        start_time=clock.at(anomaly.start),
        end_time=clock.at(anomaly.end - 1),
        score=anomaly.score,
    )


def _action(regime: Regime) -> Action:
    """Return what to do: nothing is decided on a regime that is not confirmed, but to look."""
    action = _ACTIONS[regime.label]
    if action == "proceed" and not regime.confirmed:
        return "monitor"
    return action


def _risk(regime: Regime, report: StreamReport) -> Risk:
    """Return the risk: high outside what is known or just after news, low when surely stable."""
    since = report.samples - _NEWS
    news = any(c.detected >= since for c in report.change_points) or any(
        a.end > since for a in report.anomalies
    )
    if news or regime.label in {"anomalous", "chaotic", "phase_change"}:
        return "high"
    return (
        "low" if regime.label == "stable" and regime.probabilities["stable"] >= _SURE else "medium"
    )
