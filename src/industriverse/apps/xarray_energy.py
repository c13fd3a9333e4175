"""`ds.energy` on xarray data sets and arrays.

xarray finds it by itself when it opens its first data set. Where all data are made in memory, as
here, this module is imported.

Examples:
    >>> import numpy as np, xarray as xr
    >>> import industriverse.apps.xarray_energy
    >>> plate = xr.DataArray(
    ...     290 + np.eye(8)[None].repeat(4, axis=0), name="temperature", dims=("time", "y", "x"),
    ...     coords={"time": 60.0 * np.arange(4), "y": np.arange(8.0), "x": np.arange(8.0)},
    ...     attrs={"units": "K"},
    ... )
    >>> plate.energy.maps("heat").attrs["units"]
    'K'
    >>> float(plate.energy.total("heat")[0])
    18568.0
"""

from .xarray_backend import AtlasBackend
from .xarray_fields import EnergyAccessor

__all__ = ["AtlasBackend", "EnergyAccessor"]
