"""The reader of any file: the first of its readers that takes it."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from industriverse.adapters.fields import FieldReader
from industriverse.adapters.intake import require_file
from industriverse.adapters.tables import TableReader
from industriverse.kernel.errors import InputError
from industriverse.kernel.ports import (
    LongFieldReader,
    LongRead,
    ObservationReader,
    ReadOptions,
    ReadResult,
)

_TAKEN = (
    "CSV, Parquet or JSON lines for telemetry (plain or .gz, .zst, .bz2); NetCDF, Zarr, HDF5, "
    "NPZ, NPY or a folder of frames for fields"
)


class FileReader:
    """Reads telemetry and fields."""

    def __init__(self, readers: Sequence[ObservationReader] | None = None) -> None:
        """Keep the readers, in the order in which they are asked.

        Args:
            readers: Fields and tables with their default budgets when not given.
        """
        self._readers = tuple(readers) if readers is not None else (FieldReader(), TableReader())

    def accepts(self, path: Path) -> bool:
        """Say whether any reader takes the path."""
        return any(reader.accepts(path) for reader in self._readers)

    def read(self, path: Path, options: ReadOptions) -> ReadResult:
        """Read a file or a folder.

        Raises:
            InputError: No reader takes it, or what the reader refuses.
            NotFoundError: No such file, or no such variable in it.
        """
        return self._reader_of(path).read(path, options)

    @contextmanager
    def open_long(self, path: Path, options: ReadOptions) -> Generator[LongRead | None]:
        """Yield a field whose frames do not fit into memory together; None for any other file.

        Raises:
            InputError: No reader takes it, or what the reader refuses.
            NotFoundError: No such file, or no such variable in it.
        """
        reader = self._reader_of(path)
        if not isinstance(reader, LongFieldReader):
            yield None
            return
        with reader.open_long(path, options) as long:
            yield long

    def _reader_of(self, path: Path) -> ObservationReader:
        for reader in self._readers:
            if reader.accepts(path):
                return reader
        if not path.is_dir():
            require_file(path)
        raise InputError(
            f"{path.name} is neither a table nor a field by its name and first bytes.",
            hint=f"Give {_TAKEN}.",
            file=str(path),
        )
