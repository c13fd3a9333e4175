"""Energy maps in Zarr v3 stores: one store a sequence, one chunk a frame and level.

`SEQUENCE.zarr/level_N/energy` is `(time, *space)` with its coordinates, so that
`xarray.open_zarr(path, group="level_1")` reads it. Later versions of a frame lie in
`versions/FRAME_VERSION/level_N/energy`. Records lie in the attributes, check sums of each chunk in
the chunk.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
import zarr
from jaxtyping import Float
from zarr.codecs import BytesCodec, Crc32cCodec, ZstdCodec

from industriverse.kernel.errors import (
    ConflictError,
    ContractError,
    IndustriverseError,
    NotFoundError,
    UnavailableError,
)
from industriverse.kernel.maps import MapRecord, Pyramid, read_record, record_document

from .disk import sync_folder

FORMAT = "industriverse.atlas/1"
ENERGY_DOMAIN = "energy_domain"
"""The attribute of an xarray data set that tells a sequence of maps from other data."""
_SUFFIX, _NEW = ".zarr", ".new-"
_FIRST_ROOM = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,150}")
_CODECS: tuple[Any, ...] = (BytesCodec(endian="little"), ZstdCodec(level=1), Crc32cCodec())


class ZarrMapStore:
    """Keeps maps in a folder; one process writes at a time, any number read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(
        self, sequence: str, frames: Iterable[tuple[MapRecord, Pyramid]]
    ) -> tuple[MapRecord, ...]:
        """Write a sequence frame by frame, durably before returning; return its records.

        Frames are drawn one at a time, so a sequence may be larger than memory. It is written
        under another name and renamed, so that a kill leaves nothing under its own.

        Raises:
            ConflictError: The sequence is there, or another process writes.
            ContractError: There is no frame, or frames differ in shape or levels.
        """
        target = self._path(sequence)
        with self._only_writer():
            if target.exists():
                raise ConflictError(f"The atlas has a sequence {sequence!r}.")
            with _appearing(target) as new:
                return _write_frames(new, iter(frames))

    def add_version(self, record: MapRecord, pyramid: Pyramid) -> None:
        """Write the next version of one map, durably before returning.

        Raises:
            ConflictError: That version is there, or another process writes.
            NotFoundError: No such map.
        """
        home = self._existing(record.sequence)
        with self._only_writer():
            versions = home / "versions"
            if not versions.exists():
                zarr.create_group(versions)
                _sync_tree(versions)
                sync_folder(home)
            target = versions / f"{record.frame:04d}_{record.version:04d}"
            if target.exists():
                raise ConflictError(f"Map {record.id!r} has a version {record.version}.")
            with _appearing(target) as new, _damage(record.sequence):
                group = zarr.create_group(new, attributes=_attributes([record]))
                for factor, cells in pyramid.items():
                    level = group.create_group(f"level_{factor}")
                    _array(level, cells.shape, cells.shape, record.axes)[...] = cells

    def records(self, sequence: str) -> tuple[MapRecord, ...]:
        """Return the records of a sequence as they were written: frames, then later versions.

        Raises:
            NotFoundError: No such sequence.
            UnavailableError: The store is damaged.
        """
        home = self._existing(sequence)
        with _damage(sequence):
            later = sorted((home / "versions").glob("[0-9]*_[0-9]*"))
            return tuple(
                read_record(document)
                for path in (home, *later)
                for document in _records_of(zarr.open_group(path, mode="r"))
            )

    def read(
        self, sequence: str, frame: int, *, level: int = 1, version: int = 1
    ) -> Float[np.ndarray, "..."]:
        """Return one map at one level; nothing else is loaded.

        Raises:
            NotFoundError: No such sequence, frame, level or version.
            UnavailableError: What is kept is damaged.
        """
        home = self._existing(sequence)
        below = "" if version == 1 else f"versions/{frame:04d}_{version:04d}/"
        path = home / f"{below}level_{level}" / "energy"
        if not path.is_dir():
            raise NotFoundError(
                f"Sequence {sequence!r} has no level {level} of frame {frame}, version {version}."
            )
        with _damage(sequence):
            array = zarr.open_array(path, mode="r")
            if version > 1:
                return np.asarray(array[...], np.float64)
            if not 0 <= frame < array.shape[0]:
                raise NotFoundError(f"Sequence {sequence!r} has no frame {frame}.")
            if not (path / "c" / "/".join([str(frame), *["0"] * (array.ndim - 1)])).is_file():
                # Zarr would give zeros for a chunk that is gone.
                raise UnavailableError(f"Frame {frame} of sequence {sequence!r} is gone.")
            return np.asarray(array[frame], np.float64)

    def sequences(self) -> tuple[str, ...]:
        """Return every whole sequence, in order of name."""
        found = (path.name for path in self._folder.glob(f"*{_SUFFIX}"))
        return tuple(sorted(n.removesuffix(_SUFFIX) for n in found if not n.startswith(".")))

    def delete(self, sequence: str) -> None:
        """Forget a sequence and all its versions, if it is there."""
        path = self._path(sequence)
        with self._only_writer():
            if path.exists():
                # Gone at once: what a kill leaves behind has a name that the next writer sweeps.
                gone = path.with_name(f"{_NEW}{path.name}")
                os.replace(path, gone)
                sync_folder(self._folder)
                shutil.rmtree(gone)

    def _path(self, sequence: str) -> Path:
        if not _NAME.fullmatch(sequence) or ".." in sequence:
            raise ContractError(f"{sequence!r} is no name of a sequence.")
        return self._folder / f"{sequence}{_SUFFIX}"

    def _existing(self, sequence: str) -> Path:
        path = self._path(sequence)
        if not path.is_dir():
            raise NotFoundError(f"The atlas holds no sequence {sequence!r}.")
        return path

    @contextmanager
    def _only_writer(self) -> Generator[None]:
        """Hold the folder's lock, which a kill lets go of, and sweep what a kill left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConflictError(
                    "Another process writes maps.", hint="Wait for it, or stop it."
                ) from error
            homes = self._folder.glob(f"*{_SUFFIX}/versions/{_NEW}*")
            for left in [*self._folder.glob(f"{_NEW}*"), *homes]:
                shutil.rmtree(left)
            yield
        finally:
            os.close(handle)


@contextmanager
def _appearing(target: Path) -> Generator[Path]:
    """Give a folder under another name that gets its own, durably, when all is well."""
    new = target.with_name(f"{_NEW}{target.name}")
    try:
        yield new
        _sync_tree(new)
        os.replace(new, target)
        sync_folder(target.parent)
    except OSError as error:
        raise UnavailableError(
            f"{target.name} cannot be written: {error.strerror}.", hint="Make room on the disk."
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for where, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(where) / name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(where))


def _write_frames(new: Path, frames: Iterator[tuple[MapRecord, Pyramid]]) -> tuple[MapRecord, ...]:
    first = next(frames, None)
    if first is None:
        raise ContractError("A sequence has at least one frame.")
    record, pyramid = first
    levels = {factor: cells.shape for factor, cells in pyramid.items()}
    written: list[MapRecord] = []
    group = zarr.create_group(new)
    arrays = {
        factor: _array(
            group.create_group(f"level_{factor}"),
            (0, *shape),
            (1, *shape),
            ("time", *record.axes),
            {"units": record.unit, "long_name": "energy density"},
        )
        for factor, shape in levels.items()
    }
    room = 0
    for at, (record, pyramid) in enumerate(chain([first], frames)):
        if {factor: cells.shape for factor, cells in pyramid.items()} != levels:
            raise ContractError("The frames of a sequence have one shape and the same levels.")
        if record.frame != at:
            raise ContractError(f"Frame {record.frame} stands in place {at}.")
        if at == room:  # each resize writes the metadata again
            room = max(2 * room, _FIRST_ROOM)
            _resize(arrays, levels, room)
        for factor, cells in pyramid.items():
            arrays[factor][at] = cells
        written.append(record)
    _resize(arrays, levels, len(written))
    for factor in levels:
        _coordinates(cast("zarr.Group", group[f"level_{factor}"]), written, factor)
    group.attrs.update(_attributes(written))
    return tuple(written)


def _resize(
    arrays: Mapping[int, zarr.Array[Any]], levels: Mapping[int, tuple[int, ...]], frames: int
) -> None:
    for factor, array in arrays.items():
        array.resize((frames, *levels[factor]))


def _array(
    group: zarr.Group,
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    names: tuple[str, ...],
    attributes: Mapping[str, str] | None = None,
) -> zarr.Array[Any]:
    serializer, *compressors = _CODECS
    return group.create_array(
        "energy",
        shape=shape,
        chunks=chunks,
        dtype="float64",
        serializer=serializer,
        compressors=compressors,
        fill_value=np.nan,
        dimension_names=names,
        attributes=dict(attributes or {}),
        # A frame of zeros is a frame, not one that is missing.
        config={"write_empty_chunks": True},
    )


def _coordinates(group: zarr.Group, records: list[MapRecord], factor: int) -> None:
    first = records[0]
    times = np.array([record.time_s for record in records])
    axes = zip(first.axes, first.shape, first.spacing, first.axis_units, strict=True)
    said: dict[str, Any] = {"long_name": "seconds since the start, or since 1970 for dates"}
    group.create_array("time", data=times, dimension_names=("time",), attributes=said)
    for name, cells, step, unit in axes:
        if name != "time":
            values = (np.arange(cells // factor) + 0.5) * step * factor
            said = {"units": unit}
            group.create_array(name, data=values, dimension_names=(name,), attributes=said)


def _attributes(records: list[MapRecord]) -> dict[str, Any]:
    return {"format": FORMAT, "records": [record_document(record) for record in records]}


def _records_of(group: zarr.Group) -> list[dict[str, Any]]:
    attributes = cast("dict[str, Any]", group.attrs.asdict())
    if attributes.get("format") != FORMAT:
        raise ValueError(f"it is not in the form {FORMAT}")
    return attributes["records"]


@contextmanager
def _damage(sequence: str) -> Generator[None]:
    try:
        yield
    except IndustriverseError:
        raise
    except Exception as error:
        raise UnavailableError(
            f"Sequence {sequence!r} is damaged: {error}.",
            hint="Delete and build it again, or restore it from a backup.",
        ) from error
