"""`.npy` and `.npz`: headers are checked first, nothing is ever unpickled."""

import zipfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

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

    def load(newest: int | None) -> Shaped[np.ndarray, "..."]:
        order = "F" if fortran else "C"
        mapped = np.memmap(path, dtype, "r", start, shape or (1,), order)
        array = mapped.reshape(shape)
        return np.array(array if newest is None else array[-newest:])

    return [LooseArray(path.stem, shape, dtype, load)]


def _empty(name: str, source: str, shape: tuple[int, ...]) -> InputError:
    return InputError(
        f"{name} in {source} is empty: its shape is {shape}.",
        hint="Check that the program that wrote it finished.",
        file=source,
        variable=name,
    )


def open_npz(path: Path) -> list[LooseArray]:
    """Return the arrays of an `.npz` file, unread.

    Raises:
        InputError: Not a zip archive, a foreign member, an object type, a bomb.
    """
    with ExitStack() as stack:
        with foreign_errors(f"{path.name} is a broken NPZ archive", hint=_HINT, file=str(path)):
            archive = stack.enter_context(zipfile.ZipFile(path))
            members = archive.infolist()
        _refuse_members(members, path)
        arrays = [_member(archive, member, path) for member in members]
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


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> LooseArray:
    name = member.filename.removesuffix(".npy")
    with ExitStack() as stack:
        with foreign_errors(
            f"{member.filename} in {path.name} cannot be unpacked", hint=_HINT, file=str(path)
        ):
            file = stack.enter_context(archive.open(member))
        shape, fortran, dtype = _header(file, name, path.name)
        start = file.tell()
    check_header(name, path.name, shape, dtype, member.file_size - start)
    load = partial(_load_member, path, member.filename, (shape, fortran, dtype))
    return LooseArray(name, shape, dtype, load)


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


def _load_member(
    path: Path,
    member: str,
    layout: tuple[tuple[int, ...], bool, np.dtype],
    newest: int | None,
) -> Shaped[np.ndarray, "..."]:
    shape, fortran, dtype = layout
    with (
        foreign_errors(
            f"{member} in {path.name} cannot be unpacked",
            hint=_HINT,
            file=str(path),
            variable=member,
        ),
        zipfile.ZipFile(path) as archive,
        archive.open(member) as file,
    ):
        _header(file, member, path.name)
        if newest is None or fortran or not shape or newest >= shape[0]:
            array = np.frombuffer(_exactly(file, count(shape) * dtype.itemsize), dtype)
            whole = array.reshape(shape, order="F" if fortran else "C")
            return whole if newest is None else whole[-newest:]
        frame = count(shape[1:]) * dtype.itemsize
        _skip(file, (shape[0] - newest) * frame)
        array = np.frombuffer(_exactly(file, newest * frame), dtype)
        return array.reshape(newest, *shape[1:])


def _skip(file: Foreign, size: int) -> None:
    while size > 0 and (piece := file.read(min(size, _PIECE))):
        size -= len(piece)


def _exactly(file: Foreign, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise EOFError(f"{len(data)} of {size} bytes")
    return data
