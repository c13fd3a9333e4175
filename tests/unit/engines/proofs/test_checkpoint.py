"""Checkpoints are signed, and one log shows itself to begin another, offline."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.proofs import (
    MerkleTree,
    consistency_document,
    consistency_holds,
    key_id,
    leaf_hash,
    read_checkpoint_bytes,
    read_public_key,
    sign_checkpoint,
)
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.errors import ContractError
from tests.fakes.keys import SeededSigner
from tests.fakes.proof_records import CREATED

NODE, STRANGER = SeededSigner("node"), SeededSigner("stranger")
TREE = MerkleTree(leaf_hash(str(i).encode()) for i in range(11))


def a_checkpoint(size=11, signer=NODE, tree=TREE, origin="industriverse/log"):
    return sign_checkpoint(origin, size, tree.root(size), CREATED, signer)


def a_growth(first=4, second=11, key=NODE.public_key, **second_changes) -> bytes:
    ends = a_checkpoint(first), a_checkpoint(second, **second_changes)
    return consistency_document(*ends, TREE.consistency(first, second), key)


def test_a_checkpoint_reads_back_and_is_of_its_key():
    checkpoint = a_checkpoint()
    assert read_checkpoint_bytes(checkpoint.to_bytes()) == checkpoint
    assert checkpoint.keyid == key_id(NODE.public_key)
    assert checkpoint.signed_by(NODE.public_key)
    assert not checkpoint.signed_by(STRANGER.public_key)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 12},
        {"origin": "other"},
        {"root": TREE.root(3)},
        {"time": CREATED + timedelta(microseconds=1)},
        {"keyid": key_id(STRANGER.public_key)},
        {"signature": bytes(64)},
    ],
)
def test_no_part_of_a_checkpoint_can_be_changed(change):
    assert not replace(a_checkpoint(), **change).signed_by(NODE.public_key)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 11), (4, 8), (4, 11), (7, 11), (11, 11)])
def test_a_log_that_grew_is_consistent(first, second):
    document = a_growth(first, second)
    assert consistency_holds(document)
    assert consistency_holds(document, key=NODE.public_key)


def test_another_log_is_not_consistent():
    other = MerkleTree(leaf_hash(b"other" + bytes([i])) for i in range(11))
    assert not consistency_holds(a_growth(tree=other))
    assert not consistency_holds(a_growth(origin="other"))


def test_a_growth_is_of_one_key_and_of_the_one_you_named():
    assert not consistency_holds(a_growth(signer=STRANGER))
    assert not consistency_holds(a_growth(key=STRANGER.public_key))
    assert not consistency_holds(a_growth(), key=STRANGER.public_key)


def test_every_changed_byte_of_a_growth_is_rejected():
    document = a_growth()
    for at in range(len(document)):
        changed = bytearray(document)
        changed[at] ^= 1
        try:
            assert not consistency_holds(bytes(changed)), at
        except ContractError:
            continue


@given(st.binary(max_size=100))
def test_noise_is_refused(data):
    for read in (consistency_holds, read_checkpoint_bytes):
        with pytest.raises(ContractError):
            read(data)


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"more": 1}, {"first": {}}, {"hashes": ["0"]}, {"public_key": "?"}]
)
def test_a_malformed_growth_is_refused(change):
    document = {**json.loads(a_growth()), **change}
    with pytest.raises(ContractError):
        consistency_holds(canonical_bytes(document))


def test_a_public_key_is_read_from_pem_or_hex():
    key = Ed25519PublicKey.from_public_bytes(NODE.public_key)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert read_public_key(pem) == NODE.public_key
    assert read_public_key(b"\n" + pem) == NODE.public_key
    assert read_public_key(NODE.public_key.hex().encode() + b"\n") == NODE.public_key


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"00",
        b"zz" * 32,
        b"\xff" * 32,
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ],
)
def test_what_is_no_ed25519_key_is_refused(data):
    with pytest.raises(ContractError, match="not an Ed25519 public key"):
        read_public_key(data)
