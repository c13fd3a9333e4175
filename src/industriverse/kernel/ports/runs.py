"""Finished predictions, kept so that a page or a retry can find them again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Run:
    """One answered prediction.

    Attributes:
        trace_id: Its trace; the key.
        sequence: Position in the order of saving, from 1; set by the store.
        created: When it was answered.
        tenant: Whose.
        name: File or topic.
        kind: `signals` or `field`.
        domain: Its domain.
        regime: The regime's label.
        passed: The proof's verdict.
        abstained: Whether the platform declined to stand behind the forecast.
        proof_id: Its proof.
        document: The `PredictDocument`'s JSON bytes.
        files: Blob digest by file name (`forecast.nc`).
        embedding: 512 float32, little-endian, or empty.
        request_key: The caller's idempotency key, or empty.
        request_sha256: Of the request's content, to tell a retry from a reused key.
    """

    trace_id: str
    created: datetime
    tenant: str
    name: str
    kind: str
    domain: str
    regime: str
    passed: bool
    abstained: bool
    proof_id: str
    document: bytes
    files: tuple[tuple[str, str], ...]
    embedding: bytes = b""
    request_key: str = ""
    request_sha256: str = ""
    sequence: int = 0


@runtime_checkable
class RunStore(Protocol):
    """Keeps runs, durably before `save` returns. Contract suite: `tests/contracts/run_store.py`."""

    def save(self, run: Run) -> Run:
        """Write a run and return it with its sequence.

        Raises:
            ConflictError: The trace id, or the tenant's request key, exists.
        """
        ...

    def get(self, trace_id: str, *, tenant: str) -> Run:
        """Return one run of a tenant.

        Raises:
            NotFoundError: No such run.
        """
        ...

    def find(self, request_key: str, *, tenant: str) -> Run | None:
        """Return the run that answered an idempotency key, if there is one."""
        ...

    def page(self, *, tenant: str, before: int | None, limit: int) -> list[Run]:
        """Return runs newest first, with a sequence below `before`."""
        ...

    def after(self, sequence: int, *, limit: int) -> list[Run]:
        """Return every tenant's runs with a sequence above that, oldest first."""
        ...

    def prune(self, name: str, *, tenant: str, keep: int) -> int:
        """Forget the oldest runs of that name beyond the newest `keep`; return how many."""
        ...
