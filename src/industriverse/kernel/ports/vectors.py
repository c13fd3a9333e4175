"""Nearest neighbours of an embedding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored vector near the asked one. `similarity` is the cosine."""

    id: str
    similarity: float
    payload: Mapping[str, str | float]


@runtime_checkable
class VectorStore(Protocol):
    """Keeps 512-d unit vectors. Contract suite: `tests/contracts/vector_store.py`."""

    def upsert(
        self, id: str, vector: Float32[np.ndarray, "512"], payload: Mapping[str, str | float]
    ) -> None:
        """Write or replace a vector. `payload` holds `tenant`.

        It outlives a killed process; a power cut may take the newest ones, unless `close` was
        reached. The index is derived from the runs, so it need not wait for the disk.
        """
        ...

    def nearest(
        self, vector: Float32[np.ndarray, "512"], *, k: int, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """Return up to k nearest vectors whose payload matches `where`, nearest first."""
        ...

    def count(self) -> int:
        """Return the number of vectors."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
