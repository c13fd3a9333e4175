"""Verifying a proof document offline: what holds, what is broken, what could not be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from industriverse.kernel.signatures import key_id, pre_authentication, signature_holds

from ._document import ProofDocument, read_document
from ._envelope import PAYLOAD_TYPE
from ._merkle import leaf_hash, verify_inclusion
from ._payload import read_payload
from ._record import FORECAST, INPUT, Statement, proof_id

FindingName = Literal["signature", "signer", "inclusion", "checkpoint", "digest", "record"]
Outcome = Literal["holds", "broken", "open"]
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the verifier looked at.

    Attributes:
        name: What.
        outcome: `open` means it could not be looked at with what was given.
        note: One plain sentence.
    """

    name: FindingName
    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All that a proof document shows.

    Attributes:
        id: Proof id, from the payload.
        statement: What the record says; believe it only where `valid`.
        keyid: SHA-256 of the signer's raw public key, in hex.
        leaf: The record's place in the log.
        log_size: Size of the log at its checkpoint.
        findings: In reading order.
    """

    id: str
    statement: Statement
    keyid: str
    leaf: int
    log_size: int
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing is broken. An open finding does not break a proof; read it."""
        return all(finding.outcome != "broken" for finding in self.findings)


def verify(
    document: bytes, *, key: bytes | None = None, digests: Mapping[str, str] = _NOTHING
) -> Verification:
    """Verify a proof document with nothing but its bytes.

    Args:
        document: The bytes of `proof.json`.
        key: The raw public key that must have signed it; without one the signer stays open.
        digests: Subject name to the SHA-256 that the caller found, e.g. `{"input": …}`.

    Raises:
        ContractError: It is not a proof document, or its record contradicts itself.
    """
    proof = read_document(document)
    statement = read_payload(proof.envelope.payload)
    findings = (
        _signature(proof),
        _signer(proof, key),
        _checkpoint(proof),
        _inclusion(proof),
        *_compared(statement, digests),
        _record(statement),
    )
    return Verification(
        id=proof_id(proof.envelope.payload),
        statement=statement,
        keyid=key_id(proof.public_key),
        leaf=proof.leaf,
        log_size=proof.checkpoint.size,
        findings=findings,
    )


def _found(name: FindingName, holds: bool, yes: str, no: str) -> Finding:
    return Finding(name, "holds" if holds else "broken", yes if holds else no)


def _signature(proof: ProofDocument) -> Finding:
    message = pre_authentication(PAYLOAD_TYPE, proof.envelope.payload)
    holds = signature_holds(proof.public_key, proof.envelope.signature, message)
    return _found(
        "signature",
        holds and proof.envelope.keyid == key_id(proof.public_key),
        "The record is signed by the key in the file.",
        "The signature is not that of this record under the key in the file.",
    )


def _signer(proof: ProofDocument, key: bytes | None) -> Finding:
    if key is None:
        note = "Signer not pinned: integrity shown, identity not."
        return Finding("signer", "open", note)
    return _found(
        "signer",
        key == proof.public_key,
        "The signer is the one you named.",
        f"The signer is {key_id(proof.public_key)[:16]}…, you named {key_id(key)[:16]}….",
    )


def _checkpoint(proof: ProofDocument) -> Finding:
    return _found(
        "checkpoint",
        proof.checkpoint.signed_by(proof.public_key),
        f"The log's checkpoint of {proof.checkpoint.size} records is signed by the same key.",
        "The log's checkpoint is not signed by the key in the file.",
    )


def _inclusion(proof: ProofDocument) -> Finding:
    leaf = leaf_hash(proof.envelope.to_bytes())
    size, root = proof.checkpoint.size, proof.checkpoint.root
    # Paths of neighbouring sizes can coincide, so the stated size must be the signed one.
    holds = proof.tree_size == size and verify_inclusion(leaf, proof.leaf, size, proof.hashes, root)
    return _found(
        "inclusion",
        holds,
        f"The record is number {proof.leaf} of the log at its checkpoint.",
        "The record is not in the log that the checkpoint signs.",
    )


def _compared(statement: Statement, digests: Mapping[str, str]) -> list[Finding]:
    subjects = statement.claim.subjects
    found = [_digest(name, digest, subjects) for name, digest in digests.items()]
    missing = [name for name in (INPUT, FORECAST) if name not in digests]
    return found + [Finding("digest", "open", f"The {name} was not compared.") for name in missing]


def _digest(name: str, digest: str, subjects: Mapping[str, str]) -> Finding:
    if name not in subjects:
        return Finding("digest", "broken", f"The proof holds no digest of {name!r} to compare.")
    return _found(
        "digest",
        subjects[name] == digest,
        f"The {name} is the one that was proven.",
        f"The {name} is not the one that was proven: another SHA-256.",
    )


def _record(statement: Statement) -> Finding:
    verdict = "passed" if statement.passed else "did not pass"
    parts = [f"A {statement.stage} record that {verdict}; flags follow from its five checks."]
    if statement.stage == "lawful":
        parts.append("Lawful is not yet right: the outcome was not known.")
    if statement.claim.copy:
        parts.append("The forecast repeats an input frame: it can never mint.")
    if statement.claim.abstained:
        parts.append("The platform declined to stand behind this forecast.")
    return Finding("record", "holds", " ".join(parts))
