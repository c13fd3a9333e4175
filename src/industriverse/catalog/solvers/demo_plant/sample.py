"""A file for newcomers to drop in: the plant's last hours as CSV."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from industriverse.engines.simulation.plant import CHANNELS, Plant

_START_HOUR = datetime(2026, 1, 5, tzinfo=UTC)
_DIGITS = 5


def write_sample(path: Path, *, hours: float = 1.0, seed: int = 0, step_s: float = 1.0) -> int:
    """Write some hours of the simulated plant as CSV and return the number of rows.

    The header carries the units, `cold_flow [kg/s]`; the first column is the time in UTC. The
    same arguments write the same bytes.

    Args:
        path: File to write; replaced if it is there. Its folder must exist.
        hours: Plant time to cover.
        seed: Of the plant's noise.
        step_s: Seconds between rows.
    """
    signals = Plant(seed, step_s).history(hours).signals
    names = [f"{channel.name} [{channel.unit}]" for channel in CHANNELS]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", *names])
        for seconds, row in zip(signals.times.tolist(), signals.values.tolist(), strict=True):
            moment = _START_HOUR + timedelta(seconds=seconds)
            stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            writer.writerow([stamp, *(f"{value:.{_DIGITS}g}" for value in row)])
    return len(signals.values)
