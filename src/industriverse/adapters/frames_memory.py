"""Observations that are already in memory: NumPy, xarray, pandas, polars and Arrow objects.

Neither pandas nor polars is imported here; their objects are known by where their class lives.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pyarrow as pa
from jaxtyping import Shaped

from industriverse.adapters.fields import read_arrays, read_dataset
from industriverse.adapters.intake import Foreign, Table, foreign_errors
from industriverse.adapters.tables import read_table
from industriverse.kernel.errors import InputError
from industriverse.kernel.ids import sha256_array, sha256_hex
from industriverse.kernel.ports import ReadOptions, ReadResult

_KINDS = "a NumPy array, a mapping of arrays, or an xarray, pandas, polars or Arrow object"


def read_memory(
    data: object, options: ReadOptions | None = None, *, source: str = "memory"
) -> ReadResult:
    """Turn an object in memory into a `ReadResult`, as if it had been a file.

    Args:
        data: An array `(time,)`, `(time, channel)` or `(time, y, x)`; a mapping of such arrays,
            with `dt`, `dx`, `dy`, `boundary`, `units`, `domain` as in NPZ; an xarray DataArray or
            Dataset; a pandas, polars or Arrow table.
        options: What the user says.
        source: A name for the result.

    Raises:
        InputError: An object of another kind, or what the file readers refuse.
        NotFoundError: `options` names a variable that is not there.
    """
    told = options or ReadOptions()
    library, kind = type(data).__module__.split(".")[0], type(data).__name__
    if library == "xarray":
        return _labelled(data, kind, told, source)
    if library in {"pandas", "polars"}:
        make = _from_pandas if library == "pandas" else _from_polars
        with foreign_errors(f"The {library} {kind} cannot be read", hint=f"Give {_KINDS}."):
            table = make(data, kind)
        return _table(table, told, source)
    if isinstance(data, Mapping):
        return _arrays(cast("Mapping[str, Any]", data), told, source)
    if isinstance(data, np.ndarray):
        return _arrays({"value": data}, told, source)
    if isinstance(data, pa.Table):
        return _table(data, told, source)
    raise InputError(f"An object of type {kind} holds no observation.", hint=f"Give {_KINDS}.")


def _arrays(arrays: Mapping[str, Any], options: ReadOptions, source: str) -> ReadResult:
    held = {str(name): np.asarray(value) for name, value in arrays.items()}
    return read_arrays(held, options, source=source, sha256=_hash(held))


def _hash(arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> str:
    lines = [
        f"{name} {'' if array.dtype.hasobject else sha256_array(array)}"
        for name, array in sorted(arrays.items())
    ]
    return sha256_hex("\n".join(lines).encode())


def _labelled(data: Foreign, kind: str, options: ReadOptions, source: str) -> ReadResult:
    if kind not in {"DataArray", "Dataset"}:
        raise InputError(f"An xarray {kind} holds no observation.", hint=f"Give {_KINDS}.")
    whole = data.to_dataset(name=data.name or "value") if kind == "DataArray" else data
    held = {
        str(name): np.asarray(variable.values)
        for name, variable in whole.variables.items()
        if variable.dtype != object
    }
    return read_dataset(whole, options, source=source, sha256=_hash(held))


def _from_pandas(data: Foreign, kind: str) -> Table:
    frame = data.to_frame(data.name or "value") if kind == "Series" else data
    index = frame.index
    dated = type(index).__name__ in {"DatetimeIndex", "PeriodIndex", "TimedeltaIndex"}
    if dated or index.name is not None:
        if type(index).__name__ == "PeriodIndex":
            frame = frame.set_axis(index.to_timestamp(), axis=0)
        elif type(index).__name__ == "TimedeltaIndex":
            frame = frame.set_axis(index.total_seconds(), axis=0)
        name = index.name if index.name is not None else "time"
        frame = frame.rename_axis(index=str(name)).reset_index()
    frame = frame.set_axis([_flat_name(column) for column in frame.columns], axis=1)
    return pa.Table.from_pandas(frame, preserve_index=False)


def _flat_name(column: object) -> str:
    if isinstance(column, tuple):
        return " ".join(str(part) for part in cast("tuple[object, ...]", column) if str(part))
    return str(column)


def _from_polars(data: Foreign, kind: str) -> Table:
    if kind == "LazyFrame":
        data = data.collect()
    if kind == "Series":
        data = data.to_frame(data.name or "value")
    return data.to_arrow()


def _table(table: Table, options: ReadOptions, source: str) -> ReadResult:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    digest = sha256_hex(sink.getvalue().to_pybytes())
    return read_table(table, options, source=source, sha256=digest)
