"""Folders that someone named: made, or refused in a sentence."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path

from industriverse.kernel.errors import ContractError, UnavailableError

PRIVATE = 0o700
_ANYONE = 0o777


def make_folder(folder: Path, *, mode: int = _ANYONE) -> Path:
    """Make a folder, unless it is there, and return it.

    Raises:
        ContractError: Something else has its name.
        UnavailableError: It cannot be made or written.
    """
    with writing_into(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    return folder


@contextmanager
def writing_into(folder: Path) -> Generator[None]:
    """Turn the system's refusals into ours.

    Raises:
        ContractError: The folder's name belongs to something else.
        UnavailableError: No permission, no room, no such disk.
    """
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise ContractError(
            f"{str(folder)!r} is not a folder, or lies below a file.", hint="Name another folder."
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"The folder {str(folder)!r} cannot be written: {error.strerror}.",
            hint="Name another, or see who owns it and whether its disk is full.",
        ) from error
