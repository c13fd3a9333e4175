"""Known states: the embeddings of past runs, searched for those near the present one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from industriverse.engines.vectors import EMBEDDING_VERSION
from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.ports import Run, RunStore, VectorStore
from industriverse.kernel.results import Neighbour

_NEAREST = 5
_NEWEST = 256


@dataclass(frozen=True, slots=True)
class KnownStates:
    """An index derived from the store of runs, so a crash between the two loses nothing.

    Attributes:
        vectors: The index, or None where another process holds it.
        runs: Where its vectors come from.
    """

    vectors: VectorStore | None
    runs: RunStore

    def near(
        self, vector: Float32[np.ndarray, "512"], *, tenant: str
    ) -> tuple[Neighbour, ...] | None:
        """Return a tenant's nearest known states, or None where another process holds them."""
        if self.vectors is None:
            return None
        where = {"tenant": tenant, "version": str(EMBEDDING_VERSION)}
        hits = self.vectors.nearest(vector, k=_NEAREST, where=where)
        return tuple(
            Neighbour(hit.id, hit.similarity, str(hit.payload["title"]), str(hit.payload["domain"]))
            for hit in hits
        )

    def remember(self, run: Run) -> None:
        """Add a saved run; where the index does not answer, the next `catch_up` will."""
        try:
            self._write(run)
        except UnavailableError:
            return

    def catch_up(self, newest: int = _NEWEST) -> int:
        """Write those of the newest runs that a crash or another process left out; say how many.

        A vector that is there stays as it is: it may be of an older version of the embedding.
        """
        if self.vectors is None:
            return 0
        first = max(0, _last_sequence(self.runs) - newest)
        missing = [run for run in self.runs.after(first, limit=newest) if not self._holds(run)]
        return sum(self._write(run) for run in missing)

    def _holds(self, run: Run) -> bool:
        if self.vectors is None or not run.embedding:
            return False
        hits = self.vectors.nearest(_vector(run), k=_NEAREST, where={"tenant": run.tenant})
        return run.trace_id in {hit.id for hit in hits}

    def _write(self, run: Run) -> bool:
        if self.vectors is None or not run.embedding:
            return False
        payload: dict[str, str | float] = {
            "tenant": run.tenant,
            "title": run.name,
            "domain": run.domain,
            "version": str(EMBEDDING_VERSION),
        }
        self.vectors.upsert(run.trace_id, _vector(run), payload)
        return True


def _vector(run: Run) -> Float32[np.ndarray, "512"]:
    return np.frombuffer(run.embedding, "<f4").astype(np.float32)


def _last_sequence(runs: RunStore) -> int:
    """Return the newest sequence by doubling and halving: each look reads one row."""
    high = 1
    while runs.after(high, limit=1):
        high *= 2
    low = high // 2
    while low < high:
        middle = (low + high) // 2
        if found := runs.after(middle, limit=1):
            low = found[0].sequence
        else:
            high = middle
    return low
