"""The reader of telemetry files."""

from pathlib import Path

from industriverse.adapters.intake import Notes, content_hash, require_file, split_unit
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._delimited import read_delimited
from ._json import read_json
from ._parquet import read_parquet
from ._raw import RawTable
from ._sidecar import sidecar_units
from ._source import compression_of, decoded, read_bytes
from ._telemetry import telemetry

_PACKED = {".gz", ".zst", ".bz2", ".bz", ".zstd"}
_TEXT = {".csv", ".tsv", ".txt", ".tab", ".dat", ".asc", ".data"}
_JSON = {".json", ".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq", ".parq"}
_HEAD = 4096


def kind_suffix(path: Path) -> str:
    """Return the suffix that names the kind, below that of a compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


class TableReader:
    """Reads CSV and its kin, Parquet and JSON lines; plain or in gzip, Zstandard or bzip2."""

    def accepts(self, path: Path) -> bool:
        """Say whether a path is a table: by its suffix, else by text in its first bytes."""
        if path.is_dir():
            return False
        if kind_suffix(path) in _TEXT | _JSON | _PARQUET:
            return True
        return not path.suffix and _starts_as_text(path)

    def read(self, path: Path, options: ReadOptions) -> ReadResult:
        """Read a table as signals on one regular clock.

        Raises:
            InputError: What is wrong, where, what to do.
            NotFoundError: No such file, or no such column in it.
        """
        require_file(path)
        notes = Notes()
        raw = _raw(path, notes)
        short = [split_unit(name)[0] for name in raw.names]
        raw.units.update(sidecar_units(path, [*raw.names, *short]))
        return telemetry(raw, options, notes, sha256=content_hash(path))


def _raw(path: Path, notes: Notes) -> RawTable:
    with path.open("rb") as file:
        head = file.read(8)
    if kind_suffix(path) in _PARQUET or head.startswith(b"PAR1"):
        return read_parquet(path)
    data = decoded(read_bytes(path), path, notes)
    if kind_suffix(path) in _JSON:
        return read_json(data, path, notes)
    return read_delimited(data, path, notes)


def _starts_as_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if compression_of(head):
        return True
    return bool(head) and b"\0" not in head and any(mark in head for mark in b",;\t |\n")
