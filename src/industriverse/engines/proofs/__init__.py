"""Proofs that a forecast is lawful: the checks, the signed record, its log, and the verifier."""

from typing import TYPE_CHECKING

from industriverse.kernel.signatures import key_id

from ._checkpoint import (
    Checkpoint,
    consistency_document,
    consistency_holds,
    read_checkpoint_bytes,
    sign_checkpoint,
)
from ._copies import is_copy
from ._document import ProofDocument, read_document
from ._envelope import Envelope, read_envelope_bytes, read_public_key, seal
from ._evidence import Evidence, evidence_of
from ._join import join
from ._merkle import MerkleTree, leaf_hash, node_hash, verify_consistency, verify_inclusion
from ._payload import read_payload
from ._record import (
    FORECAST,
    INPUT,
    OUTCOME,
    Claim,
    Settlement,
    Statement,
    payload_of,
    proof_id,
)
from ._verify import Finding, Verification, verify

if TYPE_CHECKING:
    from ._checks import check
from ._windows import slide

__all__ = [
    "FORECAST",
    "INPUT",
    "OUTCOME",
    "Checkpoint",
    "Claim",
    "Envelope",
    "Evidence",
    "Finding",
    "MerkleTree",
    "ProofDocument",
    "Settlement",
    "Statement",
    "Verification",
    "check",
    "consistency_document",
    "consistency_holds",
    "evidence_of",
    "is_copy",
    "join",
    "key_id",
    "leaf_hash",
    "node_hash",
    "payload_of",
    "proof_id",
    "read_checkpoint_bytes",
    "read_document",
    "read_envelope_bytes",
    "read_payload",
    "read_public_key",
    "seal",
    "sign_checkpoint",
    "slide",
    "verify",
    "verify_consistency",
    "verify_inclusion",
]


def __getattr__(name: str) -> object:
    """Import the checks on first use: they need JAX, which one who only verifies does not."""
    if name == "check":
        from ._checks import check  # noqa: PLC0415

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
