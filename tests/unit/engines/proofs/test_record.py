"""What a record says, what follows from it, and that its payload reads back as the same."""

import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.proofs import (
    Settlement,
    Statement,
    payload_of,
    proof_id,
    read_payload,
)
from industriverse.engines.proofs._record import check_agrees
from industriverse.kernel.canonical import canonical_bytes
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.proofs import Check
from tests.fakes.proof_records import CREATED, a_check, a_claim, the_checks

PARENT = "prf_" + "0" * 32
BOTH = {"persistence": 0.5, "seasonal_naive": 0.25}
finite = st.floats(allow_nan=False, allow_infinity=False)


def a_lawful(**values: float | None) -> Statement:
    return Statement(a_claim(), tuple(the_checks(**values)), CREATED)


def a_settled(skill=BOTH, claim=None, **values: float | None) -> Statement:
    settlement = Settlement(skill, 0.9)
    return Statement(claim or a_claim(), tuple(the_checks(**values)), CREATED, PARENT, settlement)


def test_the_payload_is_an_in_toto_statement():
    document = json.loads(payload_of(a_lawful()))
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "urn:industriverse:proof-of-equilibrium:v1"
    subjects = {entry["name"]: entry["digest"]["sha256"] for entry in document["subject"]}
    assert subjects == dict(a_claim().subjects)
    predicate = document["predicate"]
    assert predicate["stage"] == "lawful"
    assert predicate["created"] == "2026-01-31T09:30:00.250000Z"
    assert predicate["laws"] == {"balance": "heat content", "entropy": "increasing"}
    assert predicate["variables"][0] == {"name": "temperature", "unit": "K"}
    assert predicate["checks"][0]["margin"] == 0.5
    assert (predicate["passed"], predicate["mintable"]) == (True, False)
    assert predicate["parents"] == []


def test_the_payload_never_changes():
    # A golden hash: a change of it breaks every proof that was ever written.
    assert proof_id(payload_of(a_lawful())) == "prf_7d3f9884b46fa1aebd924878890687fa"
    assert proof_id(payload_of(a_settled())) == "prf_680181502cc5367f5be1882cbd32492f"


def test_the_id_is_the_beginning_of_the_payload_hash():
    payload = payload_of(a_lawful())
    assert proof_id(payload) == "prf_" + sha256_hex(payload)[:32]


@pytest.mark.parametrize("statement", [a_lawful(), a_lawful(entropy=None), a_settled()])
def test_a_payload_reads_back_as_the_same_statement(statement):
    assert read_payload(payload_of(statement)) == statement


@given(finite.filter(lambda joules: joules >= 0), st.text(), st.dictionaries(st.text(), finite))
def test_any_finite_number_and_any_text_read_back(joules, text, weights):
    claim = a_claim(joules=joules, model=text, metering=text, units={text: text}, weights=weights)
    statement = Statement(claim, tuple(the_checks()), CREATED)
    assert read_payload(payload_of(statement)) == statement


def test_a_time_is_kept_in_utc_to_the_microsecond():
    there = CREATED.astimezone(timezone(timedelta(hours=-9)))
    assert payload_of(replace(a_lawful(), created=there)) == payload_of(a_lawful())
    with pytest.raises(ContractError, match="time zone"):
        payload_of(replace(a_lawful(), created=CREATED.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("values", "passed"),
    [
        ({}, True),
        ({"entropy": None, "spectrum": None}, True),
        ({"conservation": None}, False),
        ({"conservation": 0.6}, False),
        ({"smoothness": 0.6}, False),
        ({"smoothness": 0.5}, True),
    ],
)
def test_a_record_passes_when_no_check_fails_and_its_balance_was_held(values, passed):
    assert a_lawful(**values).passed is passed


@pytest.mark.parametrize(
    ("statement", "mintable"),
    [
        (a_settled(), True),
        (a_lawful(), False),
        (a_settled(conservation=None), False),
        (a_settled(spectrum=0.9), False),
        (a_settled(claim=a_claim(copy=True)), False),
        (a_settled(claim=a_claim(abstained=True)), False),
        (a_settled({"persistence": 0.5}), False),
        (a_settled({"persistence": 0.5, "seasonal_naive": 0.0}), False),
        (a_settled({"persistence": 0.0, "seasonal_naive": 0.5}), False),
        (a_settled({"persistence": -0.1, "seasonal_naive": 0.5}), False),
        (a_settled({**BOTH, "climatology": -0.5}), True),
    ],
)
def test_only_a_settled_skilled_original_can_mint(statement, mintable):
    assert statement.mintable is mintable


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subjects": {"input": "a" * 64}}, "digests of its input and its forecast"),
        ({"subjects": {"forecast": "a" * 64}}, "digests of its input and its forecast"),
        ({"subjects": {"input": "a" * 63, "forecast": "a" * 64}}, "SHA-256"),
        ({"subjects": {"input": "A" * 64, "forecast": "a" * 64}}, "SHA-256"),
        ({"lead_s": ()}, "lead times"),
        ({"lead_s": (2.0, 1.0)}, "lead times"),
        ({"lead_s": (1.0, 1.0)}, "lead times"),
        ({"lead_s": (0.0,)}, "lead times"),
        ({"lead_s": (float("nan"),)}, "lead times"),
        ({"units": {}}, "at least one variable"),
        ({"joules": -1.0}, "joules"),
        ({"joules": float("nan")}, "joules"),
        ({"regime_probability": 1.1}, "probability"),
        ({"regime_probability": float("nan")}, "probability"),
        ({"trace_id": "0"}, "trace id"),
    ],
)
def test_an_impossible_claim_is_refused(changes, sentence):
    with pytest.raises(ContractError, match=sentence):
        a_claim(**changes)


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_never_signed(weight):
    statement = replace(a_lawful(), claim=a_claim(weights={"x": weight}))
    with pytest.raises(ContractError, match="canonical"):
        payload_of(statement)


@pytest.mark.parametrize(
    "change",
    [
        {"margin": 0.4},
        {"margin": -0.5},
        {"verdict": "failed"},
        {"verdict": "not applicable"},
        {"value": 0.3},
        {"threshold": 0.6},
        {"value": None},
        {"threshold": None},
        {"margin": None},
        {"margin": float("nan")},
        {"value": float("nan")},
    ],
)
def test_a_check_that_contradicts_itself_is_refused(change):
    checks = [replace(a_check("conservation"), **change), *the_checks()[1:]]
    with pytest.raises(ContractError, match="conservation check that follows from its numbers"):
        Statement(a_claim(), tuple(checks), CREATED)


@pytest.mark.parametrize(
    ("value", "threshold", "margin", "verdict", "agrees"),
    [
        (0.6, 0.5, -0.2, "failed", True),
        (0.6, 0.5, -0.2, "passed", False),
        (0.25, 0.5, 0.5, "failed", False),
        (0.5, 0.5, 0.0, "passed", True),
        (0.5, 0.5, 0.0, "failed", True),
        (0.5, 0.5, 0.0, "not applicable", False),
        (-3.0, -2.0, 0.5, "passed", True),
        (-1.0, -2.0, -0.5, "failed", True),
        (-1.0, -2.0, 0.5, "passed", False),
        (-3.0, 0.0, 3.0, "passed", True),
        (3.0, 0.0, -3.0, "failed", True),
    ],
)
def test_a_verdict_follows_from_value_and_threshold(value, threshold, margin, verdict, agrees):
    assert check_agrees(Check("entropy", verdict, value, threshold, margin, "")) is agrees


def test_a_check_that_does_not_apply_says_why():
    checks = [replace(a_check("conservation", None), note=""), *the_checks()[1:]]
    with pytest.raises(ContractError, match="conservation check"):
        Statement(a_claim(), tuple(checks), CREATED)


@pytest.mark.parametrize("checks", [[], the_checks()[1:], [*the_checks(), a_check("entropy")]])
def test_each_of_the_five_checks_stands_once(checks):
    with pytest.raises(ContractError, match="five checks once"):
        Statement(a_claim(), tuple(checks), CREATED)


def test_parent_and_settlement_come_together():
    with pytest.raises(ContractError, match="a parent exactly when it is settled"):
        replace(a_lawful(), parent=PARENT)
    with pytest.raises(ContractError, match="a parent exactly when it is settled"):
        replace(a_settled(), parent="")
    with pytest.raises(ContractError, match="parent's id"):
        replace(a_settled(), parent="someone")


@pytest.mark.parametrize(
    ("skill", "coverage", "sentence"),
    [
        ({}, 0.9, "persistence"),
        ({"seasonal_naive": 0.1}, 0.9, "persistence"),
        ({"persistence": 1.5}, 0.9, "skill"),
        ({"persistence": float("nan")}, 0.9, "skill"),
        ({"persistence": 0.5}, 1.1, "coverage"),
        ({"persistence": 0.5}, float("nan"), "coverage"),
    ],
)
def test_an_impossible_settlement_is_refused(skill, coverage, sentence):
    with pytest.raises(ContractError, match=sentence):
        Settlement(skill, coverage)


def _changed(path, value):
    document = json.loads(payload_of(a_settled()))
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return canonical_bytes(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "urn:other"),
        (("more",), 1),
        (("predicate", "more"), 1),
        (("predicate", "stage"), "lawful"),
        (("predicate", "stage"), "final"),
        (("predicate", "passed"), False),
        (("predicate", "passed"), 1),
        (("predicate", "mintable"), False),
        (("predicate", "parents"), []),
        (("predicate", "parents"), [PARENT, PARENT]),
        (("predicate", "parents"), PARENT),
        (("predicate", "settlement"), None),
        (("predicate", "settlement", "skill", "seasonal_naive"), -0.25),
        (("predicate", "settlement", "skill"), [0.5]),
        (("predicate", "settlement", "coverage"), "0.9"),
        (("predicate", "copy"), True),
        (("predicate", "copy"), 0),
        (("predicate", "abstained"), True),
        (("predicate", "created"), "2026-01-31T09:30:00Z"),
        (("predicate", "created"), "2026-01-31T09:30:00.250000+00:00"),
        (("predicate", "created"), "2026-02-31T09:30:00.250000Z"),
        (("predicate", "created"), 0),
        (("predicate", "domain"), None),
        (("predicate", "laws", "entropy"), "growing"),
        (("predicate", "laws", "mass"), "kept"),
        (("predicate", "model"), "blend"),
        (("predicate", "model", "weights", "ridge"), True),
        (("predicate", "lead_s"), [120, 60]),
        (("predicate", "lead_s"), {"0": 60}),
        (("predicate", "variables"), []),
        (("predicate", "variables"), [{"name": "flow", "unit": ""}] * 2),
        (("predicate", "regime", "label"), "calm"),
        (("predicate", "regime", "confirmed"), 1),
        (("predicate", "energy", "joules"), -1),
        (("predicate", "trace_id"), "g" * 32),
        (("predicate", "checks"), []),
        (("predicate", "checks", 0, "verdict"), "failed"),
        (("predicate", "checks", 0, "verdict"), "perhaps"),
        (("predicate", "checks", 0, "value"), 0.6),
        (("predicate", "checks", 0, "value"), None),
        (("predicate", "checks", 0, "threshold"), 0.1),
        (("predicate", "checks", 0, "margin"), 0.75),
        (("predicate", "checks", 0, "name"), "entropy"),
        (("predicate", "checks", 0, "name"), "charge"),
        (("predicate", "checks", 0, "details"), {"step": None}),
        (("subject",), []),
        (("subject", 0, "name"), "forecast/temperature"),
        (("subject", 0, "name"), 7),
        (("subject", 0, "digest", "sha256"), "A" * 64),
        (("subject", 0, "digest"), {"md5": "a" * 32}),
    ],
)  # fmt: skip
def test_a_payload_that_breaks_its_own_rules_is_refused(path, value):
    with pytest.raises(ContractError):
        read_payload(_changed(path, value))


def test_subjects_stand_in_one_order():
    document = json.loads(payload_of(a_lawful()))
    document["subject"].reverse()
    with pytest.raises(ContractError):
        read_payload(canonical_bytes(document))
