"""Loose arrays that stay in their file until frames of them are asked for."""

from typing import Any

import numpy as np
from jaxtyping import Shaped

from industriverse.adapters.intake import Foreign

from ._loose import LooseArray


def unread(array: LooseArray) -> Foreign:
    """Return an array for a labelled data set, which reads only the frames that are asked for."""
    from xarray.backends import BackendArray  # noqa: PLC0415 (half a second, only for fields)
    from xarray.core import indexing  # noqa: PLC0415

    class Unread(BackendArray):
        shape = array.shape
        dtype = array.dtype if array.dtype.kind == "f" else np.dtype(float)

        def __getitem__(self, key: Foreign) -> Foreign:
            basic = indexing.IndexingSupport.BASIC
            return indexing.explicit_indexing_adapter(key, self.shape, basic, self._read)

        def _read(self, key: tuple[Any, ...]) -> Shaped[np.ndarray, "..."]:
            frames, *space = key
            rows = np.arange(self.shape[0])[frames]
            if not rows.size:
                return np.empty((0, *self.shape[1:]), self.dtype)[(slice(None), *space)]
            first, last = int(rows.min()), int(rows.max())
            values = np.asarray(array.load(slice(first, last + 1)), self.dtype)
            every = isinstance(frames, slice) and last - first + 1 == rows.size
            return values[(slice(None) if every else rows - first, *space)]

    return indexing.LazilyIndexedArray(Unread())


def component(values: Foreign, number: int) -> Foreign:
    """Return one entry along the second axis, unread where the array is."""
    if isinstance(values, np.ndarray):
        return values[:, number]
    from xarray.core import indexing  # noqa: PLC0415 (as above)

    return values[indexing.BasicIndexer((slice(None), number))]
