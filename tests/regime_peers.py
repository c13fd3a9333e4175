"""Record what `claspy`, `river` and `stumpy` find in the series of `industriverse bench regimes`.

The peers have an environment of their own (`make bench-peers`), so the series are first written
as plain arrays, without their truth:

    .venv/bin/python -m tests.regime_peers write FOLDER [DATA]
    .venv-peers/bin/python tests/regime_peers.py record FOLDER docs/proofs/regime-peers.jsonl

A line for each peer and series; what stands there is not run again. Some twenty minutes of a core.
"""

import json
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

_WARM, _WARM_SHARE = 1_000, 4
_WINDOW = 10_000


def write(folder: Path, data: Path) -> None:
    """Write every series of the sets that the peers are run on."""
    from industriverse.services.bench.regimes import SETS  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for one in SETS:
        if one.name not in METHODS:
            continue
        for number, series in enumerate(one.read(data)):
            np.savez(
                folder / f"{one.name}-{number:03}.npz",
                set=one.name,
                name=series.name,
                values=series.values,
                trained=series.trained,
            )


def record(folder: Path, target: Path) -> None:
    """Run every peer on every series that the record lacks."""
    lines = target.read_text("utf-8").splitlines() if target.exists() else []
    done = {tuple(json.loads(line)[key] for key in ("set", "file", "by")) for line in lines}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as kept:
            name, file = str(kept["set"]), str(kept["name"])
            values, trained = kept["values"], int(kept["trained"])
        for by, method in METHODS[name].items():
            library = by.split()[0]
            named = f"{library} {version(library)}{by.removeprefix(library)}"
            if (name, file, named) in done:
                continue
            start = time.perf_counter()
            found = method(values, trained)
            seconds = round(time.perf_counter() - start, 3)
            line = {"set": name, "file": file, "by": named, "seconds": seconds, **found}
            with target.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")


def offline_clasp(values: Any, trained: int) -> dict[str, Any]:
    """Segment the whole series; every setting is learned from it."""
    del trained
    library: Any = import_module("claspy.segmentation")
    found = library.BinaryClaSPSegmentation(n_jobs=1).fit_predict(values[:, 0])
    return {"changes": [[int(change), len(values) - 1] for change in found]}


def _streamed_clasp(values: Any, warm: int) -> dict[str, Any]:
    library: Any = import_module("claspy.streaming.segmentation")
    stream = library.StreamingClaSPSegmentation(_WINDOW, warm, log_cps=True)
    changes: list[list[int]] = []
    for row, value in enumerate(values[:, 0]):
        stream.update(value)
        changes += [[int(one), row] for one in stream.change_points[len(changes) :]]
    return {"changes": changes}


def whole_clasp(values: Any, trained: int) -> dict[str, Any]:
    """Stream after a warm-up on the whole series, up to 10 000 samples, as it was published."""
    del trained
    return _streamed_clasp(values, min(_WINDOW, len(values)))


def streaming_clasp(values: Any, trained: int) -> dict[str, Any]:
    """Stream after a warm-up of 1 000 samples, at most a quarter of the series."""
    del trained
    return _streamed_clasp(values, min(_WARM, len(values) // _WARM_SHARE))


def _drifts(values: Any, make: str) -> dict[str, Any]:
    """Run one detector a channel on running standard scores; all begin anew after an alarm."""
    drift, preprocessing = import_module("river.drift"), import_module("river.preprocessing")
    scaler: Any = preprocessing.StandardScaler()
    detectors: list[Any] = []
    changes: list[list[int]] = []
    for row, sample in enumerate(values):
        named = dict(enumerate(sample.tolist()))
        scaler.learn_one(named)
        scaled = scaler.transform_one(named)
        detectors = detectors or [getattr(drift, make)() for _ in named]
        for channel, detector in enumerate(detectors):
            detector.update(scaled[channel])
        alarmed = [i for i, detector in enumerate(detectors) if detector.drift_detected]
        if alarmed:
            kept = min(_held(detectors[i]) for i in alarmed)
            changes.append([row + 1 - kept, row])
            detectors = []
    return {"changes": changes}


def _held(detector: Any) -> int:
    """Return the samples that ADWIN holds after an alarm, all of the new mean; else the newest."""
    return max(1, int(getattr(detector, "width", 1)))


def adwin(values: Any, trained: int) -> dict[str, Any]:
    """Announce drifts of the mean by adaptive windows."""
    del trained
    return _drifts(values, "ADWIN")


def page_hinkley(values: Any, trained: int) -> dict[str, Any]:
    """Announce drifts of the mean by the Page-Hinkley test."""
    del trained
    return _drifts(values, "PageHinkley")


def half_space_trees(values: Any, trained: int) -> dict[str, Any]:
    """Score each sample before it is learned, on running minimum and maximum."""
    anomaly, preprocessing = import_module("river.anomaly"), import_module("river.preprocessing")
    scaler: Any = preprocessing.MinMaxScaler()
    trees: Any = anomaly.HalfSpaceTrees(seed=0)
    scores = np.zeros(len(values))
    for row, sample in enumerate(values):
        named = dict(enumerate(sample.tolist()))
        scaler.learn_one(named)
        scaled = scaler.transform_one(named)
        scores[row] = trees.score_one(scaled)
        trees.learn_one(scaled)
    return {"peak": trained + int(np.argmax(scores[trained:]))}


def matrix_profile(values: Any, trained: int) -> dict[str, Any]:
    """Find the sub-sequence that is farthest from all before it; its length suits the start."""
    stumpy: Any = import_module("stumpy")
    lengths: Any = import_module("claspy.window_size")
    series = values[:, 0]
    length = int(lengths.suss(series[:trained]))
    stream = stumpy.stumpi(series[:trained], length, egress=False)
    for value in series[trained:]:
        stream.update(value)
    distances = np.where(np.isfinite(stream.left_P_), stream.left_P_, 0.0)
    first = trained + int(np.argmax(distances[trained:]))
    return {"peak": first + length // 2}


_DRIFTS = {"river ADWIN": adwin, "river Page-Hinkley": page_hinkley}
METHODS = {
    "tcpd": _DRIFTS,
    "skab": _DRIFTS,
    "occupancy": _DRIFTS,
    "tssb": {
        "claspy ClaSP, offline": offline_clasp,
        "claspy ClaSS, warmed up on the whole series": whole_clasp,
        "claspy ClaSS, warmed up on its start": streaming_clasp,
        **_DRIFTS,
    },
    "ucr_anomaly": {
        "river half-space trees": half_space_trees,
        "stumpy left matrix profile": matrix_profile,
    },
}


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), Path((sys.argv[3:] or ["../shared/data"])[0]))
    else:
        record(Path(sys.argv[2]), Path(sys.argv[3]))
