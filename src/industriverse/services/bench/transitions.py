"""Regime changes with known truth: delay, misses, false alarms; and what faults and gaps spoil."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import BenchSettings
from ._change_detectors import (
    LEARNED,
    NAIVE,
    OFFLINE,
    Onsets,
    alarms,
    has_ruptures,
    merged,
    verdicts,
    warned,
)
from ._fault_cases import Base, bases, faults, outcome
from ._ramp_streams import SYSTEMS, Stream, streams

_WITHIN = 576
"""Samples after the crossing in which an alarm counts as its detection: one and a half windows."""
_EARLY = 64
"""Samples by which an offline method may place the change too early."""
_NOT_INSTALLED = "not installed: make bench-peers"
_HEADS = (
    "case",
    "by",
    "runs",
    "detected",
    "early",
    "delay_median",
    "delay_90",
    "false_per_1000",
    "false_at_rest_per_1000",
    "label_kept",
    "label_alarmed",
    "coverage_faulty",
    "coverage_sound",
    "refused",
    "missing",
    "filled_energy",
    "note",
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        systems: Which systems are ramped.
        seeds: Streams of each.
        records: Records that each fault is done to.
        faults: Names of the faults; None is all.
    """

    systems: tuple[str, ...] = SYSTEMS
    seeds: int = 10
    records: int = 24
    faults: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Score:
    """One method on one stream.

    Attributes:
        delay: Samples from the crossing to the first alarm, None where none began in time.
        early: Whether none did because one began while the parameter moved towards the threshold.
        false, false_at_rest: Alarms before the crossing, and before the parameter moved.
        before, at_rest: Samples in which those could happen.
    """

    delay: int | None
    early: bool
    false: int
    false_at_rest: int
    before: int
    at_rest: int


Scores = dict[str, list[_Score]]


@dataclass(slots=True)
class _Ramps:
    """Scores by system and method, and whether slowing was announced."""

    scores: dict[str, Scores] = field(default_factory=dict[str, Scores])
    warned: list[bool] = field(default_factory=list[bool])


def run(settings: BenchSettings, size: Size | None = None) -> dict[str, Any]:
    """Measure the product's regime stage on ramps, then under faults and missing readings.

    Peers see the same streams: a rolling threshold, cumulative sums, and `ruptures` offline.
    """
    size = size or Size()
    ramps = _ramps(settings, size)
    rows = [
        _ramp_row(system, method, scores)
        for system, methods in ramps.scores.items()
        for method, scores in methods.items()
    ]
    pooled = _pooled(ramps)
    rows += [_ramp_row("all", method, scores) for method, scores in pooled.items()]
    if not has_ruptures():
        rows += [_row(case="all", by=method, note=_NOT_INSTALLED) for method in OFFLINE]
    fault_rows = _fault_rows(settings, size)
    return {
        "metrics": _metrics(pooled, ramps.warned, fault_rows),
        "peers": {m: _figures(s) for m, s in pooled.items() if m in NAIVE or m in OFFLINE},
        "rows": rows + fault_rows,
    }


def _methods() -> Mapping[str, Callable[[Stream], Onsets]]:
    return {**NAIVE, **(OFFLINE if has_ruptures() else {})}


def _ramps(settings: BenchSettings, size: Size) -> _Ramps:
    ramps = _Ramps()
    total = len(size.systems) * size.seeds
    for number, stream in enumerate(streams(size.systems, size.seeds, settings.seed)):
        settings.progress(f"ramp of {stream.system}", 0.7 * number / total)
        said = verdicts(stream)
        onsets: dict[str, Onsets] = {
            "regime": alarms(said, confirmed=False),
            "regime, confirmed": alarms(said, confirmed=True),
            "regime tracker": said.tracked,
            **{name: method(stream) for name, method in _methods().items()},
        }
        scores = ramps.scores.setdefault(stream.system, {})
        for name, found in onsets.items():
            early = _EARLY if name in OFFLINE else 0
            scores.setdefault(name, []).append(_score(found, stream, early))
        announced = warned(said, _near(stream))
        ramps.warned += [] if announced is None else [announced]
    return ramps


def _near(stream: Stream) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return where truth is transitional and the threshold still ahead."""
    near = np.array([label == "transitional" for label in stream.truth.label])
    near[stream.crossing :] = False
    return near


def _score(onsets: Onsets, stream: Stream, early: int) -> _Score:
    onsets = merged(onsets)
    first = stream.crossing - early
    after = [onset for onset in onsets if first <= onset <= stream.crossing + _WITHIN]
    return _Score(
        delay=after[0] - stream.crossing if after else None,
        early=not after and any(stream.moving <= onset < first for onset in onsets),
        false=sum(onset < first for onset in onsets),
        false_at_rest=sum(onset < min(stream.moving, first) for onset in onsets),
        before=first - LEARNED,
        at_rest=min(stream.moving, first) - LEARNED,
    )


def _pooled(ramps: _Ramps) -> Scores:
    pooled: Scores = {}
    for methods in ramps.scores.values():
        for method, scores in methods.items():
            pooled.setdefault(method, []).extend(scores)
    return pooled


def _figures(scores: list[_Score]) -> dict[str, float]:
    """Return detection and false alarms; delays only where at least one was detected."""
    delays = [score.delay for score in scores if score.delay is not None]
    figures = {
        "detected": len(delays) / len(scores),
        "early": sum(score.early for score in scores) / len(scores),
        "false_per_1000": 1000 * sum(s.false for s in scores) / sum(s.before for s in scores),
        "false_at_rest_per_1000": 1000
        * sum(s.false_at_rest for s in scores)
        / sum(s.at_rest for s in scores),
    }
    if delays:
        figures["delay_median"] = float(np.median(delays))
        figures["delay_90"] = float(np.quantile(delays, 0.9))
    return figures


def _row(**known: object) -> Row:
    return {head: known.get(head) for head in _HEADS}


def _ramp_row(case: str, method: str, scores: list[_Score]) -> Row:
    note = "offline: sees the whole record" if method in OFFLINE else None
    return _row(case=case, by=method, runs=len(scores), note=note, **_figures(scores))


def _fault_rows(settings: BenchSettings, size: Size) -> list[Row]:
    records = bases(size.records, settings.seed)
    names = [None, *(size.faults or faults(records[0].past))]
    rows: list[Row] = []
    for number, name in enumerate(names):
        settings.progress(name or "no fault", 0.7 + 0.3 * number / len(names))
        rows.append(_fault_row(name, records, settings.seed))
    return rows


def _fault_row(name: str | None, records: list[Base], seed: int) -> Row:
    found = [
        outcome(base, None if name is None else faults(base.past)[name], seed + number)
        for number, base in enumerate(records)
    ]
    answered = [one.inside for one in found if one.inside is not None]
    filled = [one.filled for one in found if one.filled is not None]
    return _row(
        case=name or "no fault",
        by="product",
        runs=len(found),
        label_kept=_mean([one.kept for one in found]),
        label_alarmed=_mean([one.alarmed for one in found]),
        coverage_faulty=_mean([inside[:, 0].mean() for inside in answered]),
        coverage_sound=_mean([inside[:, 1:].mean() for inside in answered]),
        refused=1 - len(answered) / len(found),
        missing=_mean([one.missing for one in found]),
        filled_energy=_mean(filled),
    )


def _mean(values: list[Any]) -> float | None:
    return float(np.mean(values)) if values else None


def _metrics(pooled: Scores, announced: list[bool], fault_rows: list[Row]) -> dict[str, float]:
    metrics = {f"regime_{k}": v for k, v in _figures(pooled["regime"]).items()}
    confirmed = _figures(pooled["regime, confirmed"])
    metrics |= {f"regime_confirmed_{k}": v for k, v in confirmed.items()}
    if announced:
        metrics["slowing_announced"] = float(np.mean(announced))
        metrics["slowing_runs"] = float(len(announced))
    hurt = [row for row in fault_rows if row["case"] != "no fault"]
    for head in ("label_kept", "coverage_faulty", "coverage_sound"):
        clean = fault_rows[0][head]
        known = [row[head] for row in hurt if row[head] is not None]
        if clean is not None:
            metrics[f"{head}_clean"] = clean
        if known:
            metrics[f"{head}_median_fault"] = float(np.median(known))
            metrics[f"{head}_worst_fault"] = float(min(known))
    return metrics
