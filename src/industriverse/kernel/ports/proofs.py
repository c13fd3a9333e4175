"""Proof records and their append-only Merkle log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class StoredProof:
    """A proof as it lies in the log.

    Attributes:
        id: Proof id.
        leaf: Its index in the log, from 0, without gaps.
        envelope: The DSSE envelope's canonical bytes: the log's leaf content.
        stage: `lawful` or `settled`.
        passed: Its verdict.
        domain: Its domain.
        parent: Proof id of the lawful record that a settled one extends, or "".
        at: When it was appended.
    """

    id: str
    leaf: int
    envelope: bytes
    stage: str
    passed: bool
    domain: str
    parent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogCheckpoint:
    """A signed statement of the log's size and root.

    Attributes:
        size: Number of leaves.
        root: RFC 6962 root hash.
        note: The signed checkpoint's canonical bytes.
    """

    size: int
    root: bytes
    note: bytes


@runtime_checkable
class ProofStore(Protocol):
    """Keeps proofs and log, durably before each call returns.

    Contract suite: `tests/contracts/proof_store.py`.
    """

    def append(self, proof: StoredProof) -> StoredProof:
        """Append a proof as the next leaf (its `leaf` and `at` are set here) and return it.

        Appending the same id again returns the first one. At most one record extends a lawful
        one, also where two processes append at once: a unique column, not a look beforehand.

        Raises:
            ConflictError: The id exists with another envelope, or another record has that parent.
        """
        ...

    def get(self, proof_id: str) -> StoredProof:
        """Return one proof.

        Raises:
            NotFoundError: No such proof.
        """
        ...

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        domain: str | None = None,
        passed: bool | None = None,
    ) -> list[StoredProof]:
        """Return proofs newest first, with a leaf index below `before`."""
        ...

    def children(self, proof_id: str) -> list[StoredProof]:
        """Return the settled records that extend a lawful one: none or one."""
        ...

    def size(self) -> int:
        """Return the number of leaves."""
        ...

    def leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        """Return the RFC 6962 leaf hashes of a range."""
        ...

    def save_checkpoint(self, checkpoint: LogCheckpoint) -> None:
        """Keep a signed checkpoint; of two with one size and root the first stays.

        Raises:
            ConflictError: A checkpoint of that size has another root.
        """
        ...

    def checkpoint(self, size: int | None = None) -> LogCheckpoint | None:
        """Return the checkpoint of a size, or the newest; None where there is none."""
        ...
