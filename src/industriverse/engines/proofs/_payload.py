"""Reading a payload back: the same record, or one sentence."""

from typing import get_args

from industriverse.kernel.canonical import Json, parse_json
from industriverse.kernel.domains import EntropyLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.proofs import Check, CheckName, Verdict
from industriverse.kernel.results import REGIME_LABELS

from . import _members as read
from ._record import (
    CHECK_NAMES,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Claim,
    Settlement,
    Statement,
    payload_of,
)

_DIGEST_BYTES = 32
_LAWS: tuple[EntropyLaw, ...] = get_args(EntropyLaw)
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_OUTER = ("_type", "predicate", "predicateType", "subject")
_CLAIM = (
    "domain", "laws", "model", "lead_s", "variables", "regime", "energy",
    "copy", "abstained", "trace_id",
)  # fmt: skip
_VERDICT = ("stage", "created", "parents", "checks", "passed", "mintable", "settlement")
_CHECK = ("name", "verdict", "value", "threshold", "margin", "note", "details")


def read_payload(payload: bytes) -> Statement:
    """Return the statement of a payload.

    Raises:
        ContractError: Not canonical, a member missing, unknown or of the wrong type, or a flag
            that does not follow from the record's own numbers.
    """
    outer = read.members(parse_json(payload), "payload", _OUTER)
    if (outer["_type"], outer["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        read.refuse("payload type", f"{STATEMENT_TYPE} with {PREDICATE_TYPE}")
    predicate = read.members(outer["predicate"], "predicate", (*_CLAIM, *_VERDICT))
    statement = _statement(_subjects(outer["subject"]), predicate)
    # Flags, stage, order and layout are written by rule: whatever else they say is refused here.
    if payload_of(statement) != payload:
        raise ContractError("The proof's record is not what its own checks and numbers lead to.")
    return statement


def _subjects(value: Json) -> dict[str, str]:
    subjects: dict[str, str] = {}
    for entry in read.listed(value, "subject"):
        subject = read.members(entry, "subject", ("digest", "name"))
        digest = read.members(subject["digest"], "digest", ("sha256",))
        name = read.text(subject["name"], "subject name")
        subjects[name] = read.hexadecimal(digest["sha256"], f"digest of {name}", _DIGEST_BYTES)
    return subjects


def _statement(subjects: dict[str, str], predicate: dict[str, Json]) -> Statement:
    parents = [
        read.text(parent, "parent") for parent in read.listed(predicate["parents"], "parents")
    ]
    if len(parents) > 1:
        read.refuse("parents", "a list of at most one")
    return Statement(
        claim=_claim(subjects, predicate),
        checks=tuple(_check(entry) for entry in read.listed(predicate["checks"], "checks")),
        created=read.moment(predicate["created"], "created"),
        parent=parents[0] if parents else "",
        settlement=_settlement(predicate["settlement"]),
    )


def _claim(subjects: dict[str, str], predicate: dict[str, Json]) -> Claim:
    laws = read.members(predicate["laws"], "laws", ("balance", "entropy"))
    model = read.members(predicate["model"], "model", ("id", "version", "weights"))
    regime = read.members(predicate["regime"], "regime", ("label", "confirmed", "probability"))
    energy = read.members(predicate["energy"], "energy", ("joules", "method"))
    return Claim(
        subjects=subjects,
        domain=read.text(predicate["domain"], "domain"),
        balance=read.text(laws["balance"], "balance"),
        entropy_law=read.one_of(laws["entropy"], "entropy law", _LAWS),
        model=read.text(model["id"], "model"),
        model_version=read.text(model["version"], "model version"),
        weights=read.numbers(model["weights"], "weights"),
        lead_s=tuple(
            read.number(lead, "lead") for lead in read.listed(predicate["lead_s"], "lead_s")
        ),
        units=_units(predicate["variables"]),
        regime=read.one_of(regime["label"], "regime", REGIME_LABELS),
        regime_confirmed=read.flag(regime["confirmed"], "regime"),
        regime_probability=read.number(regime["probability"], "regime probability"),
        joules=read.number(energy["joules"], "joules"),
        metering=read.text(energy["method"], "metering method"),
        copy=read.flag(predicate["copy"], "copy"),
        abstained=read.flag(predicate["abstained"], "abstained"),
        trace_id=read.text(predicate["trace_id"], "trace_id"),
    )


def _units(value: Json) -> dict[str, str]:
    entries = [
        read.members(entry, "variable", ("name", "unit"))
        for entry in read.listed(value, "variables")
    ]
    return {
        read.text(entry["name"], "variable"): read.text(entry["unit"], "unit") for entry in entries
    }


def _check(value: Json) -> Check:
    entry = read.members(value, "check", _CHECK)
    name: CheckName = read.one_of(entry["name"], "check", CHECK_NAMES)
    return Check(
        name=name,
        verdict=read.one_of(entry["verdict"], f"{name} verdict", _VERDICTS),
        value=read.optional_number(entry["value"], f"{name} value"),
        threshold=read.optional_number(entry["threshold"], f"{name} threshold"),
        margin=read.optional_number(entry["margin"], f"{name} margin"),
        note=read.text(entry["note"], f"{name} note"),
        details=read.numbers(entry["details"], f"{name} details"),
    )


def _settlement(value: Json) -> Settlement | None:
    if value is None:
        return None
    entry = read.members(value, "settlement", ("skill", "coverage"))
    return Settlement(
        skill=read.numbers(entry["skill"], "skill"),
        coverage=read.number(entry["coverage"], "coverage"),
    )
