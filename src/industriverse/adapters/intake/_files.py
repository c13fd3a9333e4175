"""A path that is there, readable and not empty; and the hash of what lies there."""

from pathlib import Path

from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ids import sha256_file, sha256_hex

_MOST_MEMBERS = 100_000


def require_file(path: Path) -> None:
    """Refuse a path that does not exist, a folder, a device, an empty or locked file.

    Raises:
        NotFoundError: Nothing lies at the path.
        InputError: What lies there is not a readable file with content.
    """
    try:
        _refuse_missing(path)
        if not path.is_file():
            raise InputError(
                f"{path.name} is not a regular file.", hint="Give a file.", file=str(path)
            )
        if path.stat().st_size == 0:
            raise InputError(
                f"{path.name} is empty: 0 bytes.",
                hint="Check that the export or download finished.",
                file=str(path),
            )
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path.name} cannot be opened: {error}.",
            hint="Check the file's permissions and name.",
            file=str(path),
        ) from error


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.", hint="Check the path.", file=str(path))


def members(folder: Path) -> list[Path]:
    """Return the files below a folder in a stable order.

    Raises:
        InputError: A link leads elsewhere, or there are absurdly many files.
    """
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise InputError(
                f"{path.relative_to(folder)} in {folder.name} is a link.",
                hint="Copy the file it leads to; links are not followed out of a folder.",
                file=str(path),
            )
        if path.is_file():
            found.append(path)
        if len(found) > _MOST_MEMBERS:
            raise InputError(
                f"{folder.name} holds more than {_MOST_MEMBERS} files.",
                hint="Use larger chunks or fewer frames.",
                file=str(folder),
            )
    return found


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or of a folder's sorted member hashes."""
    if path.is_dir():
        lines = [
            f"{sha256_file(member)}  {member.relative_to(path).as_posix()}"
            for member in members(path)
        ]
        return sha256_hex("\n".join(sorted(lines)).encode())
    return sha256_file(path)
