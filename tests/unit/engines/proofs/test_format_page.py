"""The page on the proof file tells the truth: its own verifier, run from the page, agrees."""

import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from industriverse.engines.proofs import verify
from tests.fakes.proof_records import a_proof_file

PAGE = Path(__file__).parents[4] / "docs" / "proof-format.md"
REFUSALS = (AssertionError, InvalidSignature, ValueError, KeyError, TypeError)


@pytest.fixture(scope="module")
def check():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    scope: dict[str, object] = {}
    exec(blocks[0], scope)
    return scope["check"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13])
def test_both_verifiers_accept_every_leaf(check, size):
    for leaf in range(size):
        proof = a_proof_file(leaf=leaf, size=size)
        assert verify(proof.to_bytes()).valid
        assert check(proof.to_bytes()) == json.loads(proof.envelope.payload)


def test_the_verifier_of_the_page_refuses_what_ours_refuses(check):
    document = a_proof_file().to_bytes()
    for at in range(len(document)):
        changed = bytearray(document)
        changed[at] ^= 1
        with pytest.raises(REFUSALS):
            check(bytes(changed))


def test_the_page_names_every_member_of_the_predicate():
    predicate: dict[str, object] = json.loads(a_proof_file().envelope.payload)["predicate"]
    said = PAGE.read_text("utf-8").lower()
    words: dict[str, str] = {
        "lead_s": "lead times",
        "trace_id": "trace id",
        "energy": "joules",
        "settlement": "settling",
    }
    missing = [name for name in predicate if words.get(name, name) not in said]
    assert missing == []
