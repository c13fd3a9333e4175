"""Following streams: changes, segments and anomalies on labelled sets, beside peers; its pace."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from industriverse.engines.regimes.stream import StreamReport
from industriverse.engines.regimes.stream import follow as product

from . import BenchSettings
from . import _regime_baselines as baselines
from . import _regime_scores as scores
from . import _regime_sets as sets
from ._regime_baselines import Follow
from ._regime_fusion import measure_fusion
from ._regime_peers import is_recorded, published_figures, recorded_peers
from ._regime_scores import Figures, Scored
from ._regime_sets import Labelled, Table
from ._stream_delay import delays
from ._stream_null import false_alarms
from ._stream_speed import speeds

Row = dict[str, Any]
Methods = Mapping[str, Follow]
SeriesType = TypeVar("SeriesType", bound=Labelled)

OURS = "stream"
_RATES = (1e-3, 1e-4)
_WIDE = 50
"""Channels of a wide row."""
_DELAYS = ("median", "mean", "missed")
_UNKNOWN = {
    "skab": ("f1", "false_alarm_rate", "missing_alarm_rate"),
    "ucr_anomaly": ("auc_pr",),
}
"""Figures that have no meaning for those who only look for changes, or whose peak alone is kept."""
_HEADS = (
    "set",
    "by",
    "file",
    "samples",
    "channels",
    "seconds",
    "cover",
    "f1",
    "standard",
    "low_fp",
    "low_fn",
    "at_detection",
    "missed",
    "false",
    "raw",
    "auc_pr",
    "found",
    "delay",
    "said_after",
    "accuracy",
    "log_loss",
    "calibration_error",
    "note",
)


@dataclass(frozen=True, slots=True)
class RegimeSet(Generic[SeriesType]):
    """A labelled set.

    Attributes:
        name: As shown, and in the record of the peers.
        read: Reads its series from the data folder.
        score: Scores what a method found in them.
        heads: The figures that the set is known by; more is better.
        baselines: What is run beside ours.
    """

    name: str
    read: Callable[[Path], Sequence[SeriesType]]
    score: Callable[[Sequence[SeriesType], Sequence[StreamReport]], Scored]
    heads: tuple[str, ...]
    baselines: Callable[[int], Methods]


def _gaussian(seed: int) -> Methods:
    return {"windowed Gaussian": baselines.windowed_gaussian, "random": baselines.drawn(seed)}


def _charts(seed: int) -> Methods:
    del seed
    return {
        "T²": baselines.hotelling,
        "T² and Q": baselines.hotelling_and_residual,
        "nothing": baselines.nothing,
        **_offline({"ruptures binary segmentation": baselines.binary_segmentation}),
    }


def _change_methods(seed: int) -> Methods:
    del seed
    return {
        "nothing": baselines.nothing,
        "BOCPD": baselines.bayesian,
        **_offline(
            {
                "ruptures PELT": baselines.pelt,
                "ruptures binary segmentation": baselines.binary_segmentation,
            }
        ),
    }


def _nothing(seed: int) -> Methods:
    del seed
    return {"nothing": baselines.nothing}


def _hotelling(seed: int) -> Methods:
    del seed
    return {"T²": baselines.hotelling}


def _offline(methods: Methods) -> Methods:
    return methods if baselines.has_ruptures() else {}


SETS: tuple[RegimeSet[Any], ...] = (
    RegimeSet("nab", sets.read_nab, scores.score_nab, ("standard",), _gaussian),
    RegimeSet("skab", sets.read_skab, scores.score_skab, ("standard", "f1"), _charts),
    RegimeSet("tcpd", sets.read_tcpd, scores.score_annotated, ("cover", "f1"), _change_methods),
    RegimeSet("tssb", sets.read_tssb, scores.score_annotated, ("cover",), _nothing),
    RegimeSet("occupancy", sets.read_occupancy, scores.score_annotated, ("cover", "f1"), _nothing),
    RegimeSet("ucr_anomaly", sets.read_ucr, scores.score_peaks, ("found",), _gaussian),
    RegimeSet("mba_ecg", sets.read_mba, scores.score_marked, ("auc_pr",), _gaussian),
    RegimeSet("msl", sets.read_msl, scores.score_marked, ("f1",), _hotelling),
    RegimeSet("daphnet_gait", sets.read_daphnet, scores.score_marked, (), _gaussian),
)
"""The reference sets, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        sets: Names of the labelled sets.
        lengths: Samples of the streams whose time is taken.
        rates: Asked false alarms a sample.
        null_streams, null_samples: Streams without a change, of each kind, and their length.
        shifts: Streams whose mean shifts.
        known: Records drawn of each family of known regime, for the fusion; 0 leaves it out.
    """

    sets: tuple[str, ...] = tuple(one.name for one in SETS)
    lengths: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    rates: tuple[float, ...] = _RATES
    null_streams: int = 20
    null_samples: int = 50_000
    shifts: int = 200
    known: int = 50


@runtime_checkable
class Follows(Protocol):
    """Follows a stream, at its default rate of false alarms a sample or at a given one."""

    def __call__(self, values: Table, /, *, false_alarms: float = ...) -> StreamReport:
        """Return what was found."""
        ...


@dataclass(slots=True)
class _Measured:
    """What is known so far: figures of ours and of peers by name, ratios, rows."""

    metrics: dict[str, float] = field(default_factory=dict[str, float])
    peers: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    ratios: dict[str, float] = field(default_factory=dict[str, float])
    rows: list[Row] = field(default_factory=list[Row])


def run(
    settings: BenchSettings, size: Size | None = None, follow: Follows | None = None
) -> dict[str, Any]:
    """Follow every series of the labelled sets, and streams of our own, at defaults.

    Peers see the same series: naive ones, `ruptures` offline, and from the record `claspy`,
    `river` and `stumpy`, which need an environment of their own; figures that were published are
    counted on the same files.

    Args:
        settings: Where the data lie, the seed.
        size: How much is measured.
        follow: Follows a stream; None is the product's.

    Raises:
        NotFoundError: A file of a set is not there.
    """
    size, ours = size or Size(), follow or product
    measured = _Measured()
    chosen = [one for one in SETS if one.name in size.sets]
    for number, one in enumerate(chosen):
        settings.progress(one.name, 0.7 * number / len(chosen))
        _measure_set(one, ours, settings, measured)
    measured.rows += _absent()
    settings.progress("streams of our own", 0.7)
    _measure_streams(ours, size, settings.seed, measured)
    if size.known:
        settings.progress("systems of known regime", 0.9)
        _measure_fusion(size.known, settings.seed, measured)
    return {
        "metrics": measured.metrics,
        "peers": measured.peers,
        "ratios": measured.ratios,
        "rows": measured.rows,
    }


def _absent() -> list[Row]:
    """Return a line for each group of peers that is not here."""
    here = {
        ("ruptures", "not installed: make bench-peers"): baselines.has_ruptures(),
        ("claspy, river, stumpy", "not recorded: tests/regime_peers.py"): is_recorded(),
    }
    return [_row(set="all", by=by, note=note) for (by, note), there in here.items() if not there]


def _at_defaults(ours: Follows) -> Follow:
    def follow(values: Table, trained: int) -> StreamReport:
        del trained
        return ours(values)

    return follow


def _measure_set(
    one: RegimeSet[Any], ours: Follows, settings: BenchSettings, measured: _Measured
) -> None:
    """Score ours, the baselines, the recorded peers and what was published on one set."""
    series = one.read(settings.data)
    methods = {OURS: _at_defaults(ours), **one.baselines(settings.seed)}
    known = {
        name: _scored(one, series, _followed(name, follow, series), measured)
        for name, follow in methods.items()
    }
    for name, records in recorded_peers(one.name, series).items():
        found = [r.report(len(s.values)) for r, s in zip(records, series, strict=True)]
        made = _Run(name, found, [record.seconds for record in records], lacks=True)
        known[name] = _scored(one, series, made, measured)
    for name, figures in published_figures(one.name, len(series)).items():
        known[f"{name}, published"] = figures
        row = {"set": one.name, "by": name, "file": "all", **figures}
        measured.rows.append(_row(**row, note="published, counted on these files"))
    measured.metrics |= {f"{one.name}_files": float(len(series)), **_named(one, known[OURS])}
    rivals = {name: figures for name, figures in known.items() if name != OURS}
    for name, figures in rivals.items():
        measured.peers.setdefault(name, {}).update(_named(one, figures))
    measured.ratios |= _ratios(one, known[OURS], list(rivals.values()))


@dataclass(frozen=True, slots=True)
class _Run:
    """What one method found in the series of a set, in how many seconds each.

    Attributes:
        lacks: Whether it gives changes or a peak only, so that some figures have no meaning.
    """

    by: str
    found: list[StreamReport]
    seconds: list[float]
    lacks: bool


def _followed(name: str, follow: Follow, series: Sequence[Labelled]) -> _Run:
    found: list[StreamReport] = []
    seconds: list[float] = []
    for one in series:
        start = time.perf_counter()
        found.append(follow(one.values, one.trained))
        seconds.append(time.perf_counter() - start)
    return _Run(name, found, seconds, lacks=name.startswith("ruptures"))


def _scored(
    one: RegimeSet[Any], series: Sequence[Labelled], made: _Run, measured: _Measured
) -> Figures:
    """Add a row for each series and one for all, and return the figures of all."""
    result = one.score(series, made.found)
    lacking = _UNKNOWN.get(one.name, ()) if made.lacks else ()
    head = {"set": one.name, "by": made.by}
    for own, figures, spent in zip(series, result.each, made.seconds, strict=True):
        samples, channels = own.values.shape
        size = {"samples": samples, "channels": channels, "seconds": spent}
        measured.rows.append(_row(**head, file=own.name, **size, **_without(figures, lacking)))
    total = {"samples": sum(len(own.values) for own in series), "seconds": sum(made.seconds)}
    together = _without(result.together, lacking)
    measured.rows.append(_row(**head, file="all", **total, **together))
    return together


def _without(figures: Figures, names: Sequence[str]) -> Figures:
    return {name: value for name, value in figures.items() if name not in names}


def _row(**known: object) -> Row:
    return {head: known.get(head) for head in _HEADS}


def _named(one: RegimeSet[Any], figures: Figures) -> dict[str, float]:
    return {f"{one.name}_{k}": float(v) for k, v in figures.items() if v is not None}


def _ratios(one: RegimeSet[Any], ours: Figures, rivals: Sequence[Figures]) -> dict[str, float]:
    """Return ours over the best rival's for each figure that the set is known by."""
    ratios: dict[str, float] = {}
    for head in one.heads:
        best = max((figure for r in rivals if (figure := r.get(head)) is not None), default=0.0)
        mine = ours.get(head)
        if best > 0 and mine is not None:
            ratios[f"{one.name}_{head}_over_best"] = mine / best
    return ratios


def _measure_fusion(per_family: int, seed: int, measured: _Measured) -> None:
    """Score the two branches and their pools on simulated systems of known regime."""
    figures, rows = measure_fusion(per_family, seed)
    measured.metrics |= {f"fusion_{name}": value for name, value in figures.items()}
    samples = int(figures["records"])
    measured.rows += [
        _row(set="known regimes", file="all", note=f"{samples} records", **row) for row in rows
    ]


def _measure_streams(ours: Follows, size: Size, seed: int, measured: _Measured) -> None:
    """Take the time of a point, count false alarms and delays, on drawn streams."""

    def rated(values: Table, rate: float) -> StreamReport:
        return ours(values, false_alarms=rate)

    for row in speeds(ours, size.lengths, 1, seed):
        length = int(row["samples"])
        measured.metrics[f"samples_per_s_{length}"] = row["samples_per_s"]
        measured.metrics[f"us_per_sample_{length}"] = row["us_per_sample"]
    (wide,) = speeds(ours, size.lengths[:1], _WIDE, seed)
    measured.metrics[f"us_per_row_of_{_WIDE}"] = wide["us_per_sample"]
    for row in false_alarms(rated, size.rates, size.null_streams, size.null_samples, seed):
        name = f"false_alarms[{row['stream']}, {row['asked']:g}]"
        measured.metrics[name] = float(row["rate"])
        measured.metrics[f"{name}_at_most"] = float(row["at_most"])
    for row in delays(rated, size.rates, size.shifts, seed):
        name = f"shift[{row['asked']:g}]"
        measured.metrics |= {f"{name}_{k}": row[f"ours_{k}"] for k in _DELAYS}
        oracle = measured.peers.setdefault("CUSUM that knows both means", {})
        oracle |= {f"{name}_{k}": row[f"oracle_{k}"] for k in _DELAYS}
        measured.ratios[f"{name}_mean_over_oracle"] = row["ours_mean"] / row["oracle_mean"]
