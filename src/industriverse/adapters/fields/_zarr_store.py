"""Zarr stores of version 2 and 3: metadata are checked as plain JSON before Zarr opens them."""

import json
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Shaped

from industriverse.adapters.intake import Foreign, foreign_errors, members
from industriverse.kernel.errors import InputError

from ._loose import LARGEST_ARRAY, LooseArray, count
from ._types import Dataset

_METADATA = {".zarray", ".zgroup", "zarr.json", ".zmetadata", ".zattrs"}
_LARGEST_METADATA = 16 << 20
_LARGEST_CHUNK = 1 << 30
_RUNS_CODE = {"pickle", "json2", "msgpack2"}
_HINT = "Write the store again with plain numbers."


def is_zarr(path: Path) -> bool:
    """Say whether a folder is a Zarr store."""
    return path.is_dir() and any(
        (path / name).is_file() for name in (".zgroup", ".zarray", "zarr.json", ".zmetadata")
    )


def inspect_zarr(path: Path) -> bool:
    """Check all metadata of a store and say whether its axes are labelled.

    Raises:
        InputError: Broken metadata, codecs that run code, impossible sizes, links.
    """
    labelled = False
    arrays = 0
    for member in members(path):
        if member.name not in _METADATA:
            continue
        document = _document(member, path)
        where = member.parent.relative_to(path).as_posix()
        if member.name == ".zmetadata":
            document = cast("dict[str, Any]", document.get("metadata", {}))
            for key, part in document.items():
                _check(part, key.rsplit("/", 1)[0], path)
            continue
        if _check(document, where, path):
            arrays += 1
        labelled |= "_ARRAY_DIMENSIONS" in document
        labelled |= any(document.get("dimension_names") or [])
    if not arrays:
        raise InputError(
            f"{path.name} is a Zarr store without arrays.",
            hint="Check that the copy is complete, with its hidden files.",
            file=str(path),
        )
    return labelled and not ((path / ".zarray").is_file() or _is_v3_array(path))


def _is_v3_array(path: Path) -> bool:
    file = path / "zarr.json"
    return file.is_file() and _document(file, path).get("node_type") == "array"


def _document(member: Path, path: Path) -> dict[str, Any]:
    where = member.relative_to(path).as_posix()
    if member.stat().st_size > _LARGEST_METADATA:
        raise _broken(path, where, "it is larger than 16 MiB")
    try:
        document = json.loads(member.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, where, str(error)) from error
    if not isinstance(document, dict):
        raise _broken(path, where, "it is no JSON object")
    return cast("dict[str, Any]", document)


def _broken(path: Path, where: str, reason: str) -> InputError:
    return InputError(
        f"The Zarr metadata {where} of {path.name} cannot be used: {reason}.",
        hint=_HINT,
        file=str(path),
        attribute=where,
    )


def _check(document: Foreign, where: str, path: Path) -> bool:
    """Check one metadata document; return whether it describes an array."""
    if not isinstance(document, dict) or "shape" not in document:
        return False
    data = cast("dict[str, Any]", document)
    ids = {str(c.get("id", c.get("name", ""))) for c in _codecs(data)}
    kind = str(data.get("dtype", data.get("data_type", "")))
    if ids & _RUNS_CODE or "|O" in kind:
        raise _broken(
            path, where, f"it stores Python objects ({', '.join(ids & _RUNS_CODE) or kind})"
        )
    shape, chunks = data["shape"], data.get("chunks") or _v3_chunks(data)
    for name, sizes, most in (
        ("shape", shape, LARGEST_ARRAY),
        ("chunk shape", chunks, _LARGEST_CHUNK),
    ):
        if not _sane(sizes) or 8 * count(tuple(sizes)) > most:
            raise _broken(path, where, f"its {name} is {sizes!r}")
    return True


def _codecs(data: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[Any] = [data.get("compressor"), *(data.get("filters") or [])]
    codecs = data.get("codecs")
    found.extend(cast("list[Any]", codecs) if isinstance(codecs, list) else [])
    return [cast("dict[str, Any]", codec) for codec in found if isinstance(codec, dict)]


def _v3_chunks(data: dict[str, Any]) -> Foreign:
    grid = data.get("chunk_grid")
    setup = cast("dict[str, Any]", grid).get("configuration") if isinstance(grid, dict) else None
    return cast("dict[str, Any]", setup).get("chunk_shape") if isinstance(setup, dict) else None


def _sane(sizes: Foreign) -> bool:
    return isinstance(sizes, list) and all(
        isinstance(n, int) and n >= 0 for n in cast("list[Any]", sizes)
    )


def open_labelled_zarr(path: Path) -> Dataset:
    """Open a store with named axes lazily, its variables by name.

    Zarr lists a group's members as they arrive, in another order each time.
    """
    import xarray as xr  # noqa: PLC0415 (half a second that telemetry does not need)

    with foreign_errors(f"{path.name} is a broken Zarr store", hint=_HINT, file=str(path)):
        data = xr.open_zarr(path, consolidated=False, chunks=None, decode_times=False)
        return data[sorted(data.data_vars, key=str)]


def open_loose_zarr(path: Path) -> list[LooseArray]:
    """Return the arrays of a store without named axes, unread, by name."""
    import zarr  # noqa: PLC0415 (a third of a second, only for such stores)

    with foreign_errors(f"{path.name} is a broken Zarr store", hint=_HINT, file=str(path)):
        node = zarr.open(str(path), mode="r")
        if isinstance(node, zarr.Array):
            found: list[tuple[str, Any]] = [(path.stem, node)]
            attributes = dict(node.attrs)
        else:
            found = sorted(node.arrays(), key=itemgetter(0))
            attributes = dict(node.attrs)
    arrays = [_array(path, name, array) for name, array in found]
    for key, value in attributes.items():
        if isinstance(value, (str, int, float)):
            constant = np.asarray(value)
            arrays.append(LooseArray(key, (), constant.dtype, partial(_constant, constant)))
    return [array for array in arrays if array.size > 0]


def _constant(array: Shaped[np.ndarray, ""], frames: slice | None) -> Shaped[np.ndarray, ""]:
    del frames
    return array


def _array(path: Path, name: str, array: Foreign) -> LooseArray:
    def load(frames: slice | None) -> Shaped[np.ndarray, "..."]:
        with foreign_errors(
            f"{name} in {path.name} cannot be read", hint=_HINT, file=str(path), variable=name
        ):
            return np.asarray(array[...] if frames is None or not array.shape else array[frames])

    unit = str(array.attrs.get("units", ""))
    return LooseArray(name, tuple(array.shape), np.dtype(array.dtype), load, unit)
