"""Networks and training states on disk: whole files, the old one or the new one, never a piece."""

from pathlib import Path
from typing import Any

from industriverse.engines.forecast.network import FluxNet, unpack
from industriverse.kernel.errors import UnavailableError

from .disk import put_whole


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in its place at once: a reader or a killed writer meets the old one or the new.

    Args:
        path: Where; its folder is made when missing.
        data: What `pack` returned, or a training state that `train` hands to `Watch.keep`.

    Raises:
        UnavailableError: The disk refuses it; the old file is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, data)
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be written: {error.strerror}.", hint="Make room on the disk."
        ) from error


def read_whole(path: Path) -> bytes:
    """Return a file's bytes, such as a training state to resume from.

    Raises:
        UnavailableError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be read: {error.strerror}.",
            hint="Name a file that training wrote, or train anew.",
        ) from error


def read_network(path: Path) -> tuple[FluxNet, dict[str, Any]]:
    """Return the network of a file, and its card.

    Raises:
        UnavailableError: The file cannot be read.
        ContractError: It holds no network of this release, or was changed since training.
    """
    return unpack(read_whole(path))
