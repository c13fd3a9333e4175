"""Record what ETS and ARIMA forecast on the streams of `industriverse bench microadapt`.

The peers have an environment of their own, so the streams are first written as plain arrays:

    .venv/bin/python -m tests.microadapt_peers write FOLDER [DATA]
    PEERS/bin/python tests/microadapt_peers.py record FOLDER docs/proofs/microadapt-peers.jsonl

A line a set; a set that stands there is not forecast again.
"""

import json
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

EVERY = 3
"""ETS and ARIMA are slow: they forecast from every third origin."""
_CYCLES = 4
_LEAST = 1000
_SEASONAL_MOST = 24
_ARIMA_MOST = 48
"""Beyond half-hours in a day, STL with ARIMA takes minutes a forecast."""


def write(folder: Path, data: Path) -> None:
    """Write every stream: values without gaps, truth, origins, periods."""
    from industriverse.services.bench._micro_peers import filled  # noqa: PLC0415
    from industriverse.services.bench._micro_sets import GROUPS, read_stream  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for name in (name for names in GROUPS.values() for name in names):
        stream = read_stream(name, data)
        np.savez(
            folder / f"{name}.npz",
            values=filled(stream.values),
            truth=stream.values,
            origins=stream.origins[::EVERY],
            periods=np.array(stream.periods, int),
        )


def record(folder: Path, target: Path) -> None:
    """Forecast every stream that the record lacks."""
    lines = target.read_text().splitlines() if target.exists() else []
    done = {json.loads(line)["set"] for line in lines}
    for file in sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_size):
        if file.stem not in done:
            line = {"set": file.stem, **_scores(file)}
            with target.open("a") as out:
                out.write(json.dumps(line) + "\n")


def _scores(file: Path) -> dict[str, Any]:
    with np.load(file) as held:
        values, truth, origins = held["values"], held["truth"], held["origins"]
        periods = held["periods"].tolist()
    horizon = 60
    wanted = np.stack([truth[i + 1 : i + 1 + horizon] for i in origins])
    scores: dict[str, Any] = {}
    for name, make in _peers(periods).items():
        began = time.perf_counter()
        paths = np.stack([_path(make(), values[: i + 1], horizon, periods) for i in origins])
        took = time.perf_counter() - began
        scores[name] = {
            "mse": float(np.nanmean((paths - wanted) ** 2)),
            "seconds_per_forecast": round(took / len(origins), 4),
        }
    return {
        "origins": len(origins),
        "horizon": horizon,
        "statsforecast": version("statsforecast"),
        "peers": scores,
    }


def _peers(periods: list[int]) -> dict[str, Any]:
    """ETS and ARIMA; where there are cycles, on the series less its STL cycles as well."""
    models: Any = import_module("statsforecast.models")
    short = periods[0] if periods and periods[0] <= _SEASONAL_MOST else 1
    peers = {
        "ETS": lambda: models.AutoETS(season_length=short),
        "ARIMA": lambda: models.AutoARIMA(season_length=1, approximation=True),
    }
    if periods:
        peers["STL and ETS"] = lambda: models.MSTL(periods, models.AutoETS(model="ZZN"))
    if periods and periods[0] <= _ARIMA_MOST:
        peers["STL and ARIMA"] = lambda: models.MSTL(
            periods, models.AutoARIMA(season_length=1, approximation=True)
        )
    return peers


def _path(model: Any, past: np.ndarray, horizon: int, periods: list[int]) -> np.ndarray:
    """Return `(lead, channel)`; a series that the peer cannot fit stays where it is."""
    rows = max(_LEAST, _CYCLES * max(periods, default=1))
    columns = []
    for series in past[-rows:].T:
        try:
            columns.append(model.forecast(np.ascontiguousarray(series), horizon)["mean"])
        except Exception:  # (whatever the peer raises on a constant series)
            columns.append(np.full(horizon, series[-1]))
    return np.stack(columns, axis=1)


if __name__ == "__main__":
    job, first, *rest = sys.argv[1:]
    if job == "write":
        write(Path(first), Path(rest[0] if rest else "../shared/data"))
    else:
        record(Path(first), Path(rest[0]))
