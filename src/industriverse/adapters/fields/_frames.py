"""When the frames were taken: any calendar, one regular clock."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from industriverse.adapters.intake import Foreign, Notes, Times, foreign_errors, scale_to
from industriverse.kernel.errors import InputError

from ._types import DataArray, Dataset

_SINCE = re.compile(r"^\s*(?P<unit>[A-Za-z]+)\s+since\s+(?P<date>.+?)\s*$", re.I)
_STANDARD = {"", "standard", "gregorian", "proleptic_gregorian"}
_EPOCH = "seconds since 1970-01-01 00:00:00"
_MONTH_S = 30.436875 * 86400


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """When each frame was taken.

    Attributes:
        times: `(frame,)`. In the order of the file.
        counted: Whether the file states no time at all, only an order.
    """

    times: Times
    counted: bool = False


def frame_times(data: Dataset, dim: str, notes: Notes) -> FrameTimes:
    """Return the times along a dimension.

    Raises:
        InputError: The time coordinate holds no times, or its unit or calendar is unknown.
    """
    frames = int(data.sizes[dim])
    coordinate = _coordinate(data, dim)
    step = float(data.attrs.get("dt", 0.0) or 0.0)
    if coordinate is None:
        if not step:
            notes.add(f"The frames along {dim} state no time; one step is counted as 1 s.")
        offset = (step or 1.0) * np.arange(frames)
        return FrameTimes(Times(0.0, offset, absolute=False), counted=not step)
    values = np.asarray(coordinate.values)
    if values.dtype.kind == "M":
        return FrameTimes(_from_datetime(values, dim))
    if values.dtype == object:
        return FrameTimes(_from_cftime(values, dim))
    return FrameTimes(_from_numbers(values, coordinate.attrs, dim, notes))


def _coordinate(data: Dataset, dim: str) -> DataArray | None:
    if dim in data.coords and data[dim].ndim == 1:
        own = data[dim]
        if own.attrs.get("units") or own.dtype.kind in "M" or own.dtype == object:
            return own
    others = [
        data.variables[name]
        for name in data.variables
        if data.variables[name].dims == (dim,) and name != dim
    ]
    stated = [v for v in others if _SINCE.match(str(v.attrs.get("units", "")))]
    standard = [v for v in stated if v.attrs.get("standard_name") == "time"] or stated
    if standard:
        import xarray as xr  # noqa: PLC0415 (already loaded by whoever opened the data)

        return xr.DataArray(standard[0])
    return data[dim] if dim in data.coords and data[dim].ndim == 1 else None


def _from_datetime(values: Foreign, dim: str) -> Times:
    bad = np.flatnonzero(np.isnat(values))
    if bad.size:
        raise _no_time(dim, int(bad[0]))
    micros = values.astype("datetime64[us]").astype(np.int64)
    origin = int(micros[0])
    return Times(origin * 1e-6, (micros - origin) * 1e-6, absolute=True)


def _no_time(dim: str, index: int) -> InputError:
    return InputError(
        f"Frame {index} along {dim} has no time.",
        hint="Fill the time coordinate, or drop that frame.",
        axis=dim,
        row=index,
    )


def _from_cftime(values: Foreign, dim: str) -> Times:
    import cftime  # noqa: PLC0415 (only for such files)

    with foreign_errors(
        f"The times along {dim} cannot be read", hint="Use CF units such as hours since …", axis=dim
    ):
        numbers = np.asarray(cftime.date2num(values, _EPOCH), np.float64)
    return Times(float(numbers[0]), numbers - numbers[0], absolute=True)


def _from_numbers(values: Foreign, attributes: dict[Any, Any], dim: str, notes: Notes) -> Times:
    if values.dtype.kind not in "fiu":
        raise InputError(
            f"The time axis {dim} holds {values.dtype}, not times.",
            hint="Store seconds, or CF units such as hours since 2026-01-01.",
            axis=dim,
        )
    numbers = values.astype(np.float64)
    if (bad := np.flatnonzero(~np.isfinite(numbers))).size:
        raise _no_time(dim, int(bad[0]))
    units = str(attributes.get("units", ""))
    if found := _SINCE.match(units):
        return _since(numbers, found, str(attributes.get("calendar", "")), dim, notes)
    return _elapsed(numbers, units, dim, notes)


def _elapsed(numbers: Float[np.ndarray, "frame"], units: str, dim: str, notes: Notes) -> Times:
    size = scale_to(units, "s") if units else None
    if size is None:
        monthly = dim.lower().startswith("month")
        size = _MONTH_S if monthly else 1.0
        word = "months" if monthly else "seconds"
        said = f"the unit {units!r}, which is no time" if units else "no unit"
        notes.add(f"The time axis {dim} states {said}; it was read in {word} from the start.")
    return Times(float(numbers[0]) * size, (numbers - numbers[0]) * size, absolute=False)


def _since(
    numbers: Float[np.ndarray, "frame"], found: re.Match[str], calendar: str, dim: str, notes: Notes
) -> Times:
    """CF time: the first frame is dated in its calendar, the others counted from it."""
    import cftime  # noqa: PLC0415 (only for CF files)

    unit, date = found["unit"], found["date"]
    size = {"months": _MONTH_S, "month": _MONTH_S}.get(unit.lower()) or scale_to(unit, "s")
    hint = "Use CF units such as hours since 2026-01-01 and a CF calendar."
    if size is None:
        raise InputError(
            f"The time axis {dim} counts in {unit!r} since {date}, which is no unit of time.",
            hint=hint,
            axis=dim,
            attribute="units",
        )
    offset = (numbers - numbers[0]) * size
    if calendar.lower() not in _STANDARD:
        notes.add(f"Times follow the calendar {calendar}; steps are counted in its own days.")
    with foreign_errors(
        f"The units {found.string!r} or the calendar {calendar!r} of the time axis {dim} "
        "cannot be read",
        hint=hint,
        axis=dim,
        attribute="units",
    ):
        days = float(numbers[0]) * size / 86400
        first = cftime.num2date(days, f"days since {date}", calendar or "standard")
        start = _epoch_seconds(first, calendar)
    return Times(start, offset, absolute=True)


def _epoch_seconds(date: Foreign, calendar: str) -> float:
    """Return seconds since 1970 of a date by its own year, month and day, whatever its calendar."""
    import cftime  # noqa: PLC0415

    day = min(int(date.day), 28) if calendar.lower() not in _STANDARD else int(date.day)
    real = cftime.datetime(
        *(date.year, date.month, day, date.hour, date.minute, date.second, date.microsecond),
        calendar="proleptic_gregorian",
        has_year_zero=True,
    )
    shift = 86400.0 * (int(date.day) - day)
    return float(cftime.date2num(real, _EPOCH, calendar="proleptic_gregorian")) + shift
