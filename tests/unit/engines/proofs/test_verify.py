"""A proof file holds as it was written, and not otherwise: no byte of it may change."""

import base64
import json
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.proofs import (
    Settlement,
    Statement,
    payload_of,
    proof_id,
    read_document,
    verify,
)
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.errors import ContractError
from industriverse.kernel.signatures import pre_authentication
from tests.fakes.keys import SeededSigner
from tests.fakes.proof_records import (
    CREATED,
    FORECAST_DIGEST,
    INPUT_DIGEST,
    a_claim,
    a_proof_file,
    the_checks,
)

FLIPS = 10_000
NODE, STRANGER = SeededSigner("node"), SeededSigner("stranger")
FILE = a_proof_file()
BYTES = FILE.to_bytes()


def rejected(document: bytes, **options) -> bool:
    """Whether a file is refused or found broken; any other error fails the test."""
    try:
        return not verify(document, **options).valid
    except ContractError:
        return True


def broken(document: bytes, **options) -> set[str]:
    findings = verify(document, **options).findings
    return {finding.name for finding in findings if finding.outcome == "broken"}


def edited(*path, value=None, drop=False) -> bytes:
    """The file with one member changed, written canonically."""
    document = json.loads(BYTES)
    at = document
    for step in path[:-1]:
        at = at[step]
    if drop:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return canonical_bytes(document)


def outcome_of(verification, name):
    return [finding.outcome for finding in verification.findings if finding.name == name]


def test_an_untouched_file_holds():
    found = verify(
        BYTES, key=NODE.public_key, digests={"input": INPUT_DIGEST, "forecast": FORECAST_DIGEST}
    )
    assert found.valid
    assert {finding.outcome for finding in found.findings} == {"holds"}
    assert found.id == proof_id(FILE.envelope.payload)
    assert (found.leaf, found.log_size) == (4, 7)
    assert found.statement == Statement(a_claim(), tuple(the_checks()), CREATED)


def test_the_file_is_one_canonical_line():
    assert canonical_bytes(json.loads(BYTES)) == BYTES
    assert not BYTES.endswith(b"\n")
    assert read_document(BYTES) == FILE


def test_the_signed_bytes_are_those_of_dsse():
    # The example of the DSSE protocol's own text.
    signed = pre_authentication("http://example.com/HelloWorld", b"hello world")
    assert signed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_without_a_key_the_signer_is_open():
    found = verify(BYTES)
    assert found.valid
    assert outcome_of(found, "signer") == ["open"]
    notes = [finding.note for finding in found.findings]
    assert "Signer not pinned: integrity shown, identity not." in notes


def test_without_files_nothing_is_said_of_them():
    found = verify(BYTES)
    assert outcome_of(found, "digest") == ["open", "open"]
    half = verify(BYTES, digests={"input": INPUT_DIGEST})
    assert outcome_of(half, "digest") == ["holds", "open"]


@pytest.mark.parametrize(
    "digests",
    [
        {"input": "0" * 64},
        {"forecast": INPUT_DIGEST},
        {"input": INPUT_DIGEST, "forecast": "0" * 64},
        {"input": INPUT_DIGEST.upper()},
        {"input": ""},
        {"elsewhere": INPUT_DIGEST},
    ],
)
def test_another_file_is_found(digests):
    assert broken(BYTES, digests=digests) == {"digest"}


def test_ten_thousand_random_bit_flips_are_all_rejected():
    draw = random.Random(20260131)
    everywhere = list(range(len(BYTES)))
    anywhere = [draw.randrange(len(BYTES)) for _ in range(FLIPS - len(BYTES))]
    assert len(everywhere + anywhere) == FLIPS
    for at in everywhere + anywhere:
        changed, bit = bytearray(BYTES), draw.randrange(8)
        changed[at] ^= 1 << bit
        assert rejected(bytes(changed)), (at, bit)


def test_every_missing_byte_is_noticed():
    assert all(rejected(BYTES[:at] + BYTES[at + 1 :]) for at in range(0, len(BYTES), 3))


def test_every_shorter_file_is_rejected():
    assert all(rejected(BYTES[:at]) for at in range(0, len(BYTES), 7))


@given(st.integers(0, len(BYTES)), st.binary(min_size=1, max_size=4))
def test_insertions_are_rejected(at, data):
    assert rejected(BYTES[:at] + data + BYTES[at:])


@given(st.integers(0, len(BYTES)), st.integers(0, len(BYTES)), st.binary(max_size=40))
def test_replaced_runs_are_rejected(start, stop, data):
    changed = BYTES[: min(start, stop)] + data + BYTES[max(start, stop) :]
    assert changed == BYTES or rejected(changed)


@given(st.binary(max_size=200))
def test_noise_is_a_contract_error(data):
    with pytest.raises(ContractError):
        verify(data)


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from([BYTES.decode(), "a" * 64, "AAAA", "==", "prf_", "A" * 88]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, inner in steps:
            yield from places(inner, (*path, step))


PLACES = [path for path in places(json.loads(BYTES)) if path]
PREDICATE = json.loads(FILE.envelope.payload)
PREDICATE_PLACES = [path for path in places(PREDICATE) if path]


@given(st.sampled_from(PLACES), junk)
def test_any_member_replaced_by_anything_is_rejected(path, value):
    changed = edited(*path, value=value)
    assert changed == BYTES or rejected(changed)


@pytest.mark.parametrize("path", [path for path in PLACES if isinstance(path[-1], str)])
def test_any_member_left_out_is_refused(path):
    with pytest.raises(ContractError):
        verify(edited(*path, drop=True))


@pytest.mark.parametrize(
    "path", [(), ("envelope",), ("envelope", "signatures", 0), ("inclusion",), ("checkpoint",)]
)
def test_an_unknown_member_is_refused(path):
    with pytest.raises(ContractError, match="is not an object of"):
        verify(edited(*path, "more", value=1))


@given(st.sampled_from(PREDICATE_PLACES), junk)
def test_a_payload_changed_anywhere_no_longer_carries_its_signature(path, value):
    document = json.loads(json.dumps(PREDICATE))
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    payload = canonical_bytes(document)
    envelope = replace(FILE.envelope, payload=payload)
    changed = replace(FILE, envelope=envelope).to_bytes()
    assert payload == FILE.envelope.payload or rejected(changed)


FIELDS = {
    "subjects": {"input": "d" * 64, "forecast": FORECAST_DIGEST},
    "domain": "flow",
    "balance": "mass",
    "entropy_law": "none",
    "model": "other",
    "model_version": "2",
    "weights": {},
    "lead_s": (60.0,),
    "units": {"temperature": "degC", "flow": ""},
    "regime": "chaotic",
    "regime_confirmed": False,
    "regime_probability": 0.5,
    "joules": 0.0,
    "metering": "measured",
    "copy": True,
    "abstained": True,
    "trace_id": "f" * 32,
}


@pytest.mark.parametrize("field", a_claim().__dataclass_fields__)
def test_no_field_of_the_claim_can_be_changed(field):
    claim = replace(a_claim(), **{field: FIELDS[field]})
    statement = Statement(claim, tuple(the_checks()), CREATED)
    forged = replace(FILE.envelope, payload=payload_of(statement))
    assert broken(replace(FILE, envelope=forged).to_bytes()) == {"signature", "inclusion"}


@pytest.mark.parametrize(
    "statement",
    [
        Statement(a_claim(), tuple(the_checks(entropy=0.24)), CREATED),
        Statement(a_claim(), tuple(the_checks(entropy=None)), CREATED),
        Statement(a_claim(), tuple(reversed(the_checks())), CREATED),
        Statement(a_claim(), tuple(the_checks()), CREATED.replace(second=1)),
        Statement(
            a_claim(),
            tuple(the_checks()),
            CREATED,
            "prf_" + "0" * 32,
            Settlement({"persistence": 0.1}, 0.9),
        ),
    ],
)
def test_neither_checks_nor_time_nor_stage_can_be_changed(statement):
    forged = replace(FILE.envelope, payload=payload_of(statement))
    assert broken(replace(FILE, envelope=forged).to_bytes()) == {"signature", "inclusion"}


def test_another_key_in_the_file_is_found():
    changed = replace(FILE, public_key=STRANGER.public_key).to_bytes()
    assert broken(changed) == {"signature", "checkpoint"}


def test_a_stranger_who_signs_everything_anew_is_found_by_the_pinned_key():
    forged = a_proof_file(signer=STRANGER).to_bytes()
    assert verify(forged).valid
    assert broken(forged, key=NODE.public_key) == {"signer"}
    assert broken(BYTES, key=STRANGER.public_key) == {"signer"}
    assert broken(BYTES, key=b"") == {"signer"}


def test_only_the_checkpoint_of_a_stranger_is_found():
    other = a_proof_file(signer=STRANGER)
    assert broken(replace(FILE, checkpoint=other.checkpoint).to_bytes()) == {
        "checkpoint",
        "inclusion",
    }


def test_the_checkpoint_of_another_log_is_found():
    other = a_proof_file(word="elsewhere")
    assert broken(replace(FILE, checkpoint=other.checkpoint).to_bytes()) == {"inclusion"}


def test_the_inclusion_of_another_record_is_found():
    other = a_proof_file(leaf=2)
    swapped = replace(FILE, leaf=other.leaf, hashes=other.hashes)
    assert broken(swapped.to_bytes()) == {"inclusion"}
    assert broken(replace(FILE, leaf=2).to_bytes()) == {"inclusion"}
    assert broken(replace(FILE, hashes=FILE.hashes[::-1]).to_bytes()) == {"inclusion"}


def test_the_envelope_of_another_record_is_found():
    statement = Statement(a_claim(model="other"), tuple(the_checks()), CREATED)
    other = a_proof_file(statement)
    assert broken(replace(FILE, envelope=other.envelope).to_bytes()) == {"inclusion"}


def test_a_tree_size_that_leads_to_the_same_root_is_found():
    first = a_proof_file(leaf=0, size=7)
    assert verify(first.to_bytes()).valid
    # From leaf 0 the paths in trees of 5 to 8 leaves turn the same way.
    for size in (5, 6, 8):
        assert broken(replace(first, tree_size=size).to_bytes()) == {"inclusion"}


def test_a_checkpoint_signature_is_no_record_signature():
    checkpoint = replace(FILE.checkpoint, signature=FILE.envelope.signature)
    assert broken(replace(FILE, checkpoint=checkpoint).to_bytes()) == {"checkpoint"}
    envelope = replace(FILE.envelope, signature=FILE.checkpoint.signature)
    assert "signature" in broken(replace(FILE, envelope=envelope).to_bytes())


@pytest.mark.parametrize("change", [{"size": 8}, {"origin": "other"}, {"keyid": "0" * 64}])
def test_nothing_in_the_checkpoint_can_be_changed(change):
    checkpoint = replace(FILE.checkpoint, **change)
    assert "checkpoint" in broken(replace(FILE, checkpoint=checkpoint).to_bytes())


def test_a_key_id_that_is_not_the_keys_is_found():
    envelope = replace(FILE.envelope, keyid="0" * 64)
    assert "signature" in broken(replace(FILE, envelope=envelope).to_bytes())


def _loose(text: str) -> list[str]:
    """Other spellings of the same base64, that a lenient decoder takes."""
    stray = text.rstrip("=")
    last = base64.b64encode(base64.b64decode(text)).decode()
    bits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    nudged = stray[:-1] + bits[bits.index(stray[-1]) ^ 1] + text[len(stray) :]
    return [
        text + "\n", stray, text + "====", " " + text, text[:4] + "\n" + text[4:],
        nudged, text.replace("+", "-").replace("/", "_") + "\u00e9", last + "=",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        ("public_key",),
        ("envelope", "signatures", 0, "sig"),
        ("checkpoint", "signature"),
    ],
)
def test_only_strict_base64_is_read(path):
    text = json.loads(BYTES)
    for step in path:
        text = text[step]
    for loose in _loose(text):
        with pytest.raises(ContractError):
            verify(edited(*path, value=loose))


@pytest.mark.parametrize("spaces", ["  ", "\t"])
def test_a_file_that_was_laid_out_again_is_refused(spaces):
    document = json.loads(BYTES)
    for text in (json.dumps(document), json.dumps(document, indent=spaces), BYTES.decode() + "\n"):
        with pytest.raises(ContractError, match="canonical"):
            verify(text.encode())


def test_a_repeated_member_is_refused():
    doubled = BYTES.replace(b'"version":1}', b'"version":1,"version":1}')
    assert doubled != BYTES
    with pytest.raises(ContractError, match="repeats a member"):
        verify(doubled)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("version",), True),
        (("version",), 1.5),
        (("version",), "1"),
        (("envelope", "payloadType"), "application/json"),
        (("envelope", "signatures"), []),
        (("envelope", "signatures"), [{}]),
        (("envelope", "signatures"), json.loads(BYTES)["envelope"]["signatures"] * 2),
        (("envelope", "payload"), ""),
        (("inclusion", "leaf_index"), -1),
        (("inclusion", "leaf_index"), 1.5),
        (("inclusion", "leaf_index"), True),
        (("inclusion", "tree_size"), 1e300),
        (("inclusion", "hashes"), ["00"]),
        (("inclusion", "hashes"), [None]),
        (("checkpoint", "time"), "yesterday"),
        (("checkpoint", "time"), "2026-01-31T09:30:00.250Z"),
        (("checkpoint", "time"), "2026-01-31T09:30:00.250000"),
        (("checkpoint", "time"), "2026-01-31 09:30:00.250000Z"),
        (("checkpoint", "size"), None),
        (("checkpoint", "root"), "0" * 62),
        (("checkpoint", "signature"), "AAAA"),
        (("public_key",), "AAAA"),
        (("public_key",), None),
    ],
)
def test_a_malformed_member_is_refused(path, value):
    with pytest.raises(ContractError):
        verify(edited(*path, value=value))


def test_a_file_beyond_any_proof_is_not_even_parsed():
    with pytest.raises(ContractError, match="at most 16 MiB"):
        verify(b" " * (1 << 24) + b" ")


def test_what_a_record_admits_is_said():
    copied = a_proof_file(
        Statement(a_claim(copy=True, abstained=True), tuple(the_checks()), CREATED)
    )
    note = verify(copied.to_bytes()).findings[-1].note
    assert "can never mint" in note
    assert "declined" in note
    assert "Lawful is not yet right" in note


def test_a_settled_record_says_that_it_was_settled():
    settlement = Settlement({"persistence": 0.1}, 0.9)
    statement = Statement(a_claim(), tuple(the_checks()), CREATED, "prf_" + "0" * 32, settlement)
    found = verify(a_proof_file(statement).to_bytes())
    assert found.valid
    assert found.findings[-1].note.startswith("A settled record that passed")
    assert "not yet right" not in found.findings[-1].note


def test_verifying_needs_neither_the_engine_room_nor_the_database():
    code = (
        "import sys\n"
        "from industriverse.engines.proofs import verify\n"
        f"assert verify({BYTES!r}).valid\n"
        "heavy = {'jax', 'scipy', 'sqlalchemy', 'pydantic', 'xarray', 'fastapi'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
