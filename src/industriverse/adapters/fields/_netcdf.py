"""NetCDF, classic and 4, opened lazily through xarray."""

import traceback
from pathlib import Path
from typing import Any

from industriverse.adapters.intake import foreign_errors
from industriverse.kernel.errors import InputError

from ._types import Dataset

_CLASSIC = (b"CDF\x01", b"CDF\x02")
_HINT = "Check the file with ncdump -h; it may be cut short or damaged."


def open_netcdf(path: Path) -> Dataset:
    """Open a NetCDF file lazily, scaled and masked, its times not decoded.

    Raises:
        InputError: Broken, or an attribute that CF does not allow.
    """
    import xarray as xr  # noqa: PLC0415 (half a second that telemetry does not need)

    with path.open("rb") as file:
        magic = file.read(4)
    engine = "scipy" if magic in _CLASSIC else "netcdf4" if magic.startswith(b"CDF") else "h5netcdf"
    with foreign_errors(f"{path.name} cannot be opened as NetCDF", hint=_HINT, file=str(path)):
        try:
            data = xr.open_dataset(
                path, engine=engine, decode_times=False, decode_coords="all", cache=False
            )
        except Exception as error:
            _close_what_scipy_left_open(error)
            raise
    if not data.variables:
        data.close()
        raise InputError(f"{path.name} holds no variables at its root.", hint=_HINT, file=str(path))
    return data


def _close_what_scipy_left_open(error: Exception) -> None:
    """Close the file of a classic reader that failed half way; SciPy itself forgets to."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        reader: Any = frame.f_locals.get("self")
        if type(reader).__name__ == "netcdf_file" and hasattr(reader, "fp"):
            reader.fp.close()
