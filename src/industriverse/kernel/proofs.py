"""The proof record and its checks (physics.md §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["passed", "failed", "not applicable"]
Stage = Literal["lawful", "settled"]
CheckName = Literal["conservation", "entropy", "spectrum", "continuity", "smoothness"]


@dataclass(frozen=True, slots=True)
class Check:
    """One law held against a forecast.

    Attributes:
        name: Which of the five checks.
        verdict: `not applicable` always carries its reason in `note`.
        value: The statistic; None where not applicable.
        threshold: What `value` is compared with; None where not applicable.
        margin: Signed distance to the threshold as a share of it; positive is safe.
        note: One plain sentence; where and when it failed, or why it does not apply.
        details: Further numbers, by name.
    """

    name: CheckName
    verdict: Verdict
    value: float | None
    threshold: float | None
    margin: float | None
    note: str
    details: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """A signed statement about one forecast.

    Attributes:
        id: `prf_` and 32 hex digits of the payload's SHA-256.
        stage: `lawful` before the outcome is known, `settled` after.
        passed: No check failed and conservation or another balance applied.
        copy: The forecast repeats an input frame within rounding; it can never mint.
        mintable: Settled, passed, not a copy, with an independent budget and skill above zero.
        checks: The five, failed ones first.
        envelope: The whole self-contained proof document, canonical JSON bytes.
    """

    id: str
    stage: Stage
    passed: bool
    copy: bool
    mintable: bool
    checks: tuple[Check, ...]
    envelope: bytes
