"""Simple ways to follow a stream, written out here or offline in `ruptures`, scored beside ours."""

import math
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import special, stats

from industriverse.engines.regimes.stream import Anomaly, ChangePoint, StreamReport

from ._regime_sets import Table
from ._segment_scores import ranges_of

Follow = Callable[[Table, int], StreamReport]
"""Follows a stream whose first samples, so many, are given for learning."""
Scores = Float[np.ndarray, "time"]

_GAUSSIAN_ROWS, _GAUSSIAN_STEP = 6400, 100
_LEVEL, _SMOOTHED, _EXPLAINED = 0.999, 5, 0.85
_HAZARD = 1 / 100
_PRIOR_WEIGHT = _PRIOR_SHAPE = _PRIOR_RATE = 1.0
"""Of the normal-gamma prior of a run's mean and precision."""
_MOST_SPLITS = 5


def reported(
    samples: int,
    changes: Iterable[tuple[int, int]] = (),
    scores: Scores | None = None,
    marked: Bool[np.ndarray, "time"] | None = None,
) -> StreamReport:
    """Return what a method found, in our report's form.

    Args:
        samples: Number of samples.
        changes: Index and sample of detection of each change.
        scores: Anomaly score of each sample; None where the method has none.
        marked: Samples called anomalous.
    """
    scores = np.zeros(samples) if scores is None else scores
    ranges = [] if marked is None else ranges_of(marked)
    return StreamReport(
        samples,
        tuple(ChangePoint(index, seen, 0.5) for index, seen in sorted(changes)),
        tuple(Anomaly(a, b, float(scores[a:b].max())) for a, b in ranges),
        scores,
    )


def nothing(values: Table, trained: int) -> StreamReport:
    """Find nothing."""
    del trained
    return reported(len(values))


def drawn(seed: int) -> Follow:
    """Return a method that draws its scores."""

    def follow(values: Table, trained: int) -> StreamReport:
        del trained
        return reported(len(values), scores=np.random.default_rng(seed).random(len(values)))

    return follow


def windowed_gaussian(values: Table, trained: int) -> StreamReport:
    """Score each sample by its normal tail among the 6 400 before, of several channels the least.

    References:
        The Numenta benchmark's detector of that name: its window was chosen on that benchmark.
    """
    del trained
    scores = np.stack([_gaussian(channel) for channel in values.T]).max(axis=0)
    return reported(len(values), scores=scores)


def _gaussian(channel: Scores) -> Scores:
    """Return 1 less the tail; the window grows to its length, then moves by 100 samples."""
    rows = np.arange(1, len(channel))
    steps = np.maximum(rows - _GAUSSIAN_ROWS, 0) // _GAUSSIAN_STEP * _GAUSSIAN_STEP
    ends = np.minimum(rows, steps + _GAUSSIAN_ROWS)
    centred = channel - channel.mean()
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    mean = (sums[ends] - sums[steps]) / (ends - steps)
    variance = (squares[ends] - squares[steps]) / (ends - steps) - mean**2
    spread = np.sqrt(np.maximum(variance, 1e-12))
    away = np.abs(centred[1:] - mean) / spread
    return np.concatenate([[0.0], 1.0 - 0.5 * special.erfc(away / math.sqrt(2))])


def hotelling(values: Table, trained: int) -> StreamReport:
    """Mark where Hotelling's T² over the learning part's covariance is twice its limit.

    References:
        SKAB's notebook t2_SKAB: level 0.999, a median over five samples, decisions where the mark
        begins or ends.
    """
    scaled = _standardised(values, trained)
    used = scaled[:, scaled[:trained].std(axis=0) > 0]
    inverse = np.linalg.pinv(np.cov(used[:trained].T, ddof=1).reshape(used.shape[1], -1))
    statistic = np.einsum("ti,ij,tj->t", used, inverse, used)
    return _charted(statistic / (2 * _limit(trained, used.shape[1])), trained)


def hotelling_and_residual(values: Table, trained: int) -> StreamReport:
    """Mark where T² of the leading components, or what they leave, is above its limit.

    References:
        SKAB's notebook t2_with_q_SKAB: components for 85 % of the variance, level 0.999; its limit
        of the residual.
    """
    scaled = _standardised(values, trained)
    used = scaled[:, scaled[:trained].std(axis=0) > 0]
    sizes, axes = np.linalg.eigh(np.cov(used[:trained].T, ddof=1).reshape(used.shape[1], -1))
    sizes, axes = sizes[::-1], axes[:, ::-1]
    kept = int(np.searchsorted(np.cumsum(sizes) / sizes.sum(), _EXPLAINED, side="right")) + 1
    leading = used @ axes[:, :kept]
    statistic = (leading**2 / sizes[:kept]).sum(axis=1) / _limit(trained, kept)
    if kept < used.shape[1]:
        rest = (used**2).sum(axis=1) - (leading**2).sum(axis=1)
        third = 1 + stats.norm.ppf(_LEVEL) * math.sqrt(2) / 3 - 2 / 9
        statistic = np.maximum(statistic, rest / (sizes[kept:].sum() * third**3))
    return _charted(statistic, trained)


def _standardised(values: Table, trained: int) -> Table:
    spread = values[:trained].std(axis=0)
    return (values - values[:trained].mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def _limit(trained: int, sizes: int) -> float:
    """Return T²'s upper limit for a new sample."""
    factor = sizes * (trained - 1) * (trained + 1) / (trained * (trained - sizes))
    return factor * float(stats.f.ppf(_LEVEL, sizes, trained - sizes))


def _charted(statistic: Scores, trained: int) -> StreamReport:
    """Return marks and decisions of a statistic that is 1 at its limit."""
    smooth = np.zeros(len(statistic))
    view = np.lib.stride_tricks.sliding_window_view(statistic[trained:], _SMOOTHED)
    smooth[trained + _SMOOTHED - 1 :] = np.median(view, axis=1)
    marked = smooth > 1.0
    changes = [(row, row) for span in ranges_of(marked) for row in span if row < len(statistic)]
    return reported(len(statistic), changes, smooth / (1.0 + smooth), marked)


def bayesian(values: Table, trained: int) -> StreamReport:
    """Return the changes of the most probable segmentation at the end, and since when each was so.

    Normal samples of unknown mean and variance, a change each 100 samples in the mean; the series
    is standardised as a whole.

    References:
        Adams & MacKay (2007), arXiv:0710.3742; prior and hazard are those of TCPDBench, which
        uses the R package `ocp`.
    """
    del trained
    runs = _Runs(values.shape[1])
    starts = [
        row + 1 - runs.after(sample)
        for row, sample in enumerate(_standardised(values, len(values)))
    ]
    changes: list[tuple[int, int]] = []
    start = len(values)
    while (start := min(starts[start - 1], start - 1)) > 0:
        changes.append((start, starts.index(start) if start in starts else start))
    return reported(len(values), changes)


class _Runs:
    """The best segmentation that ends in a run of each length, and how probable it is."""

    def __init__(self, size: int) -> None:
        self._logs = np.zeros(1)
        self._weight = np.full((1, 1), _PRIOR_WEIGHT)
        self._mean = np.zeros((1, size))
        self._rate = np.full((1, size), _PRIOR_RATE)

    def after(self, sample: Float[np.ndarray, "channel"]) -> int:
        """Take in a sample and return the length of the best segmentation's last run."""
        shape = _PRIOR_SHAPE + np.arange(len(self._weight))[:, None] / 2
        scale = np.sqrt(self._rate * (self._weight + 1) / (self._weight * shape))
        each: Any = stats.t.logpdf(sample, 2 * shape, self._mean, scale)
        fit = self._logs + each.sum(axis=1)
        fresh = fit.max() + math.log(_HAZARD)
        logs = np.append(fresh, fit + math.log1p(-_HAZARD))
        self._logs = logs - logs.max()
        away = sample - self._mean
        rate = self._rate + self._weight / (2 * (self._weight + 1)) * away**2
        self._rate = np.vstack([np.full_like(rate[:1], _PRIOR_RATE), rate])
        mean = self._mean + away / (self._weight + 1)
        self._mean = np.vstack([np.zeros_like(mean[:1]), mean])
        self._weight = np.vstack([[[_PRIOR_WEIGHT]], self._weight + 1])
        return int(np.argmax(self._logs))


def has_ruptures() -> bool:
    """Tell whether the offline peer is installed."""
    return find_spec("ruptures") is not None


def pelt(values: Table, trained: int) -> StreamReport:
    """Return PELT's changes of mean, penalised by three logarithms a channel; it sees all.

    References:
        The default of TCPDBench: changes of mean on standardised series under MBIC.
    """
    del trained
    return _offline("Pelt", values, {"pen": _penalty(values)})


def binary_segmentation(values: Table, trained: int) -> StreamReport:
    """Return at most five changes of mean by binary segmentation, penalised alike; it sees all."""
    del trained
    report = _offline("Binseg", values, {"pen": _penalty(values)})
    if len(report.change_points) <= _MOST_SPLITS:
        return report
    return _offline("Binseg", values, {"n_bkps": _MOST_SPLITS})


def _penalty(values: Table) -> float:
    return 3 * values.shape[1] * math.log(len(values))


def _offline(kind: str, values: Table, wanted: dict[str, Any]) -> StreamReport:
    library: Any = import_module("ruptures")
    search = getattr(library, kind)(model="l2", min_size=2, jump=1)
    ends: list[int] = search.fit(_standardised(values, len(values))).predict(**wanted)
    return reported(len(values), [(int(end), len(values) - 1) for end in ends[:-1]])
