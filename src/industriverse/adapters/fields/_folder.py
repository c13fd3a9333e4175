"""A folder of frames: one file a frame, in natural order of their names."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from industriverse.adapters.intake import Foreign, Notes, foreign_errors, members
from industriverse.kernel.errors import InputError

from ._hdf5 import inspect_hdf5
from ._loose import LooseArray, count
from ._netcdf import open_netcdf
from ._numpy_files import open_npy, open_npz
from ._types import Dataset

_FRAMES = {".npy", ".npz", ".nc", ".nc4", ".csv", ".txt"}
_LARGEST_TEXT = 64 << 20
_MIN_FRAMES = 4


def natural(path: Path) -> list[tuple[int, int | str]]:
    """Return the key that sorts `f2` before `f10`."""
    parts = re.split(r"(\d+)", path.name.lower())
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts]


def frame_files(folder: Path) -> list[Path]:
    """Return the files of the most frequent kind of frame, in natural order."""
    found = [p for p in folder.iterdir() if p.suffix.lower() in _FRAMES and p.is_file()]
    kinds = [path.suffix.lower() for path in found]
    if not kinds:
        return []
    kind = max(sorted(set(kinds)), key=kinds.count)
    return sorted((path for path in found if path.suffix.lower() == kind), key=natural)


def checked_frames(folder: Path, notes: Notes) -> list[Path]:
    """Return the frame files, or say why the folder is none of frames.

    Raises:
        InputError: No frames, too few, or links.
    """
    inside = [path for path in members(folder) if path.parent == folder]
    files = frame_files(folder)
    if len(files) < _MIN_FRAMES and not (files and files[0].suffix.startswith(".nc")):
        raise InputError(
            f"The folder {folder.name} holds {len(files)} frames; a forecast needs at least "
            f"{_MIN_FRAMES} files of one kind ({', '.join(sorted(_FRAMES))}).",
            hint="Give the folder with one file a frame.",
            file=str(folder),
        )
    if other := len(inside) - len(files):
        notes.add(f"{other} files of other kinds in {folder.name} were left out.")
    return files


def open_netcdf_folder(files: list[Path], stack: ExitStack) -> Dataset:
    """Join NetCDF files along their time axis, lazily.

    Raises:
        InputError: A file is broken, or the files do not fit together.
    """
    import xarray as xr  # noqa: PLC0415 (half a second that telemetry does not need)

    parts: list[Any] = []
    for path in files:
        with path.open("rb") as file:
            if file.read(4) == b"\x89HDF":
                inspect_hdf5(path)
        parts.append(stack.enter_context(open_netcdf(path)))
    with foreign_errors(
        f"The {len(files)} NetCDF files do not fit together",
        hint="Give files with the same variables and grid.",
        file=files[0].parent.name,
    ):
        common = set.intersection(*(set(part.data_vars) for part in parts))
        parts = [part[sorted(common, key=list(parts[0].data_vars).index)] for part in parts]
        time = _joining(parts[0])
        lazy = [part.chunk({}) for part in _same_units(parts, time)]
        joined: Foreign = xr.concat(
            lazy, dim=time, data_vars="minimal", coords="minimal", compat="override",
            join="override", combine_attrs="override",
        )  # fmt: skip
    return joined


def _joining(part: Foreign) -> str:
    from ._axes import time_dimension  # noqa: PLC0415 (a folder may hold frames without time)

    try:
        return time_dimension(part, "", "")
    except InputError:
        return "time"


def _same_units(parts: list[Any], time: str) -> list[Any]:
    """Count the time of every file from the first file's date."""
    from ._frames import frame_times  # noqa: PLC0415

    if any(time not in part.dims for part in parts):
        return [part.expand_dims(time) if time not in part.dims else part for part in parts]
    notes = Notes()
    clocks = [frame_times(part, time, notes) for part in parts]
    if any(clock.counted or not clock.times.absolute for clock in clocks):
        return parts
    seconds = {"units": "seconds since 1970-01-01 00:00:00", "standard_name": "time"}
    return [
        part.assign_coords({time: (time, clock.times.origin_s + clock.times.offset_s, seconds)})
        for part, clock in zip(parts, clocks, strict=True)
    ]


def open_loose_folder(folder: Path, files: list[Path]) -> list[LooseArray]:
    """Return one array a variable, frames along the first axis, read when asked.

    Raises:
        InputError: A frame is broken or has another shape than the first.
    """
    first = _frame(files[0])
    arrays: list[LooseArray] = []
    for name, array in first.items():
        if array.ndim == 0:
            arrays.append(_scalar(name, array))
            continue
        shape = (len(files), *array.shape)
        arrays.append(LooseArray(name, shape, np.dtype(float), _stacker(files, name, array.shape)))
    title = folder.name
    single = len(arrays) == 1 and next(iter(first)) == files[0].stem
    if single:
        only = arrays[0]
        return [LooseArray(title, only.shape, only.dtype, only.load)]
    return arrays


def _scalar(name: str, array: Foreign) -> LooseArray:
    def load(frames: slice | None) -> Foreign:
        del frames
        return array

    return LooseArray(name, (), array.dtype, load)


def _stacker(files: list[Path], name: str, shape: tuple[int, ...]) -> Foreign:
    def load(frames: slice | None) -> Float[np.ndarray, "time ..."]:
        chosen = files if frames is None else files[frames]
        out = np.empty((len(chosen), *shape))
        for index, path in enumerate(chosen):
            frame = _frame(path)
            array = frame.get(name, next(iter(frame.values())) if len(frame) == 1 else None)
            if array is None or array.shape != shape:
                held = "no such variable" if array is None else f"shape {array.shape}"
                raise InputError(
                    f"Frame {path.name}, variable {name}: {held}, where the first has {shape}.",
                    hint="Give frames of one shape; move other files out of the folder.",
                    file=str(path),
                    variable=name,
                )
            out[index] = array
        return out

    return load


def _frame(path: Path) -> dict[str, Any]:
    if path.suffix.lower() in {".csv", ".txt"}:
        return {path.stem: _text_frame(path)}
    arrays = open_npz(path) if path.suffix.lower() == ".npz" else open_npy(path)
    held = {a.name: a for a in arrays if a.numeric or a.dtype.kind in "US"}
    if sum(8 * count(a.shape) for a in held.values()) > 1 << 30:
        raise InputError(
            f"Frame {path.name} holds more than 1 GiB.", hint="Coarsen it.", file=str(path)
        )
    return {name: np.asarray(array.load(None)) for name, array in held.items()}


def _text_frame(path: Path) -> Float[np.ndarray, "y x"]:
    if path.stat().st_size > _LARGEST_TEXT:
        raise InputError(f"Frame {path.name} is too large.", hint="Use .npy.", file=str(path))
    with foreign_errors(
        f"Frame {path.name} is no table of numbers",
        hint="A frame in text has one row a line and only numbers, split by comma or blanks.",
        file=str(path),
    ):
        text = path.read_text("utf-8-sig")
        delimiter = "," if "," in text else ";" if ";" in text else None
        return np.loadtxt(text.splitlines(), delimiter=delimiter, ndmin=2)
