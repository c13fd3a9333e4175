"""Names for what comes from libraries without types of their own."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from jaxtyping import Float64, Shaped

Table = Any
"""A `pyarrow.Table`."""
Column = Any
"""A `pyarrow.Array`."""
ArrowType = Any
"""A `pyarrow.DataType` or `pyarrow.Schema`."""
Foreign = Any
"""An object of a library that is imported only when a file needs it."""
compute: Any = pyarrow.compute
"""`pyarrow.compute`, whose functions are made at run time."""


def column_of(values: Shaped[np.ndarray, "row"]) -> Column:
    """Return numbers as an Arrow column of float64; `pyarrow.array` would import pandas."""
    plain = np.ascontiguousarray(values, np.float64)
    return pa.Array.from_buffers(pa.float64(), len(plain), [None, pa.py_buffer(plain)])


def numbers_of(column: Column) -> Float64[np.ndarray, "row"]:
    """Return an Arrow column of numbers, null as NaN; `to_numpy` would import pandas."""
    plain = compute.cast(column, pa.float64(), safe=False)
    if len(plain) == 0:
        return np.empty(0)
    valid, held = plain.buffers()
    values = np.frombuffer(held, np.float64, plain.offset + len(plain))[plain.offset :]
    if plain.null_count == 0:
        return values
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    return np.where(bits[plain.offset :][: len(plain)], values, np.nan)
