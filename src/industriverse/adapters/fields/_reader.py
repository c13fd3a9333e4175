"""The reader of field files and folders."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from industriverse.adapters.intake import Notes, content_hash, require_file
from industriverse.adapters.tables import read_table
from industriverse.kernel.errors import InputError
from industriverse.kernel.ports import LongRead, ReadOptions, ReadResult

from ._folder import checked_frames, frame_files, open_loose_folder, open_netcdf_folder
from ._hdf5 import inspect_hdf5, open_loose_hdf5
from ._labelled import as_dataset, as_table, is_telemetry, sorted_kit
from ._long import long_from_dataset
from ._loose import LooseArray
from ._netcdf import open_netcdf
from ._numpy_files import open_npy, open_npz
from ._trajectory import from_dataset
from ._types import Dataset
from ._zarr_store import inspect_zarr, is_zarr, open_labelled_zarr, open_loose_zarr

DEFAULT_BUDGET = 512 << 20
_SUFFIXES = frozenset(
    [
        ".nc",
        ".nc3",
        ".nc4",
        ".cdf",
        ".netcdf",
        ".h5",
        ".hdf5",
        ".hdf",
        ".he5",
        ".zarr",
        ".npz",
        ".npy",
    ]
)
_MAGIC = {
    b"\x89HDF": "hdf5",
    b"CDF\x01": "netcdf",
    b"CDF\x02": "netcdf",
    b"CDF\x05": "netcdf",
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "npz",
    b"PK\x05\x06": "npz",
}


class FieldReader:
    """Reads NetCDF, HDF5, Zarr, NPZ, NPY and folders of frames."""

    def __init__(self, *, memory_bytes: int = DEFAULT_BUDGET) -> None:
        """Keep the budget.

        Args:
            memory_bytes: Frames held in memory at most; older ones stay in the file.
        """
        self._budget = memory_bytes

    def accepts(self, path: Path) -> bool:
        """Say whether a path is a field: by its suffix, else by its first bytes or frames."""
        if path.is_dir():
            return is_zarr(path) or path.suffix == ".zarr" or bool(frame_files(path))
        if path.suffix.lower() in _SUFFIXES:
            return True
        return _kind(path) in {"hdf5", "netcdf", "npy"}

    def read(self, path: Path, options: ReadOptions) -> ReadResult:
        """Read a field as a trajectory; arrays of channels become signals.

        Raises:
            InputError: What is wrong, where, what to do.
            NotFoundError: No such file, or no such variable in it.
        """
        notes = Notes()
        if not path.is_dir():
            require_file(path)
        with ExitStack() as stack:
            opened = _opened(path, notes, stack)
            if not isinstance(opened, list):
                data = stack.enter_context(opened)
                digest = content_hash(path)
                return from_dataset(
                    data, options, notes, source=path.name, sha256=digest, budget=self._budget
                )
            return _from_loose(opened, path, options, notes, self._budget)

    @contextmanager
    def open_long(self, path: Path, options: ReadOptions) -> Generator[LongRead | None]:
        """Yield a field whose frames do not fit into memory together; None for any other file.

        Raises:
            InputError, NotFoundError: As `read`.
        """
        notes = Notes()
        if not path.is_dir():
            require_file(path)
        with ExitStack() as stack:
            opened = _opened(path, notes, stack)
            if isinstance(opened, list):
                kit = sorted_kit(opened, path.name)
                if is_telemetry(kit):
                    yield None
                    return
                data = as_dataset(kit, options, notes, path.name, None)
            else:
                data = stack.enter_context(opened)
            yield long_from_dataset(
                data,
                options,
                notes,
                source=path.name,
                sha256=content_hash(path),
                budget=self._budget,
            )


def _from_loose(
    arrays: list[LooseArray], path: Path, options: ReadOptions, notes: Notes, budget: int
) -> ReadResult:
    kit = sorted_kit(arrays, path.name)
    digest = content_hash(path)
    if is_telemetry(kit):
        table, units, options = as_table(kit, options, notes, path.name)
        step = kit.steps.get("dt", 0.0)
        return read_table(
            table, options, source=path.name, sha256=digest, notes=notes, units=units, step_s=step
        )
    data = as_dataset(kit, options, notes, path.name, budget)
    return from_dataset(data, options, notes, source=path.name, sha256=digest, budget=budget)


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:
        return ""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "")


def _opened(path: Path, notes: Notes, stack: ExitStack) -> Dataset | list[LooseArray]:
    if path.is_dir():
        return _opened_folder(path, notes, stack)
    kind = _kind(path)
    if kind == "npy":
        return open_npy(path)
    if kind == "npz":
        return open_npz(path, stack)
    if kind == "hdf5":
        return open_netcdf(path) if inspect_hdf5(path) else open_loose_hdf5(path)
    if kind == "netcdf":
        return open_netcdf(path)
    with path.open("rb") as file:
        head = file.read(8)
    raise InputError(
        f"{path.name} is no {path.suffix.lstrip('.') or 'field'} file: it starts with {head!r}.",
        hint="Check that the download finished and that the suffix is right.",
        file=str(path),
    )


def _opened_folder(path: Path, notes: Notes, stack: ExitStack) -> Dataset | list[LooseArray]:
    if is_zarr(path) or path.suffix == ".zarr":
        return open_labelled_zarr(path) if inspect_zarr(path) else open_loose_zarr(path)
    files = checked_frames(path, notes)
    if files[0].suffix.lower() in {".nc", ".nc4"}:
        return open_netcdf_folder(files, stack)
    return open_loose_folder(path, files)
