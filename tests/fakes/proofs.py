"""A `ProofStore` in memory."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

from industriverse.engines.proofs import leaf_hash
from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import LogCheckpoint, StoredProof


class InMemoryProofStore:
    """Keeps proofs, log and checkpoints in lists; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._proofs: list[StoredProof] = []
        self._checkpoints: dict[int, LogCheckpoint] = {}

    def append(self, proof: StoredProof) -> StoredProof:
        with self._lock:
            for held in self._proofs:
                if held.id == proof.id and held.envelope == proof.envelope:
                    return held
                if held.id == proof.id:
                    raise ConflictError(f"Proof {proof.id} exists with another envelope.")
                if proof.parent and held.parent == proof.parent:
                    raise ConflictError(f"Proof {proof.parent} is settled already by {held.id}.")
            stored = replace(proof, leaf=len(self._proofs), at=datetime.now(UTC))
            self._proofs.append(stored)
            return stored

    def get(self, proof_id: str) -> StoredProof:
        for proof in list(self._proofs):
            if proof.id == proof_id:
                return proof
        raise NotFoundError(f"No proof {proof_id!r}.")

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        domain: str | None = None,
        passed: bool | None = None,
    ) -> list[StoredProof]:
        found = [
            proof
            for proof in reversed(list(self._proofs))
            if (before is None or proof.leaf < before)
            and (domain is None or proof.domain == domain)
            and (passed is None or proof.passed is passed)
        ]
        return found[:limit]

    def children(self, proof_id: str) -> list[StoredProof]:
        return [proof for proof in list(self._proofs) if proof.parent == proof_id]

    def size(self) -> int:
        return len(self._proofs)

    def leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        return [leaf_hash(proof.envelope) for proof in self._proofs[start:stop]]

    def save_checkpoint(self, checkpoint: LogCheckpoint) -> None:
        with self._lock:
            held = self._checkpoints.setdefault(checkpoint.size, checkpoint)
            if held.root != checkpoint.root:
                raise ConflictError(f"The checkpoint of {checkpoint.size} has another root.")

    def checkpoint(self, size: int | None = None) -> LogCheckpoint | None:
        held = dict(self._checkpoints)
        if size is not None:
            return held.get(size)
        return held[max(held)] if held else None
