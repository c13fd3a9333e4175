"""Vectors in memory, searched one by one."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Hit


def _checked(vector: Float32[np.ndarray, "512"]) -> Float32[np.ndarray, "512"]:
    if not abs(float(np.linalg.norm(vector)) - 1) <= 1e-3:
        raise ContractError("A vector that is not of length one.")
    return vector


class MemoryVectorStore:
    def __init__(self):
        self._kept: dict[str, tuple[Float32[np.ndarray, "512"], Mapping[str, str | float]]] = {}

    def upsert(
        self, id: str, vector: Float32[np.ndarray, "512"], payload: Mapping[str, str | float]
    ) -> None:
        if not id or not isinstance(payload.get("tenant"), str) or "_id" in payload:
            raise ContractError(f"Vector {id!r} needs an id and a tenant.")
        self._kept[id] = (_checked(vector).copy(), dict(payload))

    def nearest(
        self, vector: Float32[np.ndarray, "512"], *, k: int, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        if k < 1:
            raise ContractError(f"Asked for {k} neighbours.")
        asked = _checked(vector)
        hits = [
            Hit(id, float(kept @ asked), payload)
            for id, (kept, payload) in self._kept.items()
            if all(payload.get(name) == value for name, value in (where or {}).items())
        ]
        return sorted(hits, key=lambda hit: -hit.similarity)[:k]

    def count(self) -> int:
        return len(self._kept)

    def close(self) -> None:
        return
