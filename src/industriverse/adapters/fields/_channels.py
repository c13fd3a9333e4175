"""Labelled data without a grid: stations, members, sensors become channels."""

from typing import Any

import numpy as np

from industriverse.adapters.intake import (
    MIN_ROWS,
    Notes,
    Readings,
    foreign_errors,
    listing,
    signals_from,
    suggestion,
)
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._frames import frame_times
from ._types import Dataset

_MOST = 512
_LARGEST = 1 << 30


def channels_result(  # noqa: PLR0913 (the same words as `from_dataset`)
    data: Dataset,
    time: str,
    names: list[str],
    options: ReadOptions,
    notes: Notes,
    *,
    source: str,
    sha256: str,
) -> ReadResult:
    """Read variables over time and labels as telemetry, one channel a label.

    Raises:
        InputError: Too many channels, or too few rows.
        NotFoundError: A wanted variable is not there.
    """
    whole = [name for name in names if name in data.data_vars]
    parts = [name for name in names if name not in data.data_vars]
    if parts:
        whole = [
            str(n) for n in data.data_vars if any(p.startswith(f"{n} ") for p in parts)
        ] + whole
        if not whole:
            raise NotFoundError(
                f"{source} has no variable {parts[0]!r}.",
                hint=suggestion(parts[0], [str(n) for n in data.data_vars]),
                variable=parts[0],
            )
    columns: dict[str, Any] = {}
    units: dict[str, str] = {}
    _refuse_short(int(data.sizes[time]), time, source)
    _refuse_many(data, whole, time, source)
    for name in whole:
        for title, column in _labelled(data, name, time, source).items():
            columns[title] = column
            units[title] = str(data[name].attrs.get("units", ""))
    readings = Readings(
        np.stack(list(columns.values()), axis=1),
        tuple(columns),
        units,
        frame_times(data, time, notes).times,
        source,
    )
    wanted = tuple(t for n in options.variables for t in columns if t == n or t.startswith(f"{n} "))
    told = ReadOptions(wanted, options.units, options.time_column, options.domain)
    notes.add(f"There is no grid; {len(columns)} channels were read: {listing(columns)}.")
    return signals_from(readings, told, notes, sha256=sha256)


def _refuse_short(rows: int, time: str, source: str) -> None:
    if rows < MIN_ROWS:
        raise InputError(
            f"{source} has no grid, and its channels hold {rows} steps along {time}; a forecast "
            f"needs at least {MIN_ROWS}.",
            hint="Give a longer recording.",
            file=source,
            axis=time,
        )


def _refuse_many(data: Dataset, names: list[str], time: str, source: str) -> None:
    frames = int(data.sizes[time])
    count = sum(data[name].size // max(1, frames) for name in names)
    if count > _MOST or 8 * count * frames > _LARGEST:
        raise InputError(
            f"{source} would make {count} channels of {frames} steps; at most {_MOST} are read.",
            hint=f"Choose with --variable among {listing(names)}.",
            file=source,
        )


def _labelled(data: Dataset, name: str, time: str, source: str) -> dict[str, Any]:
    array = data[name]
    dims = [dim for dim in array.dims if dim != time]
    with foreign_errors(
        f"{name} in {source} cannot be read",
        hint="The file may be damaged; write it again.",
        file=source,
        variable=name,
    ):
        values = np.asarray(array.transpose(time, *dims).values, np.float64)
    table = values.reshape(len(values), -1)
    if not dims:
        return {name: table[:, 0]}
    titles = [
        _title(data, dims, np.unravel_index(i, values.shape[1:])) for i in range(table.shape[1])
    ]
    return {f"{name} {title}": table[:, i] for i, title in enumerate(titles)}


def _title(data: Dataset, dims: list[Any], index: tuple[Any, ...]) -> str:
    words: list[str] = []
    for dim, at in zip(dims, index, strict=True):
        label = data[dim].values[at] if dim in data.coords else at
        words.append(label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label))
    return " ".join(words)
