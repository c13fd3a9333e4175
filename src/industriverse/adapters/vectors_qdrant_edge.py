"""The vector index inside this process: Qdrant's own engine over a folder."""

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import numpy as np
import qdrant_edge as qdrant
from jaxtyping import Float32

from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.ports import Hit

from .disk import sync_folder

_DIMENSIONS = 512
_NORM_TOLERANCE = 1e-3
_NAME = "_id"  # the engine's ids are UUIDs: ours travels in the payload
_FILTERED = ("tenant", "domain")
_FLUSH_EVERY = 256  # keeps the log short, which is read again at the next start
_Answer = TypeVar("_Answer")


class QdrantEdgeVectorStore:
    """Keeps 512-d unit vectors in a folder that one process holds at a time.

    Args:
        folder: Made where there is none; its parent must exist.

    Raises:
        UnavailableError: Another process holds the folder, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._unflushed = 0
        if not folder.exists():
            _create(folder)
        self._shard: qdrant.EdgeShard | None = _opened(folder)

    def upsert(
        self, id: str, vector: Float32[np.ndarray, "512"], payload: Mapping[str, str | float]
    ) -> None:
        """Write or replace a vector. `payload` holds `tenant`.

        It outlives a killed process; a power cut may take the newest ones.

        Raises:
            ContractError: No id or tenant, a payload named `_id`, or not a finite unit vector.
            UnavailableError: The store is closed or its disk does not answer.
        """
        if not id or not isinstance(payload.get("tenant"), str) or _NAME in payload:
            raise ContractError(
                f"Vector {id!r} needs an id, a payload with `tenant` and none named `{_NAME}`."
            )
        point = qdrant.Point(_uuid(id), _listed(vector), {**payload, _NAME: id})

        def write(shard: qdrant.EdgeShard) -> None:
            shard.update(qdrant.UpdateOperation.upsert_points([point]))
            # The log alone outlives a killed process. A flush outlives a power cut as well, but
            # holds the interpreter for as long as the disk takes, whatever thread asks for it.
            self._unflushed += 1
            if self._unflushed >= _FLUSH_EVERY:
                shard.flush()
                self._unflushed = 0

        self._with(write)

    def nearest(
        self, vector: Float32[np.ndarray, "512"], *, k: int, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """Return up to k nearest vectors whose payload matches `where`, nearest first.

        Raises:
            ContractError: k is below 1, or not a finite unit vector.
            UnavailableError: The store is closed.
        """
        if k < 1:
            raise ContractError(f"Asked for {k} neighbours.", hint="Ask for at least one.")
        request = qdrant.SearchRequest(
            query=qdrant.Query.Nearest(_listed(vector)),
            limit=k,
            filter=_filter(where or {}),
            with_payload=True,
        )
        return [_hit(point) for point in self._with(lambda shard: shard.search(request))]

    def count(self) -> int:
        """Return the number of vectors."""
        return self._with(lambda shard: shard.count(qdrant.CountRequest(exact=True)))

    def optimize(self) -> None:
        """Build the graph index; worth it beyond ten thousand vectors, takes about 1 ms each."""
        self._with(lambda shard: shard.optimize())

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            shard, self._shard = self._shard, None
            if shard is not None:
                try:
                    shard.flush()
                finally:
                    shard.close()

    def _with(self, work: Callable[[qdrant.EdgeShard], _Answer]) -> _Answer:
        with self._lock:
            if self._shard is None:
                raise UnavailableError(f"The vector store {self._folder.name} is closed.")
            try:
                return work(self._shard)
            except Exception as error:  # the engine raises plain `Exception`
                raise UnavailableError(
                    f"The vector store {self._folder.name} did not answer: {error}.",
                    hint="Check that its disk has room.",
                ) from error


def _create(folder: Path) -> None:
    """Make an empty store beside its place and move it there, so that none is ever half made."""
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        parameters = qdrant.EdgeVectorParams(size=_DIMENSIONS, distance=qdrant.Distance.Cosine)
        shard = qdrant.EdgeShard.create(str(draft), qdrant.EdgeConfig(vectors=parameters))
        for name in _FILTERED:
            keyword = qdrant.PayloadSchemaType.Keyword
            shard.update(qdrant.UpdateOperation.create_field_index(name, keyword))
        shard.flush()
        shard.close()
        os.replace(draft, folder)
        sync_folder(folder.parent)
    except Exception as error:
        raise UnavailableError(f"The vector store {folder} cannot be made: {error}.") from error


def _opened(folder: Path) -> qdrant.EdgeShard:
    try:
        return qdrant.EdgeShard.load(str(folder))
    except Exception as error:
        if "WouldBlock" in str(error):
            raise UnavailableError(
                f"The vector store {folder} is held already.", hint="Stop the other process."
            ) from error
        raise UnavailableError(
            f"The vector store {folder} cannot be opened: {error}.",
            hint="Restore it from a backup, or remove it and build it again from the runs.",
        ) from error


def _uuid(id: str) -> str:
    return str(UUID(hex=sha256_hex(id.encode())[:32]))


def _listed(vector: Float32[np.ndarray, "512"]) -> list[float]:
    norm = float(np.linalg.norm(vector.astype(np.float64)))
    if not abs(norm - 1) <= _NORM_TOLERANCE:
        raise ContractError(
            f"A vector of length {norm:.4g}.", hint="Divide it by its length; it must be finite."
        )
    return [float(component) for component in vector]


def _filter(where: Mapping[str, str]) -> qdrant.Filter | None:
    if not where:
        return None
    return qdrant.Filter(
        must=[
            qdrant.FieldCondition(key=name, match=qdrant.MatchValue(value))
            for name, value in where.items()
        ]
    )


def _hit(point: qdrant.ScoredPoint) -> Hit:
    payload = dict(point.payload or {})
    return Hit(id=str(payload.pop(_NAME)), similarity=float(point.score), payload=payload)
