"""Proof records for tests, made of plain numbers whose truth is known."""

from dataclasses import replace
from datetime import UTC, datetime

from industriverse.engines.proofs import (
    Claim,
    MerkleTree,
    ProofDocument,
    Statement,
    leaf_hash,
    payload_of,
    seal,
    sign_checkpoint,
)
from industriverse.kernel.ports import Signer
from industriverse.kernel.proofs import Check, CheckName, Verdict
from tests.fakes.keys import SeededSigner

CREATED = datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC)

INPUT_DIGEST, FORECAST_DIGEST = "a" * 64, "b" * 64


def a_claim(**changes: object) -> Claim:
    claim = Claim(
        subjects={
            "input": INPUT_DIGEST,
            "forecast": FORECAST_DIGEST,
            "forecast/temperature": "c" * 64,
        },
        domain="heat",
        balance="heat content",
        entropy_law="increasing",
        model="blend",
        model_version="1.0.0",
        weights={"persistence": 0.25, "ridge": 0.75},
        lead_s=(60.0, 120.0),
        units={"temperature": "K", "flow": ""},
        regime="stable",
        regime_confirmed=True,
        regime_probability=0.875,
        joules=12.5,
        metering="modelled (CPU-seconds × 8 W)",
        copy=False,
        abstained=False,
        trace_id="0123456789abcdef0123456789abcdef",
    )
    return replace(claim, **changes)


def a_check(name: CheckName, value: float | None = 0.25, threshold: float = 0.5) -> Check:
    if value is None:
        return Check(name, "not applicable", None, None, None, "The domain declares none.")
    verdict: Verdict = "passed" if value <= threshold else "failed"
    margin = (threshold - value) / threshold
    return Check(name, verdict, value, threshold, margin, "In words.", {"step": 3.0})


def the_checks(**values: float | None) -> list[Check]:
    """Five checks that pass, but for the values given by name; None is not applicable."""
    names: tuple[CheckName, ...] = (
        "conservation",
        "entropy",
        "spectrum",
        "continuity",
        "smoothness",
    )
    return [a_check(name, values.get(name, 0.25)) for name in names]


def a_proof_file(
    statement: Statement | None = None,
    *,
    signer: Signer | None = None,
    leaf: int = 4,
    size: int = 7,
    word: str = "other",
) -> ProofDocument:
    """A proof document in a log of other records, signed in full."""
    signer = signer or SeededSigner()
    statement = statement or Statement(a_claim(), tuple(the_checks()), CREATED)
    envelope = seal(payload_of(statement), signer)
    leaves = [leaf_hash(f"{word} {i}".encode()) for i in range(size)]
    leaves[leaf] = leaf_hash(envelope.to_bytes())
    tree = MerkleTree(leaves)
    checkpoint = sign_checkpoint("industriverse/log", size, tree.root(), CREATED, signer)
    hashes = tuple(tree.inclusion(leaf))
    return ProofDocument(envelope, signer.public_key, leaf, size, hashes, checkpoint)
