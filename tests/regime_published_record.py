"""Record what others' published results score on the files that are here, a line for each method.

`python -m tests.regime_published_record FOLDER FILE [DATA]`; seconds. FOLDER holds checkouts, or
the parts of them that are read: `SKAB` (github.com/waico/SKAB, `results/*.pkl`: the marks behind
its leaderboard), `ClaSS` (github.com/ermshaua/classification-score-stream: the changes each method
found), `TSSB` (github.com/ermshaua/time-series-segmentation-benchmark: coverings), `TCPDBench`
(github.com/alan-turing-institute/TCPDBench, `analysis/output/tables/default_*_combined_full.tex`).
Single figures come from the data folder's own table.
"""

import ast
import csv
import gzip
import json
import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from industriverse.engines.regimes.stream import StreamReport
from industriverse.services.bench._regime_baselines import reported
from industriverse.services.bench._regime_scores import Figures, score_annotated, score_skab
from industriverse.services.bench._regime_sets import RunSeries, read_skab, read_tcpd, read_tssb

Line = dict[str, Any]
_NEEDED = {
    ("builtins", "slice"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
    ("pandas.core.arrays.datetimes", "DatetimeArray"),
    ("pandas.core.indexes.datetimes", "DatetimeIndex"),
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
    ("pandas.core.internals.managers", "SingleBlockManager"),
    ("pandas.core.series", "Series"),
}


class SeriesOnly(pickle.Unpickler):
    """Reads lists of time series and calls nothing else, since a pickle may ask for anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NEEDED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a time series.")
        return super().find_class(module, name)


def line(of_set: str, by: str, files: int, figures: Figures) -> Line:
    return {"set": of_set, "by": by, "files": files, "figures": figures}


def skab(folder: Path, data: Path) -> Iterator[Line]:
    """Score the marks of each method of the leaderboard; a change is where they begin or end."""
    runs = read_skab(data)
    for path in sorted(folder.glob("results/*.pkl")):
        with path.open("rb") as file:
            marks = SeriesOnly(file).load()
        found = [_marked(run, _times(data, run.name), marks) for run in runs]
        together = score_skab(runs, found).together
        by = path.stem.removeprefix("results-").replace("_", " ")
        yield line("skab", by, len(runs), {**together, "at_detection": None, "said_after": None})


def _times(data: Path, name: str) -> Any:
    table = pd.read_csv(data / "skab" / f"{name}.csv", sep=";", usecols=["datetime"])
    return pd.to_datetime(table["datetime"]).to_numpy()


def _marked(run: RunSeries, times: Any, marks: list[Any]) -> StreamReport:
    """Return a method's marks of one run, those rows it says nothing about left unmarked."""
    own = next(m for m in marks if times[0] <= m.index.to_numpy()[0] <= times[-1])
    rows = np.searchsorted(times, own.index.to_numpy())
    flags = np.zeros(len(run.values), bool)
    flags[rows] = own.to_numpy() == 1
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags])))
    return reported(len(flags), [(int(row), int(row)) for row in edges], marked=flags)


def tssb(folder: Path, data: Path) -> Iterator[Line]:
    """Score the changes that each streaming method is recorded to have found."""
    series = read_tssb(data)
    for path in sorted(folder.glob("experiments/competitor_TSSB/*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = {row["dataset"]: row for row in csv.DictReader(file)}
        found = [reported(len(one.values), _changes(rows[one.name])) for one in series]
        by = path.name.removesuffix(".csv.gz")
        yield line("tssb", by, len(series), score_annotated(series, found).together)


def _changes(row: Mapping[str, str]) -> list[tuple[int, int]]:
    places, said = (ast.literal_eval(row[name]) for name in ("found_cps", "found_cps_dx"))
    return list(zip(places, said, strict=True))


def coverings(folder: Path, data: Path) -> Iterator[Line]:
    """Average each offline method's published coverings, number of changes unknown."""
    names = [one.name for one in read_tssb(data)]
    path = folder / "tssb/notebooks/segmentation_covering_unknown.csv"
    with path.open(encoding="utf-8") as file:
        rows = {row["dataset"]: row for row in csv.DictReader(file)}
    for by in rows[names[0]]:
        if by != "dataset":
            mean = float(np.mean([float(rows[name][by]) for name in names]))
            yield line("tssb", f"{by}, offline", len(names), {"cover": mean})


def tcpd(folder: Path, data: Path) -> Iterator[Line]:
    """Average each method's published scores at defaults, of one channel and of several apart."""
    series = read_tcpd(data)
    tables = {
        score: _table(folder / f"analysis/output/tables/default_{score}_combined_full.tex")
        for score in ("cover", "f1")
    }
    groups = {
        "": [one.name for one in series if one.values.shape[1] == 1],
        "multivariate_": [one.name for one in series if one.values.shape[1] > 1],
    }
    groups["measured_"] = [n for n in groups[""] if not n.startswith("quality_control")]
    for by in tables["cover"][series[0].name]:
        figures: Figures = {}
        for prefix, names in groups.items():
            for score, table in tables.items():
                known = [value for name in names if (value := table[name][by]) is not None]
                if len(known) == len(names):
                    figures[prefix + score] = float(np.mean(known))
        yield line("tcpd", f"{by}, TCPDBench default", len(series), figures)


def _table(path: Path) -> Mapping[str, Mapping[str, float | None]]:
    """Return a LaTeX table's numbers by series and method; a method may have none."""
    rows = [
        [_plain(cell) for cell in row.split("&")]
        for row in path.read_text("utf-8").splitlines()
        if "&" in row
    ]
    heads = rows[0][1:]
    return {
        row[0]: {head: _number(cell) for head, cell in zip(heads, row[1:], strict=True)}
        for row in rows[1:]
    }


def _number(cell: str) -> float | None:
    return float(cell) if cell[:1].isdigit() else None


def _plain(cell: str) -> str:
    """Return what a cell holds, without its dress."""
    for dress in ("\\textsc{", "\\textbf{", "\\verb+", "+", "}", "\\\\"):
        cell = cell.replace(dress, "")
    return cell.strip()


def listed(data: Path) -> Iterator[Line]:
    """Repeat single figures that the data folder's own table holds."""
    known = json.loads((data / "baselines/published.json").read_text("utf-8"))
    for by, area in known["mba_ecg_auc_pr"]["805"].items():
        yield line("mba_ecg", f"{by}, TSB-UAD", 1, {"auc_pr": area})
    precision, recall = (known["telemanom"]["MSL"][name] for name in ("P", "R"))
    f1 = 2 * precision * recall / (precision + recall)
    figures: Figures = {"precision": precision, "recall": recall, "f1": f1}
    yield line("msl", "Telemanom", 27, figures)


def main(folder: Path, target: Path, data: Path) -> None:
    """Write the record anew."""
    lines = [
        *skab(folder / "SKAB", data),
        *tssb(folder / "ClaSS", data),
        *coverings(folder / "TSSB", data),
        *tcpd(folder / "TCPDBench", data),
        *listed(data),
    ]
    target.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path((sys.argv[3:] or ["../shared/data"])[0]))
