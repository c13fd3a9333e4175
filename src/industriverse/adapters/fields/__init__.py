"""Fields on grids: NetCDF, Zarr, HDF5, NumPy files and folders of frames become trajectories."""

from ._in_memory import read_arrays, read_dataset
from ._reader import FieldReader

__all__ = ["FieldReader", "read_arrays", "read_dataset"]
