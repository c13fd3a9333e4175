"""The Merkle log over the stored records: checkpoints, inclusion, consistency."""

import threading
from typing import NoReturn

from industriverse.engines.proofs import (
    Checkpoint,
    MerkleTree,
    ProofDocument,
    consistency_document,
    key_id,
    leaf_hash,
    read_checkpoint_bytes,
    read_envelope_bytes,
    sign_checkpoint,
    verify_inclusion,
)
from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Clock, LogCheckpoint, ProofStore, Signer, StoredProof


class ProofLog:
    """Follows the leaves of a store and signs its checkpoints; safe to share between threads.

    Several processes may write to one store: it numbers the leaves, this object only follows.
    """

    def __init__(self, store: ProofStore, signer: Signer, clock: Clock, origin: str) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._origin = origin
        self._tree = MerkleTree()
        self._lock = threading.Lock()

    def checkpoint(self) -> Checkpoint:
        """Return the signed checkpoint of the log as it is now.

        It covers every record in the store, also one whose writer died before its checkpoint.

        Raises:
            ConflictError: The store no longer holds the log that was signed before.
        """
        with self._lock:
            return self._signed()

    def insist(self) -> None:
        """Refuse to go on with a store that lost or changed what was signed.

        Raises:
            ConflictError: It did.
        """
        with self._lock:
            self._follow()

    def document(self, stored: StoredProof) -> ProofDocument:
        """Return the self-contained document of a record, at the newest checkpoint.

        Raises:
            ConflictError: The record is not the one that was logged, or is of another key.
        """
        with self._lock:
            checkpoint = self._signed()
            hashes = tuple(self._tree.inclusion(stored.leaf, checkpoint.size))
        self._insist_on(stored, checkpoint, hashes)
        return ProofDocument(
            envelope=read_envelope_bytes(stored.envelope),
            public_key=self._signer.public_key,
            leaf=stored.leaf,
            tree_size=checkpoint.size,
            hashes=hashes,
            checkpoint=checkpoint,
        )

    def consistency(self, first: int, second: int) -> bytes:
        """Return the document that shows one checkpoint's log to begin another's."""
        with self._lock:
            self._follow()
            begin, end = self._held(first), self._held(second)
            hashes = self._tree.consistency(first, second)
        return consistency_document(begin, end, hashes, self._signer.public_key)

    def _signed(self) -> Checkpoint:
        self._follow()
        size, root = self._tree.size, self._tree.root()
        if self._store.checkpoint(size) is None:
            now = self._clock.now()
            made = sign_checkpoint(self._origin, size, root, now, self._signer)
            self._store.save_checkpoint(LogCheckpoint(size, root, made.to_bytes()))
        # Read it back: another process may have signed this size first.
        return self._held(size)

    def _follow(self) -> None:
        """Take up the leaves appended since, and insist that those before are still there."""
        newest = self._store.checkpoint()
        size = self._store.size()
        if size < max(self._tree.size, 0 if newest is None else newest.size):
            self._refuse(self._tree.size if newest is None else newest.size)
        self._tree.extend(self._store.leaf_hashes(self._tree.size, size))
        if newest is not None and self._tree.root(newest.size) != newest.root:
            self._refuse(newest.size)

    def _refuse(self, size: int) -> NoReturn:
        raise ConflictError(
            f"The proof log is not the one that was signed at {size} records.",
            hint="Restore the store from a backup; do not append to it.",
        )

    def _held(self, size: int) -> Checkpoint:
        held = self._store.checkpoint(size)
        if held is None:
            raise NotFoundError(f"The log has no checkpoint of {size} records.")
        checkpoint = read_checkpoint_bytes(held.note)
        if not checkpoint.signed_by(self._signer.public_key):
            raise ConflictError(
                f"The log's checkpoint of {size} records is not signed by this node's key.",
                hint="Start the node with the key that signed its log.",
            )
        return checkpoint

    def _insist_on(
        self, stored: StoredProof, checkpoint: Checkpoint, hashes: tuple[bytes, ...]
    ) -> None:
        leaf = leaf_hash(stored.envelope)
        if not verify_inclusion(leaf, stored.leaf, checkpoint.size, hashes, checkpoint.root):
            raise ConflictError(
                f"Proof {stored.id} is not the record that was logged as number {stored.leaf}.",
                hint="Restore the store from a backup.",
            )
        if read_envelope_bytes(stored.envelope).keyid != key_id(self._signer.public_key):
            raise ConflictError(
                f"Proof {stored.id} is signed by a key that this node does not hold.",
                hint="Use the proof.json that was written with it.",
            )
