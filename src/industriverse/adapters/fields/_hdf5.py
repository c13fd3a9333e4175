"""HDF5 files: what could lead outside the file or exhaust memory is refused before reading."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Shaped

from industriverse.adapters.intake import Foreign, foreign_errors
from industriverse.kernel.errors import InputError

from ._heap import refuse_damaged_heap
from ._loose import LooseArray, check_header

_MOST_OBJECTS = 20_000
_LARGEST_CHUNK = 1 << 30
_DEEPEST = 16
_BOMB_RATIO = 2000
_BOMB_SIZE = 1 << 30
_HINT = "Write the file again; it may be cut short or damaged."


def inspect_hdf5(path: Path) -> bool:
    """Check every dataset of a file and say whether its axes are labelled.

    Raises:
        InputError: Broken, or a dataset leads outside the file, or its size cannot be true.
    """
    import h5py  # noqa: PLC0415 (a quarter of a second, only for such files)

    refuse_damaged_heap(path)
    labelled = False
    broken = foreign_errors(f"{path.name} is a broken HDF5 file", hint=_HINT, file=str(path))
    with broken, h5py.File(path, "r", locking=False) as file:
        for name, dataset in _datasets(file, path):
            _refuse_unsafe(name, dataset, path)
            at_root = "/" not in name
            labelled |= at_root and ("DIMENSION_LIST" in dataset.attrs)
    return labelled


def _datasets(file: Foreign, path: Path) -> Iterator[tuple[str, Any]]:
    """Yield datasets without following any link that leaves the file."""
    import h5py  # noqa: PLC0415

    waiting: list[tuple[str, Any, int]] = [("", file, 0)]
    count = 0
    while waiting:
        prefix, group, depth = waiting.pop()
        for key in group:
            count += 1
            name = f"{prefix}{key}"
            link = group.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise _leads_outside(name, path, f"a link to {link.filename!r}")
            if count > _MOST_OBJECTS or depth > _DEEPEST:
                raise InputError(
                    f"{path.name} holds more than {_MOST_OBJECTS} objects or {_DEEPEST} levels.",
                    hint="Copy out the variables you need.",
                    file=str(path),
                )
            if isinstance(link, h5py.SoftLink):
                continue
            item = group.get(key)
            if isinstance(item, h5py.Dataset):
                yield name, item
            elif isinstance(item, h5py.Group):
                waiting.append((f"{name}/", item, depth + 1))


def _leads_outside(name: str, path: Path, what: str) -> InputError:
    return InputError(
        f"{name} in {path.name} is {what}, which lies outside the file.",
        hint="Copy the data into one file (h5repack).",
        file=str(path),
        variable=name,
    )


def _refuse_unsafe(name: str, dataset: Foreign, path: Path) -> None:
    if dataset.external:
        raise _leads_outside(name, path, f"stored in {dataset.external[0][0]!r}")
    if dataset.is_virtual:
        raise _leads_outside(name, path, "a virtual view of other files")
    if dataset.dtype.kind not in "fiub":
        return
    chunk = dataset.chunks
    size = dataset.size * dataset.dtype.itemsize
    if chunk and int(np.prod(chunk, dtype=object)) * dataset.dtype.itemsize > _LARGEST_CHUNK:
        raise InputError(
            f"{name} in {path.name} has chunks of {chunk}, more than {_LARGEST_CHUNK >> 20} MiB.",
            hint="Store it again with chunks of a few MiB.",
            file=str(path),
            variable=name,
        )
    stored = max(1, dataset.id.get_storage_size())
    if stored > 1 and size > _BOMB_SIZE and size > _BOMB_RATIO * stored:
        raise InputError(
            f"{name} in {path.name} unpacks from {stored} to {size} bytes.",
            hint="This looks like a decompression bomb; store it unpacked if it is not.",
            file=str(path),
            variable=name,
        )
    if dataset.chunks is None and dataset.id.get_offset() is not None:
        check_header(name, path.name, dataset.shape, dataset.dtype, path.stat().st_size)


def open_loose_hdf5(path: Path) -> list[LooseArray]:
    """Return the datasets of a file whose axes have no labels, unread; groups join by `_`."""
    import h5py  # noqa: PLC0415

    arrays: list[LooseArray] = []
    broken = foreign_errors(f"{path.name} is a broken HDF5 file", hint=_HINT, file=str(path))
    with broken, h5py.File(path, "r", locking=False) as file:
        attributes = {key: file.attrs[key] for key in file.attrs}
        for name, dataset in _datasets(file, path):
            if dataset.shape is None or dataset.dtype.kind not in "fiubcSU":
                continue
            unit = _text(dataset.attrs.get("units", dataset.attrs.get("unit", "")))
            title = name.replace("/", "_")
            load = partial(_load, path, name)
            arrays.append(LooseArray(title, dataset.shape, dataset.dtype, load, unit))
    arrays.extend(_stated(attributes))
    return [a for a in arrays if a.size > 0]


def _stated(attributes: dict[str, Any]) -> list[LooseArray]:
    """Attributes of the file such as dt and dx count like scalars beside the arrays."""
    found: list[LooseArray] = []
    for key, value in attributes.items():
        array = np.asarray(_text(value) if isinstance(value, (str, bytes)) else value)
        if array.dtype.kind in "fiubU" and array.size == 1:
            found.append(LooseArray(key, (), array.dtype, partial(_constant, array.reshape(()))))
    return found


def _constant(array: Shaped[np.ndarray, ""], frames: slice | None) -> Shaped[np.ndarray, ""]:
    del frames
    return array


def _text(value: Foreign) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _load(path: Path, name: str, frames: slice | None) -> Shaped[np.ndarray, "..."]:
    import h5py  # noqa: PLC0415

    with (
        foreign_errors(
            f"{name} in {path.name} cannot be read", hint=_HINT, file=str(path), variable=name
        ),
        h5py.File(path, "r", locking=False) as file,
    ):
        dataset = cast("Any", file[name])
        values = dataset[()] if frames is None or not dataset.shape else dataset[frames]
    array = np.asarray(values)
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array
