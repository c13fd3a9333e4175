"""Arrays that can be made again, kept so that they need not be."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class ArrayCache(Protocol):
    """Keeps named arrays under a name. Contract suite: `tests/contracts/array_cache.py`."""

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """Return what was kept under that name; None where nothing was, or where it is damaged."""
        ...

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays under a name, all or none of them; what was there is replaced.

        Raises:
            UnavailableError: There is no room.
        """
        ...
