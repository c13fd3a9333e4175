"""Labelled series of the regimes benchmark, with their truth; parts of the public sets.

Of the Numenta benchmark 26 real files of 58, of SKAB 15 runs of 34, of TCPD 16 series of 42, of
TSSB 38 of 75, of the UCR archive 4 of 250, of the supraventricular ECGs one of 78; all 27 channels
of the Mars rover, the training part of the office's occupancy, and of Daphnet one record in which
nobody freezes, so that it counts false alarms only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Bool, Float
from pyarrow import csv

from industriverse.kernel.errors import NotFoundError

from ._nab_scores import Window
from ._segment_scores import Span, mask_of, ranges_of

Table = Float[np.ndarray, "time channel"]
Mask = Bool[np.ndarray, "time"]
Labels = TypeVar("Labels")

SKAB_TRAINED = 400
"""First rows of each run, given for learning and not scored, as on the leaderboard."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series.

    Attributes:
        name: Of the file, in its set.
        values: `(time, channel)`.
        trained: First samples that are given for learning and are not scored.
    """

    name: str
    values: Table
    trained: int


@dataclass(frozen=True, slots=True)
class WindowedSeries(Labelled):
    """With the windows in which an anomaly should be noticed."""

    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class MarkedSeries(Labelled):
    """With a mark for each anomalous sample."""

    truth: Mask

    @property
    def ranges(self) -> list[Span]:
        """The anomalies among the samples that are scored."""
        return [(max(a, self.trained), b) for a, b in ranges_of(self.truth) if b > self.trained]


@dataclass(frozen=True, slots=True)
class RunSeries(MarkedSeries):
    """With the time of each sample, in seconds, and the samples at which the state changed."""

    seconds: Float[np.ndarray, "time"]
    changes: Sequence[int]


@dataclass(frozen=True, slots=True)
class AnnotatedSeries(Labelled):
    """With the changes that each annotator sees; where the truth is known there is one."""

    annotations: Mapping[str, Sequence[int]]


def _existing(data: Path, file: str) -> Path:
    path = data / file
    if not path.exists():
        raise NotFoundError(
            f"The reference set has no file {file!r} in {data}.",
            hint="Give the folder of the reference data: --data FOLDER.",
        )
    return path


def _found(data: Path, pattern: str) -> list[Path]:
    paths = sorted(data.glob(pattern))
    if not paths:
        raise NotFoundError(
            f"The reference set has no file {pattern!r} in {data}.",
            hint="Give the folder of the reference data: --data FOLDER.",
        )
    return paths


def _labels_of(labels: Mapping[str, Labels], name: str) -> Labels:
    if name not in labels:
        raise NotFoundError(
            f"The reference file {name!r} has no labels.", hint="Restore the set's label file."
        )
    return labels[name]


def _columns(path: Path, delimiter: str = ",", header: Sequence[str] = ()) -> dict[str, list[Any]]:
    options = csv.ReadOptions(column_names=list(header), skip_rows=1) if header else None
    table = csv.read_csv(
        path, read_options=options, parse_options=csv.ParseOptions(delimiter=delimiter)
    )
    return {name: table[name].to_pylist() for name in table.column_names}


def _table(columns: Mapping[str, list[Any]], names: Sequence[str]) -> Table:
    return np.column_stack([np.array(columns[name], np.float64) for name in names])


def read_nab(data: Path) -> list[WindowedSeries]:
    """Return the files of the Numenta benchmark that are here, each with its labelled windows.

    Raises:
        NotFoundError: None is here, or their labels are not.
    """
    text = _existing(data, "nab/combined_windows.json").read_text("utf-8")
    labels: dict[str, list[list[str]]] = json.loads(text)
    series: list[WindowedSeries] = []
    for path in _found(data, "nab/*/*.csv*"):
        name = f"{path.parent.name}/{path.name.removesuffix('.gz')}"
        columns = _columns(path)
        at = {time: row for row, time in reversed(list(enumerate(columns["timestamp"])))}
        windows = [_rows(at, edges) for edges in _labels_of(labels, name)]
        series.append(WindowedSeries(name, _table(columns, ["value"]), 0, windows))
    return series


def _rows(at: Mapping[datetime, int], edges: Sequence[str]) -> Window:
    first, last = (at[datetime.fromisoformat(edge)] for edge in edges)
    return first, last


def read_skab(data: Path) -> list[RunSeries]:
    """Return the runs of SKAB with an anomaly.

    Raises:
        NotFoundError: None is here.
    """
    return [_run(path) for path in _found(data, "skab/*/[0-9]*.csv")]


def _run(path: Path) -> RunSeries:
    columns = _columns(path, ";")
    sensors = list(columns)[1:9]
    times: list[datetime] = columns["datetime"]
    return RunSeries(
        f"{path.parent.name}/{path.stem}",
        _table(columns, sensors),
        SKAB_TRAINED,
        np.array(columns["anomaly"]) == 1,
        np.array([(time - times[0]).total_seconds() for time in times]),
        np.flatnonzero(np.array(columns["changepoint"]) == 1).tolist(),
    )


def read_tcpd(data: Path) -> list[AnnotatedSeries]:
    """Return the series of the Turing set that are here, each with its annotators' changes.

    Raises:
        NotFoundError: None is here, or the annotations are not.
    """
    path = _existing(data, "tcpd/annotations.json")
    annotations: dict[str, dict[str, list[int]]] = json.loads(path.read_text("utf-8"))
    series: list[AnnotatedSeries] = []
    for path in _found(data, "tcpd/*.json"):
        if path.stem == "annotations":
            continue
        known = json.loads(path.read_text("utf-8"))
        columns = [np.array(one["raw"], np.float64) for one in known["series"]]
        own = _labels_of(annotations, path.stem)
        series.append(AnnotatedSeries(path.stem, np.column_stack(columns), 0, own))
    return series


def read_tssb(data: Path) -> list[AnnotatedSeries]:
    """Return the series of the segmentation benchmark that are here.

    Raises:
        NotFoundError: A file is missing.
    """
    known = json.loads(_existing(data, "tssb/change_points.json").read_text("utf-8"))
    with np.load(_existing(data, "tssb/series.npz")) as kept:
        return [
            AnnotatedSeries(
                name,
                kept[name].astype(np.float64)[:, None],
                0,
                {"known": known[name]["change_points"]},
            )
            for name in known
        ]


def read_occupancy(data: Path) -> list[AnnotatedSeries]:
    """Return the office room's climate; its regime changes when people come and go.

    Raises:
        NotFoundError: It is not here.
    """
    names = ("Temperature", "Humidity", "Light", "CO2", "HumidityRatio")
    path = _existing(data, "occupancy/datatraining.txt.gz")
    columns = _columns(path, header=("row", "date", *names, "Occupancy"))
    changes = np.flatnonzero(np.diff(np.array(columns["Occupancy"]))) + 1
    values = _table(columns, names)
    return [AnnotatedSeries("datatraining", values, 0, {"occupied": changes.tolist()})]


def read_ucr(data: Path) -> list[MarkedSeries]:
    """Return the series of the UCR archive; their names hold where to learn and the anomaly.

    Raises:
        NotFoundError: None is here.
    """
    return [_archived(path) for path in _found(data, "ucr_anomaly/*_UCR_Anomaly_*.txt*")]


def _archived(path: Path) -> MarkedSeries:
    name = path.name.removesuffix(".gz").removesuffix(".txt")
    trained, first, last = (int(part) for part in name.split("_")[-3:])
    values = np.loadtxt(path, ndmin=1)
    return MarkedSeries(name, values[:, None], trained, mask_of([(first, last + 1)], len(values)))


def read_mba(data: Path) -> list[MarkedSeries]:
    """Return the ECG with its abnormal beats marked.

    Raises:
        NotFoundError: It is not here.
    """
    return [_beats(path) for path in _found(data, "mba_ecg/*.npz")]


def _beats(path: Path) -> MarkedSeries:
    with np.load(path) as kept:
        values = kept["value"].astype(np.float64)[:, None]
        return MarkedSeries(path.stem, values, 0, kept["label"] == 1)


def read_msl(data: Path) -> list[MarkedSeries]:
    """Return the Mars rover's channels: the training part, then the test part with its anomalies.

    The first column is the telemetry, the others say which commands were sent.

    Raises:
        NotFoundError: A file is missing.
    """
    labels = _columns(_existing(data, "smap_msl/labeled_anomalies.csv"))
    series: list[MarkedSeries] = []
    with np.load(_existing(data, "smap_msl/msl.npz")) as kept:
        for name, text in zip(labels["chan_id"], labels["anomaly_sequences"], strict=True):
            train, test = kept[f"train__{name}"], kept[f"test__{name}"]
            ranges = [(len(train) + a, len(train) + b + 1) for a, b in json.loads(text)]
            values = np.concatenate([train, test]).astype(np.float64)
            truth = mask_of(ranges, len(values))
            series.append(MarkedSeries(name, values, len(train), truth))
    return series


def read_daphnet(data: Path) -> list[MarkedSeries]:
    """Return a walk with the freezing of gait marked; this record has none.

    Raises:
        NotFoundError: It is not here.
    """
    columns = _columns(_existing(data, "daphnet_gait/S06R02E0.csv.gz"))
    values = _table(columns, list(columns)[1:-1])
    return [MarkedSeries("S06R02E0", values, 0, np.array(columns["is_anomaly"]) == 1)]


READERS: dict[str, Callable[[Path], Sequence[Labelled]]] = {
    "nab": read_nab,
    "skab": read_skab,
    "tcpd": read_tcpd,
    "tssb": read_tssb,
    "occupancy": read_occupancy,
    "ucr_anomaly": read_ucr,
    "mba_ecg": read_mba,
    "msl": read_msl,
    "daphnet_gait": read_daphnet,
}
