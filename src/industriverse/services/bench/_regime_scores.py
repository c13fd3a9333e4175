"""How the series of each set are scored: by the rules of the set's own authors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from industriverse.engines.regimes.stream import ChangePoint, StreamReport

from ._nab_scores import PROFILES, STANDARD, Decided, ScoredFile, decided, sweep
from ._regime_sets import AnnotatedSeries, MarkedSeries, RunSeries, WindowedSeries
from ._segment_scores import (
    MARGIN,
    Counts,
    average_precision,
    f_measure,
    is_peak_found,
    mask_of,
    matched,
    mean_covering,
    range_counts,
    sample_counts,
)

Figures = dict[str, float | None]
_NEAR = 0.01
"""Share of a series by which a change may be misplaced where its delay is measured."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures of each series of a set, and of all together."""

    each: list[Figures]
    together: Figures


def score_nab(series: Sequence[WindowedSeries], found: Sequence[StreamReport]) -> Scored:
    """Score by the Numenta benchmark's rules; one threshold for all files is swept."""
    files = [
        ScoredFile(report.scores, one.windows) for one, report in zip(series, found, strict=True)
    ]
    best = {profile.name: sweep(files, profile) for profile in PROFILES}
    together: Figures = {name: result.normalised for name, result in best.items()}
    standard = best[STANDARD.name]
    return Scored(
        [{"raw": raw} for raw in standard.by_file],
        {**together, "threshold": standard.threshold},
    )


def score_skab(series: Sequence[RunSeries], found: Sequence[StreamReport]) -> Scored:
    """Score changes by SKAB's form of those rules, and marked samples by F1.

    A change counts at its place, as on the leaderboard; `at_detection` counts it when it was said.
    """
    pairs = list(zip(series, found, strict=True))
    placed = [_decided(one, [change.index for change in r.change_points]) for one, r in pairs]
    said = [_decided(one, [change.detected for change in r.change_points]) for one, r in pairs]
    marked = [_samples(one, report) for one, report in pairs]
    each: list[Figures] = [
        {"standard": place.score(), "f1": counts.f1}
        for place, counts in zip(placed, marked, strict=True)
    ]
    all_placed, all_said = reduce(add, placed), reduce(add, said)
    return Scored(
        each,
        {
            **{profile.name: all_placed.score(profile) for profile in PROFILES},
            "missed": all_placed.missed,
            "false": all_placed.false,
            "at_detection": all_said.score(),
            "delay_s": _median(all_said.delays),
            **_binary(reduce(add, marked)),
            "said_after": _said_after(found),
        },
    )


def _decided(run: RunSeries, rows: Iterable[int]) -> Decided:
    changes = [float(run.seconds[row]) for row in run.changes if row >= run.trained]
    return decided(changes, [float(run.seconds[row]) for row in rows if row >= run.trained])


def _samples(one: MarkedSeries, report: StreamReport) -> Counts:
    marked = mask_of([(a.start, a.end) for a in report.anomalies], len(one.values))
    return sample_counts(one.truth[one.trained :], marked[one.trained :])


def _binary(counts: Counts) -> Figures:
    return {
        "f1": counts.f1,
        "false_alarm_rate": counts.false_alarm_rate,
        "missing_alarm_rate": 1.0 - counts.recall,
    }


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return float(np.median(known)) if known else None


def _said_after(found: Iterable[StreamReport]) -> float | None:
    """Return the samples from where changes are placed to where they were said, in the median."""
    return _median(one.detected - one.index for report in found for one in report.change_points)


def score_annotated(series: Sequence[AnnotatedSeries], found: Sequence[StreamReport]) -> Scored:
    """Score by covering and F1 over annotators; of those with several channels apart."""
    pairs = list(zip(series, found, strict=True))
    each = [_annotated(one, report) for one, report in pairs]
    together = _mean_of(each)
    several = [one.values.shape[1] > 1 for one in series]
    if any(several) and not all(several):
        alone = [f for f, many in zip(each, several, strict=True) if not many]
        sensors = [f for f, many in zip(each, several, strict=True) if many]
        outside = [
            f
            for f, (one, _) in zip(each, pairs, strict=True)
            if one.values.shape[1] == 1 and not one.name.startswith("quality_control")
        ]
        together = {
            **_mean_of(alone),
            **{f"multivariate_{name}": value for name, value in _mean_of(sensors).items()},
            **{f"measured_{name}": value for name, value in _mean_of(outside).items()},
        }
    delays = [delay for one, report in pairs for delay in _delays(one, report.change_points)]
    return Scored(each, {**together, "delay": _median(delays), "said_after": _said_after(found)})


def _annotated(one: AnnotatedSeries, report: StreamReport) -> Figures:
    places = [change.index for change in report.change_points]
    return {
        "cover": mean_covering(one.annotations, places, len(one.values)),
        "f1": f_measure(one.annotations, places),
    }


def _mean_of(figures: Sequence[Figures]) -> Figures:
    """Return the mean of each figure over the series that have it."""
    names = dict.fromkeys(name for one in figures for name in one)
    return {name: _mean(one.get(name) for one in figures) for name in names}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _delays(one: AnnotatedSeries, changes: Sequence[ChangePoint]) -> list[float]:
    """Return the samples from true changes to when one placed near them was said."""
    margin = max(MARGIN, int(_NEAR * len(one.values)))
    truth = {change for own in one.annotations.values() for change in own}
    said = {change.index: change.detected for change in changes}
    return [float(said[found] - true) for true, found in matched(truth, said, margin).items()]


def score_peaks(series: Sequence[MarkedSeries], found: Sequence[StreamReport]) -> Scored:
    """Score by the UCR archive's rule: is the highest score after the learning part in place?"""
    each = [
        _peaked(one, one.trained + int(np.argmax(report.scores[one.trained :])), _auc(one, report))
        for one, report in zip(series, found, strict=True)
    ]
    return Scored(each, _mean_of(each))


def _peaked(one: MarkedSeries, peak: int, area: float | None) -> Figures:
    (span,) = one.ranges
    return {"found": float(is_peak_found(peak, span)), "auc_pr": area}


def _auc(one: MarkedSeries, report: StreamReport) -> float | None:
    return average_precision(report.scores[one.trained :], one.truth[one.trained :])


def score_marked(series: Sequence[MarkedSeries], found: Sequence[StreamReport]) -> Scored:
    """Score the ranking of samples, and which anomalous ranges are found (as Telemanom does)."""
    pairs = list(zip(series, found, strict=True))
    counts = [_ranges(one, report) for one, report in pairs]
    each: list[Figures] = [
        {"auc_pr": _auc(one, report), "f1": count.f1 if one.ranges else None}
        for (one, report), count in zip(pairs, counts, strict=True)
    ]
    pooled = reduce(add, counts)
    judged = sum(len(one.values) - one.trained for one in series)
    true = pooled.hit + pooled.missed
    return Scored(
        each,
        {
            "auc_pr": _mean_of(each)["auc_pr"],
            "precision": pooled.precision if true else None,
            "recall": pooled.recall if true else None,
            "f1": pooled.f1 if true else None,
            "false_per_1000": 1000 * pooled.false / judged,
        },
    )


def _ranges(one: MarkedSeries, report: StreamReport) -> Counts:
    found = [(max(a.start, one.trained), a.end) for a in report.anomalies if a.end > one.trained]
    return range_counts(one.ranges, found)
