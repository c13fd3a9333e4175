"""The labelled data set's type, without importing xarray for files that do not need it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xarray import DataArray, Dataset
else:
    DataArray = Dataset = Any

__all__ = ["DataArray", "Dataset"]
