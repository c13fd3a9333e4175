"""How long a whole prediction takes: telemetry and fields, the first time and again."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from industriverse.kernel.errors import UnavailableError

from . import BenchSettings

_ROWS, _CHANNELS = 100_000, 10
_FRAMES, _SIDE = 50, 256
_REPEATS = 5
_ANSWERED = (0, 4)
"""Exit codes of an answer: a forecast, or an abstention with the baseline."""


def run(settings: BenchSettings) -> dict[str, Any]:
    """Time the command on large inputs, cold, and the service again in one process.

    Beside the wall's seconds stand those spent on cores, which other work does not lengthen.
    """
    files = {
        "telemetry 100k x 10": _telemetry(settings.folder / "large.csv", settings.seed),
        "field 50 x 256 x 256": _field(settings.folder / "large.nc", settings.seed),
    }
    rows: list[dict[str, Any]] = []
    for number, (name, path) in enumerate(files.items()):
        settings.progress(name, number / len(files))
        cold = _cold(path, settings.folder / f"cold-{number}")
        warm = _warm(path, settings)
        rows.append(_row(name, cold, warm))
    kinds = ("telemetry", "field")
    metrics = {
        f"{kind}_{name}": row[name]
        for kind, row in zip(kinds, rows, strict=True)
        for name in ("cold_s", "cold_cpu_s", "warm_s", "warm_cpu_s")
    }
    return {"metrics": metrics, "rows": rows}


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a prediction took: a busy machine lengthens the wall's seconds more than its own.

    Attributes:
        wall_s: [s]. By the clock on the wall.
        cpu_s: [s]. Of all its threads on any core.
    """

    wall_s: float
    cpu_s: float


def _row(name: str, cold: _Taken, warm: list[_Taken]) -> dict[str, Any]:
    walls = [taken.wall_s for taken in warm]
    return {
        "input": name,
        "cold_s": cold.wall_s,
        "cold_cpu_s": cold.cpu_s,
        "warm_s": min(walls),
        "warm_worst_s": max(walls),
        "warm_cpu_s": min(taken.cpu_s for taken in warm),
    }


def _telemetry(path: Path, seed: int) -> Path:
    """Write a plant-like table: a day's rhythm, slow drift and noise in ten channels."""
    random = np.random.default_rng(seed)
    hours = np.arange(_ROWS) / 60
    rhythm = np.sin(2 * np.pi * hours[:, None] / 24 + np.arange(_CHANNELS))
    drift = np.cumsum(random.normal(0, 0.01, (_ROWS, _CHANNELS)), axis=0)
    values = 50 + 10 * rhythm + drift + random.normal(0, 0.5, (_ROWS, _CHANNELS))
    names = ",".join(f"tag_{i} [degC]" for i in range(_CHANNELS))
    start = np.datetime64("2026-01-01T00:00:00")
    times = start + np.arange(_ROWS) * np.timedelta64(60, "s")
    with path.open("w", encoding="utf-8") as file:
        file.write(f"time,{names}\n")
        for moment, row in zip(times, values, strict=True):
            file.write(f"{moment}Z," + ",".join(f"{value:.4f}" for value in row) + "\n")
    return path


def _field(path: Path, seed: int) -> Path:
    """Write a drifting, spreading blob of heat with a little noise, on a periodic grid."""
    import netCDF4  # noqa: PLC0415 (slow to import)

    random = np.random.default_rng(seed)
    axis = np.linspace(0, 1, _SIDE, endpoint=False)
    y, x = np.meshgrid(axis, axis, indexing="ij")
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", _FRAMES), ("y", _SIDE), ("x", _SIDE)):
            file.createDimension(name, size)
        for name, values, unit in (
            ("time", 60.0 * np.arange(_FRAMES), "seconds since 2026-01-01"),
            ("y", 1000 * axis, "m"),
            ("x", 1000 * axis, "m"),
        ):
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        variable = file.createVariable("temperature", "f4", ("time", "y", "x"))
        variable.units = "K"
        for frame in range(_FRAMES):
            away = (x - 0.3 - 0.005 * frame) ** 2 + (y - 0.5) ** 2
            noise = random.normal(0, 0.01, (_SIDE, _SIDE))
            variable[frame] = 290 + 5 * np.exp(-away / (0.01 + 2e-4 * frame)) + noise
    return path


def _cold(path: Path, folder: Path) -> _Taken:
    """Time `industriverse predict` in a fresh process and a fresh folder."""
    began, before = time.perf_counter(), _children_s()
    done = subprocess.run(
        [sys.executable, "-m", "industriverse.apps.cli", "--folder", folder, "predict", path],
        check=False,
        capture_output=True,
    )
    if done.returncode not in _ANSWERED:
        raise UnavailableError(f"predict failed: {done.stderr.decode()}")
    return _Taken(time.perf_counter() - began, _children_s() - before)


def _children_s() -> float:
    """Return the seconds that ended child processes have spent on cores."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _warm(path: Path, settings: BenchSettings) -> list[_Taken]:
    """Time reading and predicting again in one process, after a first time."""
    taken: list[_Taken] = []
    for _ in range(1 + _REPEATS):
        began, before = time.perf_counter(), time.process_time()
        settings.predict_file(path)
        taken.append(_Taken(time.perf_counter() - began, time.process_time() - before))
    return taken[1:]
