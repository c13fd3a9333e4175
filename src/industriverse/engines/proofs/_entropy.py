"""Entropy coherence: the domain's own law, step by step and in all."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.domains import EntropyLaw
from industriverse.kernel.proofs import Check

from ._evidence import Evidence
from ._verdicts import Bound, judge, not_applicable, percent

_STEPS_SHARE = 0.10
_SUM_SHARE = 0.05
_ROUNDING = 1e-13

_BROKEN: dict[EntropyLaw, str] = {
    "increasing": "Entropy fell",
    "free_energy": "Free energy rose",
    "clausius": "Less entropy was produced than crossed the boundary",
    "casimir": "The invariant changed",
}


def check_entropy(evidence: Evidence) -> Check:
    """Hold the declared entropy law against each forecast step and against their sum.

    At least 90 % of the steps obey within `tol`, the violations sum to at most 5 % of the total
    variation plus n `tol`, and the whole change obeys within n `tol`.

    References:
        physics.md §3.
    """
    law, entropy = evidence.law.entropy, evidence.entropy
    if law == "none":
        return not_applicable("entropy", "The domain declares no entropy law.")
    if entropy is None:
        return not_applicable(
            "entropy", f"The domain's law `{law}` does not hold for an input declared as this one."
        )
    if law == "clausius" and evidence.entropy_inflow is None:
        return not_applicable(
            "entropy",
            "The entropy that crosses the boundary is unknown, so nothing is left to say.",
        )
    first = evidence.observed - 1
    change = np.diff(entropy[first:])
    if law == "clausius" and evidence.entropy_inflow is not None:
        change = change - evidence.entropy_inflow[first:]
    scale = max(float(np.abs(entropy[: evidence.observed]).max()), np.finfo(np.float64).tiny)
    return _judge(law, change, max(evidence.law.entropy_tolerance, _ROUNDING) * scale)


def _violation(law: EntropyLaw, change: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Return how far each change goes against the law, at least zero."""
    if law == "casimir":
        return np.abs(change)
    return np.maximum(change if law == "free_energy" else -change, 0.0)


def _judge(law: EntropyLaw, change: Float[np.ndarray, "lead"], tolerance: float) -> Check:
    steps = len(change)
    violation = _violation(law, change)
    broken = violation > tolerance
    worst = int(np.argmax(violation))
    allowed = _SUM_SHARE * float(np.abs(change).sum()) + steps * tolerance
    excess = float(np.where(broken, violation, 0.0).sum()) / allowed
    whole = float(_violation(law, change.sum(keepdims=True))[0]) / (steps * tolerance)
    say = _BROKEN[law]
    bounds = (
        Bound(
            float(broken.mean()),
            _STEPS_SHARE,
            f"{say} in {int(broken.sum())} of {steps} steps, most in step {worst + 1}.",
        ),
        Bound(excess, 1.0, f"{say} by {violation[worst]:.3g} in step {worst + 1}."),
        Bound(whole, 1.0, f"{say} over the whole forecast by {whole:.3g} times the tolerance."),
    )
    details = {
        "tolerance": tolerance,
        "total_change": float(change.sum()),
        "steps_broken": float(broken.sum()),
        "largest_violation": float(violation[worst]),
    }
    lawful = f"The law `{law}` holds in {percent(1 - float(broken.mean()))} of the steps."
    return judge("entropy", bounds, lawful, details)
