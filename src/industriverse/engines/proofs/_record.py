"""The proof record: what it says, the rules that follow from it, and its canonical payload."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from industriverse.kernel.canonical import Json, canonical_bytes
from industriverse.kernel.domains import EntropyLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.proofs import Check, CheckName, Stage
from industriverse.kernel.results import RegimeLabel

from ._members import rfc3339

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:industriverse:proof-of-equilibrium:v1"
INPUT, FORECAST, OUTCOME = "input", "forecast", "outcome"
BASELINES_TO_BEAT = ("persistence", "seasonal_naive")
CHECK_NAMES: tuple[CheckName, ...] = get_args(CheckName)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TRACE = re.compile(r"[0-9a-f]{32}")
_PROOF_ID = re.compile(r"prf_[0-9a-f]{32}")
_ID_DIGITS = 32
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Claim:
    """What one forecast says of itself, whatever stage its proof is in.

    Attributes:
        subjects: Name to SHA-256 in hex. `input` and `forecast` are the digests of the files (or
            request bodies) as bytes; `input/NAME` and `forecast/NAME` of single arrays by
            `kernel.ids.sha256_array`; any further name is allowed. At least one of each.
        domain: Domain whose laws were checked.
        balance: The balanced quantity.
        entropy_law: The domain's entropy law.
        model: What made the forecast.
        model_version: Its version.
        weights: Member to weight.
        lead_s: Seconds after the last observation, above zero and rising; the horizon is the last.
        units: Reported variables, in order, each with its unit; "" where unknown.
        regime: Regime label at the last observation.
        regime_confirmed: Whether that regime was confirmed.
        regime_probability: Its probability, in [0, 1].
        joules: Energy that the forecast took, at least zero.
        metering: How that energy is known.
        copy: The forecast repeats an input frame within rounding.
        abstained: The platform declined to stand behind the forecast.
        trace_id: W3C trace id of the call.
    """

    subjects: Mapping[str, str]
    domain: str
    balance: str
    entropy_law: EntropyLaw
    model: str
    model_version: str
    weights: Mapping[str, float]
    lead_s: tuple[float, ...]
    units: Mapping[str, str]
    regime: RegimeLabel
    regime_confirmed: bool
    regime_probability: float
    joules: float
    metering: str
    copy: bool
    abstained: bool
    trace_id: str

    def __post_init__(self) -> None:
        """Refuse a claim that nobody could hold against anything."""
        roots = {name.partition("/")[0] for name in self.subjects}
        rises = all(a < b for a, b in zip((0.0, *self.lead_s), self.lead_s, strict=False))
        _insist(roots >= {INPUT, FORECAST}, "names digests of its input and its forecast")
        _insist(all(map(_DIGEST.fullmatch, self.subjects.values())), "holds SHA-256 digests in hex")
        _insist(bool(self.lead_s) and rises, "has lead times above zero that rise")
        _insist(bool(self.units), "reports at least one variable")
        _insist(0 <= self.regime_probability <= 1, "has a regime probability in [0, 1]")
        _insist(self.joules >= 0, "has joules at least zero")
        _insist(_TRACE.fullmatch(self.trace_id) is not None, "has a trace id of 32 hex digits")


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a forecast did once the outcome was observed.

    Attributes:
        skill: 1 − CRPS/CRPS of a baseline, by baseline; `persistence` always, `seasonal_naive`
            where there is one. A proof without both can never mint.
        coverage: Share of the outcome inside the forecast's interval, in [0, 1].
    """

    skill: Mapping[str, float]
    coverage: float

    def __post_init__(self) -> None:
        """Refuse a settlement without its yardstick."""
        _insist("persistence" in self.skill, "states its skill against persistence")
        _insist(max(self.skill.values()) <= 1, "has skill at most one")
        _insist(0 <= self.coverage <= 1, "has coverage in [0, 1]")


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole proof record, unsigned.

    Attributes:
        claim: What the forecast says of itself.
        checks: The five, failed ones first.
        created: When it was made.
        parent: Proof id of the lawful record that a settled one extends, "" for a lawful one.
        settlement: None for a lawful record.
    """

    claim: Claim
    checks: tuple[Check, ...]
    created: datetime
    parent: str = ""
    settlement: Settlement | None = None

    def __post_init__(self) -> None:
        """Refuse checks that contradict themselves and a settlement of nothing."""
        names = sorted(check.name for check in self.checks)
        _insist(names == sorted(CHECK_NAMES), "holds each of the five checks once")
        for check in self.checks:
            _insist(check_agrees(check), f"has a {check.name} check that follows from its numbers")
        settled = self.settlement is not None
        _insist(settled == bool(self.parent), "has a parent exactly when it is settled")
        _insist(not settled or bool(_PROOF_ID.fullmatch(self.parent)), "names its parent's id")

    @property
    def stage(self) -> Stage:
        """`lawful` before the outcome, `settled` after."""
        return "lawful" if self.settlement is None else "settled"

    @property
    def passed(self) -> bool:
        """No check failed, and there was an independent budget to hold the balance against."""
        verdicts = {check.name: check.verdict for check in self.checks}
        return "failed" not in verdicts.values() and verdicts["conservation"] == "passed"

    @property
    def mintable(self) -> bool:
        """Settled, passed, neither copy nor abstained, better than both naive forecasts."""
        if self.settlement is None or self.claim.copy or self.claim.abstained:
            return False
        skill = self.settlement.skill
        return self.passed and all(skill.get(name, 0.0) > 0 for name in BASELINES_TO_BEAT)


def _insist(holds: bool, what: str) -> None:
    if not holds:
        raise ContractError(f"Not a proof record: a record {what}.")


def check_agrees(check: Check) -> bool:
    """Say whether a check's verdict and margin follow from its value and threshold.

    The margin is (threshold − value) / |threshold|, or −value where the threshold is zero.
    """
    if check.value is None or check.threshold is None or check.margin is None:
        numbers = (check.value, check.threshold, check.margin)
        return (
            check.verdict == "not applicable" and numbers == (None, None, None) and check.note != ""
        )
    distance = (check.threshold - check.value) / (abs(check.threshold) or 1.0)
    if not math.isclose(check.margin, distance, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
        return False
    # At the threshold itself some of the five pass and some fail.
    return (check.margin >= 0 and check.verdict == "passed") or (
        check.margin <= 0 and check.verdict == "failed"
    )


def proof_id(payload: bytes) -> str:
    """Return `prf_` and the first 32 hex digits of a payload's SHA-256."""
    return f"prf_{sha256_hex(payload)[:_ID_DIGITS]}"


def payload_of(statement: Statement) -> bytes:
    """Return the canonical bytes of a statement, as in-toto writes it.

    Raises:
        ContractError: It holds a number that is not finite.
    """
    subjects: list[Json] = [
        {"digest": {"sha256": digest}, "name": name}
        for name, digest in sorted(statement.claim.subjects.items())
    ]
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": PREDICATE_TYPE,
            "predicate": {**_claim_json(statement.claim), **_verdict_json(statement)},
        }
    )


def _claim_json(claim: Claim) -> dict[str, Json]:
    return {
        "domain": claim.domain,
        "laws": {"balance": claim.balance, "entropy": claim.entropy_law},
        "model": {
            "id": claim.model,
            "version": claim.model_version,
            "weights": dict(claim.weights),
        },
        "lead_s": list(claim.lead_s),
        "variables": [{"name": name, "unit": unit} for name, unit in claim.units.items()],
        "regime": {
            "label": claim.regime,
            "confirmed": claim.regime_confirmed,
            "probability": claim.regime_probability,
        },
        "energy": {"joules": claim.joules, "method": claim.metering},
        "copy": claim.copy,
        "abstained": claim.abstained,
        "trace_id": claim.trace_id,
    }


def _verdict_json(statement: Statement) -> dict[str, Json]:
    settlement = statement.settlement
    return {
        "stage": statement.stage,
        "created": rfc3339(statement.created),
        "parents": [statement.parent] if statement.parent else [],
        "checks": [_check_json(check) for check in statement.checks],
        "passed": statement.passed,
        "mintable": statement.mintable,
        "settlement": settlement
        and {"skill": dict(settlement.skill), "coverage": settlement.coverage},
    }


def _check_json(check: Check) -> Json:
    return {
        "name": check.name,
        "verdict": check.verdict,
        "value": check.value,
        "threshold": check.threshold,
        "margin": check.margin,
        "note": check.note,
        "details": dict(check.details),
    }
