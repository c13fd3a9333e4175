"""HDF5's global heap, checked before the library walks it: a damaged one can hold it for ever."""

import mmap
from pathlib import Path

from industriverse.kernel.errors import InputError

_SIGNATURE = b"GCOL\x01\0\0\0"
_HEADER = 16
_ALIGNED = 8


def refuse_damaged_heap(path: Path) -> None:
    """Walk every heap collection as the library would and refuse one that does not end.

    Raises:
        InputError: An entry of a collection has no length or leads out of it.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(_SIGNATURE)
        while at >= 0:
            _walk(data, at, path)
            at = data.find(_SIGNATURE, at + _ALIGNED)


def _walk(data: mmap.mmap, start: int, path: Path) -> None:
    end = start + _number(data, start + _ALIGNED, 8)
    at = start + _HEADER
    while at + _HEADER <= end <= len(data):
        index, size = _number(data, at, 2), _number(data, at + _ALIGNED, 8)
        # Entry 0 is the free space; its size counts its own header.
        step = _HEADER + -(-size // _ALIGNED) * _ALIGNED if index else size
        if not 0 < step <= end - at:
            raise InputError(
                f"{path.name} is a broken HDF5 file: its heap at byte {start} is damaged.",
                hint="Copy the file again, or repair it with h5repack.",
                file=str(path),
            )
        at += step


def _number(data: mmap.mmap, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
