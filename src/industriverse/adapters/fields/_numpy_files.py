"""`.npy` and `.npz`: headers are checked first, nothing is ever unpickled."""

import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from industriverse.adapters.intake import Foreign, foreign_errors, listing
from industriverse.kernel.errors import InputError

from ._loose import LooseArray, check_header, count

_LARGEST_HEADER = 20_000
_MOST_MEMBERS = 10_000
_PIECE = 1 << 22
_BOMB_RATIO = 1000
_BOMB_SIZE = 256 << 20
_HINT = "Save it again with np.savez or np.save; it may be cut short."
_ENCRYPTED = 1


def open_npy(path: Path) -> list[LooseArray]:
    """Return the one array of an `.npy` file.

    Raises:
        InputError: Broken header, object type, or cut short.
    """
    with path.open("rb") as file:
        shape, fortran, dtype = _header(file, path.stem, path.name)
        start = file.tell()
    check_header(path.stem, path.name, shape, dtype, path.stat().st_size - start)
    if count(shape) == 0:
        raise _empty(path.stem, path.name, shape)

    def load(frames: slice | None) -> Shaped[np.ndarray, "..."]:
        order = "F" if fortran else "C"
        mapped = np.memmap(path, dtype, "r", start, shape or (1,), order)
        array = mapped.reshape(shape)
        return np.array(array if frames is None else array[frames])

    return [LooseArray(path.stem, shape, dtype, load)]


def _empty(name: str, source: str, shape: tuple[int, ...]) -> InputError:
    return InputError(
        f"{name} in {source} is empty: its shape is {shape}.",
        hint="Check that the program that wrote it finished.",
        file=source,
        variable=name,
    )


def open_npz(path: Path, keep: ExitStack | None = None) -> list[LooseArray]:
    """Return the arrays of an `.npz` file, unread.

    Args:
        path: Of the file.
        keep: Holds members open between readings, so that windows of frames that follow each
            other unpack them once; each reading opens them again when not given.

    Raises:
        InputError: Not a zip archive, a foreign member, an object type, a bomb.
    """
    with ExitStack() as stack:
        with foreign_errors(f"{path.name} is a broken NPZ archive", hint=_HINT, file=str(path)):
            archive = stack.enter_context(zipfile.ZipFile(path))
            members = archive.infolist()
        _refuse_members(members, path)
        arrays = [_member(archive, member, path, keep) for member in members]
    return [array for array in arrays if count(array.shape) > 0 or not array.numeric]


def _refuse_members(members: list[zipfile.ZipInfo], path: Path) -> None:
    foreign = [m.filename for m in members if not m.filename.endswith(".npy")]
    if not members or foreign or len(members) > _MOST_MEMBERS:
        held = f"{listing(foreign)}" if foreign else f"{len(members)} members"
        raise InputError(
            f"{path.name} is a zip archive with {held}, not an NPZ of arrays.",
            hint="Unpack it, or save the arrays with np.savez.",
            file=str(path),
        )
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise InputError(
                f"{member.filename} in {path.name} is encrypted.",
                hint="Save it without a password.",
                file=str(path),
                variable=member.filename,
            )
        unpacked, packed = member.file_size, max(1, member.compress_size)
        if unpacked > _BOMB_SIZE and unpacked > _BOMB_RATIO * packed:
            raise InputError(
                f"{member.filename} in {path.name} unpacks from {packed} to {unpacked} bytes.",
                hint="This looks like a decompression bomb; save it with np.savez if it is not.",
                file=str(path),
                variable=member.filename,
            )


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, keep: ExitStack | None
) -> LooseArray:
    name = member.filename.removesuffix(".npy")
    with ExitStack() as stack:
        with foreign_errors(
            f"{member.filename} in {path.name} cannot be unpacked", hint=_HINT, file=str(path)
        ):
            file = stack.enter_context(archive.open(member))
        shape, fortran, dtype = _header(file, name, path.name)
        start = file.tell()
    check_header(name, path.name, shape, dtype, member.file_size - start)
    held = _Member(path, member.filename, (shape, fortran, dtype), start, keep)
    return LooseArray(name, shape, dtype, held.load)


def _header(file: Foreign, name: str, source: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    with foreign_errors(
        f"{name} in {source} has a broken NumPy header", hint=_HINT, file=source, variable=name
    ):
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read(file, max_header_size=_LARGEST_HEADER)
    if not all(type(length) is int for length in shape):
        raise InputError(
            f"{name} in {source} has a header with the shape {shape!r}.",
            hint=_HINT,
            file=source,
            variable=name,
        )
    return shape, fortran, dtype


@dataclass(slots=True)
class _Member:
    """One array of an archive.

    Attributes:
        path, name: Of the archive, and of the member in it.
        layout: Shape, whether the first axis is the fastest, and type.
        start: Bytes of the header.
        keep: See `open_npz`.
    """

    path: Path
    name: str
    layout: tuple[tuple[int, ...], bool, np.dtype]
    start: int
    keep: ExitStack | None
    _kept: Any = field(init=False, default=None)

    def load(self, frames: slice | None) -> Shaped[np.ndarray, "..."]:
        """Return those entries along the first axis; all for None."""
        with (
            foreign_errors(
                f"{self.name} in {self.path.name} cannot be unpacked",
                hint=_HINT,
                file=str(self.path),
                variable=self.name,
            ),
            ExitStack() as own,
        ):
            return self._entries(self._file(own), frames)

    def _file(self, own: ExitStack) -> Foreign:
        if self._kept is not None:
            return self._kept
        stack = own if self.keep is None else self.keep
        archive = stack.enter_context(zipfile.ZipFile(self.path))
        file = stack.enter_context(archive.open(self.name))
        if self.keep is not None:
            self._kept = file
        return file

    def _entries(self, file: Foreign, frames: slice | None) -> Shaped[np.ndarray, "..."]:
        shape, fortran, dtype = self.layout
        if frames is None or fortran or not shape:
            self._go_to(file, self.start)
            array = np.frombuffer(_exactly(file, count(shape) * dtype.itemsize), dtype)
            whole = array.reshape(shape, order="F" if fortran else "C")
            return whole if frames is None or not shape else whole[frames]
        first, last, _ = frames.indices(shape[0])
        entry = count(shape[1:]) * dtype.itemsize
        self._go_to(file, self.start + first * entry)
        array = np.frombuffer(_exactly(file, (last - first) * entry), dtype)
        return array.reshape(last - first, *shape[1:])

    def _go_to(self, file: Foreign, place: int) -> None:
        """Unpack up to a place; from the beginning only where that lies behind."""
        if place < file.tell():
            file.seek(0)
        while (left := place - file.tell()) > 0 and file.read(min(left, _PIECE)):
            pass


def _exactly(file: Foreign, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise EOFError(f"{len(data)} of {size} bytes")
    return data
