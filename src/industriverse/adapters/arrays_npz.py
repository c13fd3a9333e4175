"""Arrays kept in a folder, one NPZ file a name."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.ids import sha256_hex

from .disk import put_whole


class NpzArrayCache:
    """Keeps arrays in files named by the hash of the name under which they are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """Return what was kept under that name; None where nothing was, or where it is damaged."""
        try:
            data = io.BytesIO(self.path(name).read_bytes())
            with np.load(data, allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays under a name, all or none of them; what was there is replaced.

        Raises:
            UnavailableError: There is no room.
        """
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            put_whole(self.path(name), buffer.getvalue())
        except OSError as error:
            raise UnavailableError(
                f"{self._folder} cannot be written: {error.strerror}.", hint="Make room there."
            ) from error

    def path(self, name: str) -> Path:
        """Return the file in which a name's arrays lie."""
        return self._folder / f"{sha256_hex(name.encode())}.npz"
