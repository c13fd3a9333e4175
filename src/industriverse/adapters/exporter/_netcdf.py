"""Forecasts as CF-1.11 NetCDF-4, built in memory.

Written through h5py, which takes turns between threads; the netCDF-C library does not, and two
predictions at once would bring the process down.
"""

import re
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
from h5netcdf import File

from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.observations import Observation
from industriverse.kernel.results import Forecast

_SINGLE_FROM = 1 << 16
_EPOCH = "seconds since 1970-01-01T00:00:00Z"


def forecast_bytes(forecast: Forecast, observation: Observation) -> bytes:
    """Return the bytes of a NetCDF file: mean, lower and upper by variable, on lead times."""
    buffer = BytesIO()
    with File(buffer, "w") as file:
        file.attrs["Conventions"] = "CF-1.11"
        file.attrs["title"] = f"Forecast of {observation.source or 'an observation'}"
        file.attrs["source"] = f"industriverse {forecast.model}"
        file.attrs["coverage_target"] = forecast.calibration.target
        file.attrs["abstained"] = str(forecast.abstained).lower()
        _write_leads(file, forecast, observation)
        space = _write_space(file, observation)
        _check_names(forecast, space)
        for name in forecast.mean:
            _write_variable(file, forecast, name, ("lead_time", *space))
    return buffer.getvalue()


def _write_leads(file: File, forecast: Forecast, observation: Observation) -> None:
    file.dimensions["lead_time"] = len(forecast.lead_s)
    leads = file.create_variable("lead_time", ("lead_time",), data=forecast.lead_s)
    leads.attrs["standard_name"] = "forecast_period"
    leads.attrs["units"] = "s"
    origin = float(observation.times[-1])
    if observation.absolute:
        reference = file.create_variable("forecast_reference_time", (), data=origin)
        reference.attrs["standard_name"] = "forecast_reference_time"
        reference.attrs["units"] = _EPOCH
        file.attrs["origin"] = datetime.fromtimestamp(origin, UTC).isoformat()


def _write_space(file: File, observation: Observation) -> tuple[str, ...]:
    if not isinstance(observation, Trajectory):
        return ()
    grid = observation.grid
    for axis, size, step, unit in zip(grid.axes, grid.shape, grid.spacing, grid.units, strict=True):
        file.dimensions[axis] = size
        coordinate = file.create_variable(axis, (axis,), data=step * np.arange(size))
        coordinate.attrs["units"] = unit or "1"
        coordinate.attrs["long_name"] = f"distance along {axis}"
    return grid.axes


def legal_name(name: str) -> str:
    """Return a variable's name as NetCDF takes it: a letter or digit first, no slash inside.

    Examples:
        >>> legal_name("$CO_2$/age")
        '_CO_2$_age'
    """
    clean = re.sub(r"[/\x00-\x1f\x7f]", "_", name.strip()) or "_"
    return clean if clean[0].isalnum() or clean[0] == "_" else f"_{clean[1:]}"


def _check_names(forecast: Forecast, space: tuple[str, ...]) -> None:
    """Refuse variables whose entries in the file would have one name."""
    owner = dict.fromkeys(("lead_time", "forecast_reference_time", *space), "the file's own axes")
    for name in forecast.mean:
        for label in (legal_name(name + end) for end in ("", "_lower", "_upper")):
            other = owner.setdefault(label, repr(name))
            if other != repr(name):
                raise InputError(
                    f"The forecasts of {name!r} and of {other} would both be {label!r} in "
                    "forecast.nc.",
                    hint="Rename one, or choose what to report with --variable.",
                    variable=name,
                )


def _write_variable(file: File, forecast: Forecast, name: str, dimensions: tuple[str, ...]) -> None:
    unit = forecast.units.get(name, "")
    percent = f"{forecast.calibration.target:.0%}"
    parts = {
        name: (forecast.mean[name], f"mean forecast of {name}"),
        f"{name}_lower": (forecast.lower[name], f"lower end of the {percent} interval"),
        f"{name}_upper": (forecast.upper[name], f"upper end of the {percent} interval"),
    }
    for part, (values, about) in parts.items():
        kind = np.float32 if values.size >= _SINGLE_FROM else np.float64
        data = values.astype(kind)
        variable = file.create_variable(
            legal_name(part), dimensions, data=data, fillvalue=kind("nan")
        )
        variable.attrs["long_name"] = about
        if unit:
            variable.attrs["units"] = unit
