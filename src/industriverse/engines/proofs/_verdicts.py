"""How a statistic and its bound become a check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from industriverse.kernel.proofs import Check, CheckName


@dataclass(frozen=True, slots=True)
class Bound:
    """One inequality of a check: `value` must not exceed `threshold` (above zero).

    Attributes:
        value: The statistic.
        threshold: What it is compared with.
        note: The sentence to print when this is the binding one and it is broken.
        strict: Whether equality already breaks it.
    """

    value: float
    threshold: float
    note: str
    strict: bool = False

    @property
    def margin(self) -> float:
        """Signed distance to the threshold as a share of it."""
        return (self.threshold - self.value) / self.threshold

    @property
    def holds(self) -> bool:
        """Whether the inequality is obeyed."""
        return self.value < self.threshold if self.strict else self.value <= self.threshold


def judge(
    name: CheckName, bounds: Sequence[Bound], lawful: str, details: Mapping[str, float]
) -> Check:
    """Return the check whose numbers are those of its tightest bound."""
    tight = min(bounds, key=lambda bound: (bound.holds, bound.margin))
    passed = all(bound.holds for bound in bounds)
    return Check(
        name=name,
        verdict="passed" if passed else "failed",
        value=float(tight.value),
        threshold=float(tight.threshold),
        margin=float(tight.margin),
        note=lawful if passed else tight.note,
        details=details,
    )


def not_applicable(
    name: CheckName, reason: str, details: Mapping[str, float] | None = None
) -> Check:
    """Return a check that does not apply, with its reason."""
    return Check(name, "not applicable", None, None, None, reason, details or {})


def percent(share: float) -> str:
    """Return a share in words: `3.1 %`."""
    return f"{100 * share:.3g} %"
