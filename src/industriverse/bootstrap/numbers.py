"""Numbers that arrive in a request instead of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from industriverse.adapters.fields import read_arrays
from industriverse.adapters.tables import read_table
from industriverse.kernel.errors import InputError
from industriverse.kernel.ports import ReadOptions, ReadResult

_FINEST_S = 1e-6
_LATEST_US = datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1e6
Readings = Sequence[float | None]
Frames = Sequence[Sequence[Sequence[float | None]]]


@dataclass(frozen=True, slots=True)
class SignalNumbers:
    """Telemetry: channels on one clock."""

    channels: Mapping[str, Readings]
    units: Mapping[str, str]
    step_s: float
    start: str | None


@dataclass(frozen=True, slots=True)
class FieldNumbers:
    """A field: `[time][y][x]` by variable; spacing in seconds and metres."""

    variables: Mapping[str, Frames]
    units: Mapping[str, str]
    dt: float
    dx: float
    dy: float
    boundary: str


def read_signal_numbers(
    given: SignalNumbers, options: ReadOptions, *, name: str, sha256: str
) -> ReadResult:
    """Return an observation of numbers in a request.

    Raises:
        InputError: Channels of different length, a start that is no time, too few rows.
    """
    lengths = {channel: len(values) for channel, values in given.channels.items()}
    if len(set(lengths.values())) != 1:
        raise InputError(
            f"The channels have different lengths: {lengths}.",
            hint="Send one value a row for every channel, null where it is missing.",
        )
    rows = next(iter(lengths.values()))
    began = _start_us(given.start)
    _check_clock(began, given.step_s, rows)
    times = began + np.round(given.step_s * 1e6 * np.arange(rows)).astype(np.int64)
    columns = {"time": pa.array(times, pa.timestamp("us", tz="UTC"))}
    for channel, values in given.channels.items():
        unit = given.units.get(channel, "")
        columns[f"{channel} [{unit}]" if unit else channel] = pa.array(values, pa.float64())
    return read_table(pa.table(columns), options, source=name, sha256=sha256)


def _check_clock(began: int, step_s: float, rows: int) -> None:
    """Refuse times that a microsecond or a calendar cannot tell apart."""
    if step_s < _FINEST_S:
        raise InputError(
            f"step_s is {step_s:g}; times are kept to a microsecond.",
            hint="Give it in seconds, at least 1e-6; scale the time where a step is shorter.",
        )
    if began + step_s * 1e6 * rows >= _LATEST_US:
        raise InputError(
            f"{rows} rows of {step_s:g} s end after the year 9998.",
            hint="Give step_s in seconds, and a start that fits.",
        )


def _start_us(start: str | None) -> int:
    if start is None:
        return 0
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        raise InputError(
            f"start {start!r} is not an RFC 3339 time.", hint="E.g. 2026-01-31T12:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise InputError(f"start {start!r} has no time zone.", hint="E.g. 2026-01-31T12:00:00Z")
    return round(moment.timestamp() * 1e6)


def read_field_numbers(
    given: FieldNumbers, options: ReadOptions, *, name: str, sha256: str
) -> ReadResult:
    """Return an observation of nested lists in a request.

    Raises:
        InputError: Rows of different length, variables of different shape, too few frames.
    """
    arrays = {variable: _frames(variable, frames) for variable, frames in given.variables.items()}
    kit: dict[str, np.ndarray] = {**arrays}
    for key, value in (("dt", given.dt), ("dx", given.dx), ("dy", given.dy)):
        kit[key] = np.array(value)
    if given.boundary:
        kit["boundary"] = np.array(given.boundary)
    units = tuple((variable, unit) for variable, unit in given.units.items() if unit)
    wanted = ReadOptions(variables=options.variables, units=units, domain=options.domain)
    return read_arrays(kit, wanted, source=name, sha256=sha256)


def _frames(variable: str, frames: Frames) -> np.ndarray:
    shapes = {(len(frame), len(row)) for frame in frames for row in frame}
    if len(shapes) != 1:
        raise InputError(
            f"Variable {variable!r} has rows of different length.",
            hint="Send every frame as [y][x] of one size.",
            variable=variable,
        )
    return np.array(frames, dtype=np.float64)
