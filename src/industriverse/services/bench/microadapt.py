"""MicroAdapt on the last 30 % of measured streams, beside naive, linear, ETS and ARIMA forecasts.

Every forecast is causal: the stream runs through the data once, and at regularly spaced origins the
next 60 steps are foretold. ETS and ARIMA were recorded once (`tests/microadapt_peers.py`), from
every third origin; ours and theirs are compared on these.
"""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from industriverse.engines.regimes.microadapt import MicroAdapt

from . import BenchSettings
from ._micro_peers import Origins, Paths, filled, last_season, linear, mse, persistence
from ._micro_sets import GROUPS, HORIZON, Stream, read_stream

_RECORD = Path("docs/proofs/microadapt-peers.jsonl")
_EVERY = 3
_RATIO = 0.9
_NORMAL_90 = 1.645
_LENGTHS = (10_000, 100_000, 1_000_000)
_TIMED = 10_000
_FLAT = 1.5

Row = dict[str, Any]


def run(settings: BenchSettings) -> dict[str, Any]:
    """Score every stream, then time a stream of a million points."""
    recorded = _recorded()
    names = [name for group in GROUPS.values() for name in group]
    rows: list[Row] = []
    for number, name in enumerate(names):
        settings.progress(name, number / (len(names) + 2))
        rows.append(_score(read_stream(name, settings.data), recorded.get(name, {})))
    settings.progress("a million points", len(names) / (len(names) + 2))
    speed = _speed(settings.seed)
    return {"metrics": {**_metrics(rows), **speed}, "ratios": _ratios(rows), "rows": rows}


def _recorded() -> dict[str, dict[str, float]]:
    """Return the recorded errors of ETS and ARIMA by set."""
    if not _RECORD.exists():
        return {}
    lines = [json.loads(line) for line in _RECORD.read_text().splitlines()]
    return {
        line["set"]: {name: score["mse"] for name, score in line["peers"].items()} for line in lines
    }


def _score(stream: Stream, recorded: dict[str, float]) -> Row:
    origins, past = stream.origins, filled(stream.values)
    paths, inside, micros = _follow(stream, origins)
    ours = mse(paths, stream.values, origins)
    seasons = [last_season(past, origins, period) for period in stream.periods]
    straight, chosen = linear(past, stream.cut, origins)
    peers = {
        "persistence": mse(persistence(past, origins), stream.values, origins),
        "seasonal_naive": min((mse(s, stream.values, origins) for s in seasons), default=None),
        "linear": mse(straight, stream.values, origins),
    }
    thirds = mse(paths[::_EVERY], stream.values, origins[::_EVERY])
    statistical = min(recorded, key=lambda name: recorded[name], default=None)
    best = recorded[statistical] if statistical else None
    ratios = [ours / peer for peer in peers.values() if peer]
    ratios += [thirds / best] if best else []
    return {
        "set": stream.name,
        "group": stream.group,
        "rows": len(stream.values),
        "channels": stream.values.shape[1],
        "mse": ours,
        **peers,
        "linear_delays": chosen["delays"],
        "statistical": statistical,
        "statistical_mse": best,
        "mse_there": thirds,
        "ratio": max(ratios),
        "coverage_90": inside,
        "microseconds_per_point": micros,
    }


def _follow(stream: Stream, origins: Origins) -> tuple[Paths, float, float]:
    """Return the forecasts, the share inside 90 % intervals, and microseconds of a core a point."""
    follower = MicroAdapt(stream.values.shape[1])
    paths, inside = [], []
    seen, spent = 0, 0.0
    for origin in origins.tolist():
        began = time.process_time()
        follower.update(stream.values[seen : origin + 1])
        spent += time.process_time() - began
        seen = origin + 1
        mean, deviation = follower.forecast(HORIZON)
        error = np.abs(stream.values[seen : seen + HORIZON] - mean)
        inside.append(np.where(np.isnan(error), np.nan, error <= _NORMAL_90 * deviation))
        paths.append(mean)
    return np.stack(paths), float(np.nanmean(inside)), 1e6 * spent / seen


def _speed(seed: int) -> dict[str, float]:
    """Return microseconds of a core a point before each length of a stream, and if it is flat."""
    rng = np.random.default_rng(seed)
    clock = np.arange(_LENGTHS[-1])
    values = np.sin(2 * np.pi * clock / 48) + 0.3 * rng.normal(size=len(clock))
    follower = MicroAdapt(1)
    took: dict[str, float] = {}
    seen = 0
    for length in _LENGTHS:
        follower.update(values[seen : length - _TIMED, None])
        began = time.process_time()
        follower.update(values[length - _TIMED : length, None])
        name = f"microseconds_per_point_at_{length}"
        took[name] = 1e6 * (time.process_time() - began) / _TIMED
        seen = length
    flat = max(took.values()) <= _FLAT * list(took.values())[1]
    return {**took, "time_is_flat": flat}


def _metrics(rows: list[Row]) -> dict[str, Any]:
    return {
        "sets": len(rows),
        "sets_within_0.9": sum(row["ratio"] <= _RATIO for row in rows),
        "slowest_microseconds_per_point": max(row["microseconds_per_point"] for row in rows),
    }


def _ratios(rows: list[Row]) -> dict[str, float]:
    """Return the geometric mean of the ratio to the best peer, by group."""
    return {
        group: float(np.exp(np.mean([np.log(r["ratio"]) for r in rows if r["group"] == group])))
        for group in GROUPS
    }
