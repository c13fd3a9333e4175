"""Ways to notice a change: the product's regimes, naive thresholds, and `ruptures` offline."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from industriverse.engines.regimes import RegimeTracker
from industriverse.kernel.results import Regime
from industriverse.services.live import LivePace
from industriverse.services.predict import regime_of
from industriverse.services.regime_model import shipped_regime_model

from ._ramp_streams import Stream

Onsets = list[int]
Series = Float[np.ndarray, "time"]

LEARNED = 400
"""Samples before the first verdict: the regimes' window is 384, the naive rules learn on these."""
ALARMS = frozenset({"phase_change", "chaotic", "anomalous"})
"""Verdicts that say the pattern is no longer what it was; all streams begin stable."""
APART = 64
"""Onsets nearer than this many samples count as one."""
_ROLLING, _ROLLING_LIMIT = 32, 5.0
_CUSUM_LIMIT = float(np.log(10_000))
"""Each sum of log-likelihood ratios then has at least 10 000 samples to a false alarm in the mean,
where residuals are independent and normal (Lorden 1971)."""
_SHORTEST, _STRIDE = 32, 8


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the product said along a stream.

    Attributes:
        samples: Number of samples that each verdict had seen.
        regimes: The verdicts.
        tracked: Onsets of alarms of the engine's tracker, fed the same blocks.
    """

    samples: list[int]
    regimes: list[Regime]
    tracked: Onsets


def verdicts(stream: Stream) -> Verdicts:
    """Return the product's regime stage along a stream, at a live feed's pace and window."""
    pace, model = LivePace(), shipped_regime_model()
    reported = stream.observed.names
    total = len(stream.table)
    samples = list(range(LEARNED, total + 1, pace.predict_every))
    regimes = [regime_of(stream.until(s, pace.window), reported, model) for s in samples]
    return Verdicts(samples, regimes, _tracked(stream, samples))


def _tracked(stream: Stream, samples: Sequence[int]) -> Onsets:
    """Return where the tracker confirmed a change into an alarm, on the table."""
    tracker = RegimeTracker(shipped_regime_model(), 1.0)
    onsets: Onsets = []
    for first, last in zip((0, *samples), samples, strict=False):
        tracker.update(stream.table[first:last])
        onsets += [last - 1 for change in tracker.transitions if change.after in ALARMS]
    return merged(onsets)


def alarms(found: Verdicts, *, confirmed: bool) -> Onsets:
    """Return where an alarm begins: the newest sample of the first verdict that gives it."""
    on = [r.label in ALARMS and (r.confirmed or not confirmed) for r in found.regimes]
    return merged(
        [
            s - 1
            for s, now, was in zip(found.samples, on, [False, *on], strict=False)
            if now and not was
        ]
    )


def merged(onsets: Sequence[int]) -> Onsets:
    """Return onsets at least `APART` samples apart, the first of each group."""
    kept: Onsets = []
    last = -APART
    for onset in onsets:
        if onset - last >= APART:
            kept.append(onset)
        last = onset
    return kept


def rolling_threshold(stream: Stream) -> Onsets:
    """Return where a rolling mean or deviation leaves what the first 400 samples taught.

    Over 32 samples, each channel; beyond five deviations of the same figure in those 400.
    """
    view = np.lib.stride_tricks.sliding_window_view(stream.table, _ROLLING, axis=0)
    figures = np.concatenate([view.mean(axis=2), np.log(view.std(axis=2) + 1e-12)], axis=1)
    taught = figures[: LEARNED - _ROLLING + 1]
    away = np.abs(figures - taught.mean(axis=0)) / (taught.std(axis=0) + 1e-12)
    on = (away > _ROLLING_LIMIT).any(axis=1)
    samples = np.flatnonzero(on & ~np.roll(on, 1)) + _ROLLING - 1
    return merged([int(s) for s in samples if s >= LEARNED])


def cusum(stream: Stream) -> Onsets:
    """Return the alarms of Page's cumulative sums on each channel's one-step residuals.

    Mean, deviation and the step to the next sample are learned on the first 400; the sums are of
    log-likelihood ratios of a mean one deviation up or down, and of a doubled deviation. After an
    alarm a sum begins anew.

    References:
        Page (1954), Biometrika 41, 100; Lorden (1971), Ann. Math. Statist. 42, 1897.
    """
    found = [onset for channel in stream.table.T for onset in _cusum(channel)]
    return merged(sorted(found))


def _cusum(series: Series) -> Onsets:
    centred = series - series[:LEARNED].mean()
    taught = centred[:LEARNED]
    keep = float(taught[:-1] @ taught[1:] / (taught @ taught))
    residual = centred[1:] - keep * centred[:-1]
    residual = residual / (residual[: LEARNED - 1].std() + 1e-12)
    doubled = 3 / 8 * residual**2 - np.log(2)
    ratios = np.stack([residual - 0.5, -residual - 0.5, doubled], axis=1)
    sums, onsets = np.zeros(3), []
    for sample in range(LEARNED, len(series)):
        sums = np.maximum(sums + ratios[sample - 1], 0.0)
        if sums.max() > _CUSUM_LIMIT:
            onsets.append(sample)
            sums = np.zeros(3)
    return onsets


def has_ruptures() -> bool:
    """Tell whether the peer is installed."""
    return find_spec("ruptures") is not None


def pelt(stream: Stream) -> Onsets:
    """Return PELT's changes of mean and covariance, penalised by BIC; it sees the whole record."""
    size = stream.table.shape[1]
    penalty = (size * (size + 3) / 2 + 1) * np.log(len(stream.table))
    return _ruptures("Pelt", stream, {"pen": penalty})


def binary_segmentation(stream: Stream) -> Onsets:
    """Return the one change that binary segmentation finds when told that there is one."""
    return _ruptures("Binseg", stream, {"n_bkps": 1})


def _ruptures(kind: str, stream: Stream, wanted: dict[str, Any]) -> Onsets:
    library: Any = import_module("ruptures")
    table = stream.table / stream.table.std(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = getattr(library, kind)(model="normal", min_size=_SHORTEST, jump=_STRIDE)
        ends: list[int] = search.fit(table).predict(**wanted)
    return merged([int(end) for end in ends[:-1] if end >= LEARNED])


NAIVE: dict[str, Callable[[Stream], Onsets]] = {
    "rolling threshold": rolling_threshold,
    "CUSUM": cusum,
}
OFFLINE: dict[str, Callable[[Stream], Onsets]] = {
    "ruptures PELT": pelt,
    "ruptures binary segmentation": binary_segmentation,
}


def warned(found: Verdicts, near: Bool[np.ndarray, "time"]) -> bool | None:
    """Tell whether `transitional` was said while truth was so before the crossing; None if never.

    Args:
        found: The product's verdicts.
        near: True where truth is transitional and the threshold is still ahead.
    """
    there = [
        r.label == "transitional"
        for s, r in zip(found.samples, found.regimes, strict=True)
        if near[s - 1]
    ]
    return any(there) if there else None
