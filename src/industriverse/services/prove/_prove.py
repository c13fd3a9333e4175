"""The use cases of a proof: commit, settle, look up, verify."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from industriverse.engines.proofs import (
    OUTCOME,
    Checkpoint,
    Claim,
    Settlement,
    Statement,
    Verification,
    payload_of,
    proof_id,
    read_envelope_bytes,
    read_payload,
    seal,
    verify,
)
from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import Clock, ProofStore, Signer, StoredProof
from industriverse.kernel.proofs import Check, ProofRecord

from ._log import ProofLog

_NOTHING: Mapping[str, str] = MappingProxyType({})
_ORDER = {"failed": 0, "passed": 1, "not applicable": 2}


@dataclass(frozen=True, slots=True)
class LoggedProof:
    """A record as it stands in the log, without its proof document.

    Attributes:
        id: Proof id.
        leaf: Its place in the log.
        at: When it was appended.
        statement: What it says.
    """

    id: str
    leaf: int
    at: datetime
    statement: Statement


@dataclass(frozen=True, slots=True)
class Prove:
    """Signs records and keeps them in a log; safe to share between threads.

    Attributes:
        store: Where records and checkpoints are kept.
        signer: The node's key.
        clock: Tells when a record was made.
        origin: The log's name in its checkpoints.
    """

    store: ProofStore
    signer: Signer
    clock: Clock
    origin: str = "industriverse/log"
    _log: ProofLog = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Begin to follow the store's log."""
        log = ProofLog(self.store, self.signer, self.clock, self.origin)
        object.__setattr__(self, "_log", log)

    def commit(
        self,
        claim: Claim,
        checks: Sequence[Check],
        *,
        before_append: Callable[[str], object] = lambda _: None,
    ) -> ProofRecord:
        """Sign and log a lawful record, before the outcome is known.

        Args:
            claim: What the forecast says of itself.
            checks: The five.
            before_append: Called with the proof id before the record is logged, so that a caller
                can write down what a crash must be able to find.

        Raises:
            ContractError: The claim or a check contradicts itself or holds no finite number.
        """
        statement = Statement(claim, _failed_first(checks), self.clock.now())
        before_append(proof_id(payload_of(statement)))
        return self._append(statement)

    def has(self, proof_id: str) -> bool:
        """Say whether a record is in the log."""
        try:
            self.store.get(proof_id)
        except NotFoundError:
            return False
        return True

    def size(self) -> int:
        """Return the number of records in the log."""
        return self.store.size()

    def settle(
        self,
        proof_id: str,
        skill: Mapping[str, float],
        coverage: float,
        checks: Sequence[Check],
        *,
        outcome: Mapping[str, str] = _NOTHING,
    ) -> ProofRecord:
        """Extend a lawful record by how it did; the same again returns the first settlement.

        Args:
            proof_id: Id of the lawful record.
            skill: 1 − CRPS/CRPS of a baseline, by baseline: `persistence`, `seasonal_naive` …
            coverage: Share of the outcome inside the forecast's interval.
            checks: The five, held against the outcome where they can be.
            outcome: Name to SHA-256 of what was observed, kept as `outcome/NAME`.

        Raises:
            NotFoundError: No such record.
            ConflictError: It is settled already, by other numbers, or is itself a settlement.
        """
        lawful = _statement(self.store.get(proof_id))
        if lawful.stage != "lawful":
            raise ConflictError(f"Proof {proof_id} is a settlement itself.")
        observed = {f"{OUTCOME}/{name}": digest for name, digest in outcome.items()}
        settled = Statement(
            claim=replace(lawful.claim, subjects={**lawful.claim.subjects, **observed}),
            checks=_failed_first(checks),
            created=self.clock.now(),
            parent=proof_id,
            settlement=Settlement(skill, coverage),
        )
        return self._settled_before(settled) or self._settle_now(settled)

    def record(self, proof_id: str) -> ProofRecord:
        """Return one record with its self-contained document.

        Raises:
            NotFoundError: No such record.
        """
        return self._record(self.store.get(proof_id))

    def document(self, proof_id: str) -> bytes:
        """Return the self-contained `proof.json` of a record, at the newest checkpoint.

        Raises:
            NotFoundError: No such record.
        """
        return self._log.document(self.store.get(proof_id)).to_bytes()

    def page(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        domain: str | None = None,
        passed: bool | None = None,
    ) -> list[LoggedProof]:
        """Return records newest first, with a leaf index below `before`."""
        found = self.store.page(before=before, limit=limit, domain=domain, passed=passed)
        return [LoggedProof(proof.id, proof.leaf, proof.at, _statement(proof)) for proof in found]

    def verify(
        self, document: bytes, *, key: bytes | None = None, digests: Mapping[str, str] = _NOTHING
    ) -> Verification:
        """Verify a proof document of this node or another; see `engines.proofs.verify`."""
        return verify(document, key=key, digests=digests)

    def checkpoint(self) -> Checkpoint:
        """Return the signed checkpoint of the log as it is now; export it to witnesses.

        Raises:
            ConflictError: The store no longer holds the log that was signed before.
        """
        return self._log.checkpoint()

    def consistency(self, first: int, second: int) -> bytes:
        """Return a document that shows the log at one checkpoint to begin it at another.

        Args:
            first: Size of the log at the first checkpoint, above zero.
            second: Size at the second, at least the first.

        Raises:
            NotFoundError: There is no checkpoint of that size.
            ContractError: The sizes are not in order.
        """
        return self._log.consistency(first, second)

    def _settle_now(self, settled: Statement) -> ProofRecord:
        try:
            return self._append(settled)
        except ConflictError:
            # Another writer settled it between our look and our append.
            if record := self._settled_before(settled):
                return record
            raise

    def _settled_before(self, wanted: Statement) -> ProofRecord | None:
        for child in self.store.children(wanted.parent):
            same = replace(wanted, created=_statement(child).created)
            if payload_of(same) != read_envelope_bytes(child.envelope).payload:
                raise ConflictError(
                    f"Proof {wanted.parent} is settled already, by {child.id}.",
                    hint="A forecast is settled once, by its first outcome.",
                )
            return self._record(child)
        return None

    def _append(self, statement: Statement) -> ProofRecord:
        payload = payload_of(statement)
        self._log.insist()
        stored = self.store.append(
            StoredProof(
                id=proof_id(payload),
                leaf=-1,
                envelope=seal(payload, self.signer).to_bytes(),
                stage=statement.stage,
                passed=statement.passed,
                domain=statement.claim.domain,
                parent=statement.parent,
                at=statement.created,
            )
        )
        return self._record(stored)

    def _record(self, stored: StoredProof) -> ProofRecord:
        statement = _statement(stored)
        return ProofRecord(
            id=stored.id,
            stage=statement.stage,
            passed=statement.passed,
            copy=statement.claim.copy,
            mintable=statement.mintable,
            checks=statement.checks,
            envelope=self._log.document(stored).to_bytes(),
        )


def _statement(stored: StoredProof) -> Statement:
    return read_payload(read_envelope_bytes(stored.envelope).payload)


def _failed_first(checks: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(sorted(checks, key=lambda check: _ORDER[check.verdict]))
