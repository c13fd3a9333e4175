"""Files by content: each blob lies under its SHA-256."""

from pathlib import Path

from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.ids import sha256_hex

from .disk import put_whole, sync_folder

_DIGITS = frozenset("0123456789abcdef")
_LENGTH = 64


class FileBlobStore:
    """Keeps bytes in a folder, two levels deep, safe against a crash at any instant."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _make_folder(folder)

    def put(self, data: bytes) -> str:
        """Keep some bytes, durably before returning, and return their SHA-256 in hex."""
        digest = sha256_hex(data)
        path = self._path(digest)
        if not self._intact(path, data):
            _make_folder(path.parent)
            _write(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes with that SHA-256.

        Raises:
            NotFoundError: Nothing with that hash was kept.
            UnavailableError: What is kept no longer has that hash.
        """
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"No blob {digest} is kept here.") from error
        except OSError as error:
            raise UnavailableError(f"Blob {digest} cannot be read: {error.strerror}.") from error
        if sha256_hex(data) != digest:
            raise UnavailableError(
                f"Blob {digest} is damaged.", hint="Restore it from a backup, or put it again."
            )
        return data

    def has(self, digest: str) -> bool:
        """Say whether bytes with that SHA-256 are kept."""
        return self._path(digest).is_file()

    def _path(self, digest: str) -> Path:
        if len(digest) != _LENGTH or not set(digest) <= _DIGITS:
            raise ContractError(f"{digest!r} is not a SHA-256 in lower-case hex.")
        return self._folder / digest[:2] / digest

    def _intact(self, path: Path, data: bytes) -> bool:
        try:
            if path.read_bytes() != data:
                return False
        except OSError:
            return False
        # Another call may have renamed it a moment ago, with its folder not yet on disk.
        sync_folder(path.parent)
        return True


def _write(path: Path, data: bytes) -> None:
    try:
        put_whole(path, data)
    except OSError as error:
        raise UnavailableError(
            f"Blob {path.name} cannot be written: {error.strerror}.", hint="Make room on the disk."
        ) from error


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        if not folder.parent.is_dir():
            _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise UnavailableError(f"Folder {folder} cannot be made: {error.strerror}.") from error
