"""From a path to text: decompressed within limits, decoded from whatever encoding."""

import bz2
import codecs
import gzip
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from industriverse.adapters.intake import Foreign, Notes, foreign_errors
from industriverse.kernel.errors import InputError

LARGEST_TEXT = 2 << 30
_PIECE = 1 << 22
_LARGEST_WINDOW = 1 << 27
_BOMB_RATIO = 200
_BOMB_SIZE = 64 << 20
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "Zstandard"}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"SQLite format 3": "an SQLite database",
    b"\x89HDF": "an HDF5 file",
    b"CDF\x01": "a NetCDF file",
    b"CDF\x02": "a NetCDF file",
    b"\x93NUMPY": "a NumPy array",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"\xfd7zXZ": "an xz archive",
    b"Rar!": "a RAR archive",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"MATLAB 5.0": "a MATLAB file",
}
_HTML = (b"<!doctype html", b"<html")
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})


def compression_of(head: bytes) -> str:
    """Return the name of the compression that some first bytes show, or ""."""
    return next((name for magic, name in _COMPRESSED.items() if head.startswith(magic)), "")


def read_bytes(path: Path) -> bytes:
    """Return a file's content, decompressed.

    Raises:
        InputError: Broken or truncated compression, or more than two gibibytes of text.
    """
    with path.open("rb") as file:
        name = compression_of(file.read(8))
        file.seek(0)
        if name:
            return _decompressed(file, name, path)
        if path.stat().st_size > LARGEST_TEXT:
            raise _too_large(path)
        return file.read()


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{path.name} holds more than {LARGEST_TEXT >> 30} GiB of text.",
        hint="Convert it to Parquet, or cut out the newest part.",
        file=str(path),
    )


def _unpacker(file: BinaryIO, name: str) -> Foreign:
    if name == "gzip":
        return gzip.GzipFile(fileobj=file)
    if name == "bzip2":
        return bz2.BZ2File(file)
    import zstandard  # noqa: PLC0415 (only for such files)

    reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    return reader.stream_reader(file, read_across_frames=True)


def _decompressed(file: BinaryIO, name: str, path: Path) -> bytes:
    packed = path.stat().st_size
    stream = _unpacker(file, name)
    pieces: list[bytes] = []
    size = 0
    while piece := _next_piece(stream, name, path):
        pieces.append(piece)
        size += len(piece)
        _refuse_bomb(size, packed, path)
    if name == "Zstandard":
        _refuse_cut_zstandard(path, size)
    return b"".join(pieces)


def _broken(name: str, path: Path) -> AbstractContextManager[None]:
    return foreign_errors(
        f"{path.name} is a broken {name} file",
        hint="Download or compress it again; it may be cut short.",
        file=str(path),
    )


def _next_piece(stream: Foreign, name: str, path: Path) -> bytes:
    with _broken(name, path):
        return stream.read(_PIECE)


def _refuse_bomb(size: int, packed: int, path: Path) -> None:
    if size > LARGEST_TEXT:
        raise _too_large(path)
    if size > _BOMB_SIZE and size > _BOMB_RATIO * packed:
        raise InputError(
            f"{path.name} unpacks to more than {_BOMB_RATIO} times its {packed} bytes.",
            hint="This looks like a decompression bomb; give the file unpacked if it is not.",
            file=str(path),
        )


def _refuse_cut_zstandard(path: Path, size: int) -> None:
    """The streaming reader ends quietly on a cut frame; a strict decoder does not."""
    import zstandard  # noqa: PLC0415

    maker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    left = path.read_bytes()
    with _broken("Zstandard", path):
        while left:
            decoder = maker.decompressobj()
            decoder.decompress(left)
            if not decoder.eof:
                raise EOFError(f"it ends inside a frame after {size} bytes of text")
            left = decoder.unused_data


def decoded(data: bytes, path: Path, notes: Notes) -> bytes:
    """Return text as UTF-8 without a byte order mark.

    Raises:
        InputError: The bytes are no text, and what they look like instead.
    """
    _refuse_foreign(data, path)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _transcoded(data, encoding, path, notes).lstrip(codecs.BOM_UTF8)
    if bare := _bare_utf16(data):
        return _transcoded(data, bare, path, notes)
    _refuse_binary(data, path)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _western(data, error.start, notes)
    return data


def _western(data: bytes, where: int, notes: Notes) -> bytes:
    line = data.count(b"\n", 0, where) + 1
    notes.add(f"The text is not UTF-8 (line {line}); it was read as Western European (cp1252).")
    return data.decode("cp1252", errors="replace").encode()


def _transcoded(data: bytes, encoding: str, path: Path, notes: Notes) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} starts as {encoding} but byte {error.start} is not: {error.reason}.",
            hint="Save it again as UTF-8.",
            file=str(path),
        ) from error
    if encoding != "utf-8":
        notes.add(f"The text is {encoding.upper()}.")
    return text.encode()


def _bare_utf16(data: bytes) -> str:
    head = data[:400]
    if len(head) < 8 or head.count(0) < 0.3 * len(head):  # noqa: PLR2004
        return ""
    if not any(head[0::2]):
        return "utf-16-be"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.8 * len(head[1::2]) and even == 0:
        return "utf-16-le"
    if even > 0.8 * len(head[0::2]) and odd == 0:
        return "utf-16-be"
    return ""


def _refuse_foreign(data: bytes, path: Path) -> None:
    kind = next((kind for magic, kind in _FOREIGN.items() if data.startswith(magic)), "")
    if not kind and data[:64].lstrip().lower().startswith(_HTML):
        kind = "a web page (perhaps a login form in place of the download)"
    if kind:
        raise InputError(
            f"{path.name} is {kind}, not delimited text.",
            hint="Export the table as CSV or Parquet.",
            file=str(path),
        )


def _refuse_binary(data: bytes, path: Path) -> None:
    odd = data.translate(None, delete=bytes(set(range(256)) - set(_CONTROL)))
    if not odd:
        return
    where = min(data.index(byte) for byte in set(odd))
    raise InputError(
        f"{path.name} is not text: byte {where} is {data[where]:#04x}"
        f" (line {data.count(10, 0, where) + 1}).",
        hint="Export the table as CSV in UTF-8; a power loss while logging also leaves such bytes.",
        file=str(path),
        row=data.count(10, 0, where) + 1,
    )
