"""Proof records and their Merkle log's leaves in SQL."""

import hashlib
from dataclasses import replace

from sqlalchemy import Connection, Row, func, insert, select

from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Clock, LogCheckpoint, StoredProof

from .sql_engine import SqlDatabase, microseconds, moment
from .sql_tables import CHECKPOINTS, PROOFS

_COLUMNS = tuple(column for column in PROOFS.c if column.name != "leaf_hash")


class SqlProofStore:
    """Keeps proofs and log in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def append(self, proof: StoredProof) -> StoredProof:
        """Append a proof as the next leaf (its `leaf` and `at` are set here) and return it.

        Appending the same id again returns the first one.

        Raises:
            ConflictError: The id exists with another envelope, or the parent is settled already.
        """
        with self._database.write() as connection:
            if (first := _find(connection, proof.id)) is not None:
                return _same(first, proof)
            _refuse_second_settlement(connection, proof)
            return self._append(connection, proof)

    def get(self, proof_id: str) -> StoredProof:
        """Return one proof.

        Raises:
            NotFoundError: No such proof.
        """
        with self._database.read() as connection:
            found = _find(connection, proof_id)
        if found is None:
            raise NotFoundError(f"No proof {proof_id!r} is kept here.")
        return found

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        domain: str | None = None,
        passed: bool | None = None,
    ) -> list[StoredProof]:
        """Return proofs newest first, with a leaf index below `before`."""
        query = select(*_COLUMNS).order_by(PROOFS.c.leaf.desc()).limit(limit)
        if before is not None:
            query = query.where(PROOFS.c.leaf < before)
        if domain is not None:
            query = query.where(PROOFS.c.domain == domain)
        if passed is not None:
            query = query.where(PROOFS.c.passed == passed)
        with self._database.read() as connection:
            return [_proof(row) for row in connection.execute(query)]

    def children(self, proof_id: str) -> list[StoredProof]:
        """Return the settled records that extend a lawful one."""
        query = select(*_COLUMNS).where(PROOFS.c.parent == proof_id).order_by(PROOFS.c.leaf)
        with self._database.read() as connection:
            return [_proof(row) for row in connection.execute(query)] if proof_id else []

    def size(self) -> int:
        """Return the number of leaves."""
        with self._database.read() as connection:
            return _size(connection)

    def leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        """Return the RFC 6962 leaf hashes of a range."""
        query = (
            select(PROOFS.c.leaf_hash)
            .where(PROOFS.c.leaf >= start, PROOFS.c.leaf < stop)
            .order_by(PROOFS.c.leaf)
        )
        with self._database.read() as connection:
            return [bytes(leaf) for leaf in connection.scalars(query)]

    def save_checkpoint(self, checkpoint: LogCheckpoint) -> None:
        """Keep a signed checkpoint; the same size with another root is refused.

        Raises:
            ConflictError: A checkpoint of that size has another root.
        """
        row = {"size": checkpoint.size, "root": checkpoint.root, "note": checkpoint.note}
        with self._database.write() as connection:
            kept = _checkpoint(connection, checkpoint.size)
            if kept is None:
                connection.execute(insert(CHECKPOINTS), row)
            elif kept.root != checkpoint.root:
                raise ConflictError(
                    f"The checkpoint of {checkpoint.size} leaves has root {kept.root.hex()}, "
                    f"not {checkpoint.root.hex()}.",
                    hint="A log never has two roots for one size; look for a damaged copy.",
                )

    def checkpoint(self, size: int | None = None) -> LogCheckpoint | None:
        """Return the checkpoint of a size, or the newest; None where there is none."""
        with self._database.read() as connection:
            return _checkpoint(connection, size)

    def _append(self, connection: Connection, proof: StoredProof) -> StoredProof:
        at_us = microseconds(self._clock.now())
        placed = replace(proof, leaf=_size(connection), at=moment(at_us))
        connection.execute(
            insert(PROOFS),
            {
                "leaf": placed.leaf,
                "id": placed.id,
                "envelope": placed.envelope,
                "leaf_hash": hashlib.sha256(b"\x00" + placed.envelope).digest(),
                "stage": placed.stage,
                "passed": placed.passed,
                "domain": placed.domain,
                "parent": placed.parent,
                "at_us": at_us,
            },
        )
        return placed


def _size(connection: Connection) -> int:
    newest = connection.scalar(select(func.max(PROOFS.c.leaf)))
    return 0 if newest is None else newest + 1


def _proof(row: Row[*tuple[object, ...]]) -> StoredProof:
    return StoredProof(
        id=row.id,
        leaf=row.leaf,
        envelope=bytes(row.envelope),
        stage=row.stage,
        passed=row.passed,
        domain=row.domain,
        parent=row.parent,
        at=moment(row.at_us),
    )


def _find(connection: Connection, proof_id: str) -> StoredProof | None:
    row = connection.execute(select(*_COLUMNS).where(PROOFS.c.id == proof_id)).one_or_none()
    return None if row is None else _proof(row)


def _same(first: StoredProof, proof: StoredProof) -> StoredProof:
    if first.envelope != proof.envelope:
        raise ConflictError(
            f"Proof {proof.id!r} is kept as leaf {first.leaf} with another envelope.",
            hint="A proof never changes; make a new record.",
        )
    return first


def _refuse_second_settlement(connection: Connection, proof: StoredProof) -> None:
    settled = connection.scalar(
        select(PROOFS.c.id).where(PROOFS.c.parent == proof.parent, PROOFS.c.parent != "")
    )
    if settled is not None:
        raise ConflictError(f"Proof {proof.parent!r} is settled already, by {settled!r}.")


def _checkpoint(connection: Connection, size: int | None) -> LogCheckpoint | None:
    query = select(CHECKPOINTS).order_by(CHECKPOINTS.c.size.desc()).limit(1)
    if size is not None:
        query = query.where(CHECKPOINTS.c.size == size)
    row = connection.execute(query).one_or_none()
    return None if row is None else LogCheckpoint(row.size, bytes(row.root), bytes(row.note))
