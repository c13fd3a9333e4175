"""Conservation: nothing appears or vanishes beyond the declared exchange."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.proofs import Check

from ._evidence import Evidence
from ._verdicts import Bound, judge, not_applicable, percent

_STEP_SHARE = 0.01
_TOTAL_SHARE = 0.01
_DRIFT_SHARE = 0.05
_FLOOR_SHARE = 1e-6
_COVERAGE = 2.0


def check_conservation(evidence: Evidence) -> Check:
    r"""Hold the balance against each forecast step and against their sum.

    $$r_t = B_{t+1} - B_t - Q_t, \qquad R_n = \sum_t r_t$$

    Three bounds, each widened by twice the uncertainty of a measured exchange. A meter's error
    may be the same in each step, so uncertainties of a sum add without cancelling.

    References:
        physics.md §3.
    """
    budget = evidence.budget
    if budget.exchange is None or budget.kind == "unknown":
        return not_applicable("conservation", f"No independent budget: {budget.note}")
    first = evidence.observed - 1
    content = budget.content[first:]
    exchange = budget.exchange[first:]
    residual = np.diff(content) - exchange
    doubt = np.zeros_like(residual)
    if budget.uncertainty is not None:
        doubt = _COVERAGE * budget.uncertainty[first:]
    activity = _activity(evidence)
    bounds = (
        _step_bound(evidence, content, residual, doubt, activity),
        *_total_bounds(evidence, content, residual, doubt, activity),
    )
    details = {
        "activity": activity,
        "largest_step": bounds[0].value,
        "largest_total": bounds[1].value,
        "drift": bounds[2].value,
        "largest_observed_step": _observed_share(evidence, activity),
    }
    lawful = (
        f"{_subject(evidence)} is kept: beyond its exchange it changes by at most "
        f"{percent(bounds[0].value)} in a step and {percent(bounds[1].value)} in all."
    )
    return judge("conservation", bounds, lawful, details)


def _activity(evidence: Evidence) -> float:
    """Return A: the energy that an observed step typically moves, never zero."""
    energy, cell = evidence.energy[: evidence.observed], evidence.grid.cell_volume
    floor = _FLOOR_SHARE * float(np.abs(energy[-1]).sum()) * cell
    moved, crossed = 0.0, 0.0
    if evidence.observed > 1:
        steps = np.abs(np.diff(energy, axis=0)).reshape(evidence.observed - 1, -1).sum(axis=1)
        moved = 0.5 * float(np.median(steps)) * cell
        exchange = evidence.budget.exchange
        if exchange is not None:
            crossed = float(np.median(np.abs(exchange[: evidence.observed - 1])))
    return max(moved, crossed, floor, np.finfo(np.float64).tiny)


def _step_bound(
    evidence: Evidence,
    content: Float[np.ndarray, "frame"],
    residual: Float[np.ndarray, "lead"],
    doubt: Float[np.ndarray, "lead"],
    activity: float,
) -> Bound:
    scale = np.maximum(np.abs(content[:-1]), activity)
    value, threshold = np.abs(residual) / scale, _STEP_SHARE + doubt / scale
    worst = int(np.argmin((threshold - value) / threshold))
    rose = residual[worst] > 0
    way, flow = ("rose", "inflow") if rose else ("fell", "outflow")
    note = (
        f"{_subject(evidence)} {way} {percent(float(value[worst]))} in step {worst + 1} "
        f"{_without(evidence, flow)}."
    )
    return Bound(float(value[worst]), float(threshold[worst]), note, strict=True)


def _total_bounds(
    evidence: Evidence,
    content: Float[np.ndarray, "frame"],
    residual: Float[np.ndarray, "lead"],
    doubt: Float[np.ndarray, "lead"],
    activity: float,
) -> tuple[Bound, Bound]:
    total, spread = np.cumsum(residual), np.cumsum(doubt)
    steps = np.arange(1, len(residual) + 1)
    scale = max(abs(float(content[0])), activity)
    whole = _worst(np.abs(total) / scale, _TOTAL_SHARE + spread / scale)
    moved = steps * activity
    drift = _worst(np.abs(total) / moved, _DRIFT_SHARE + spread / moved)
    way, flow = ("gained", "inflow") if total[whole[2]] > 0 else ("lost", "outflow")
    subject = _subject(evidence)
    unexplained = _without(evidence, flow)
    way_drift = "gained" if total[drift[2]] > 0 else "lost"
    return (
        Bound(
            whole[0],
            whole[1],
            f"{subject} {way} {percent(whole[0])} by step {whole[2] + 1} {unexplained}.",
            strict=True,
        ),
        Bound(
            drift[0],
            drift[1],
            f"{subject} {way_drift} {percent(drift[0])} of what a usual step moves, per step up "
            f"to step {drift[2] + 1}, {unexplained}.",
            strict=True,
        ),
    )


def _worst(
    value: Float[np.ndarray, "lead"], threshold: Float[np.ndarray, "lead"]
) -> tuple[float, float, int]:
    at = int(np.argmin((threshold - value) / threshold))
    return float(value[at]), float(threshold[at]), at


def _observed_share(evidence: Evidence, activity: float) -> float:
    """Return the largest step residual of the observed frames themselves, as a share."""
    exchange = evidence.budget.exchange
    if evidence.observed == 1 or exchange is None:
        return 0.0
    content = evidence.budget.content[: evidence.observed]
    residual = np.diff(content) - exchange[: evidence.observed - 1]
    return float((np.abs(residual) / np.maximum(np.abs(content[:-1]), activity)).max())


def _subject(evidence: Evidence) -> str:
    words = evidence.law.balance or "energy"
    return words[0].upper() + words[1:]


def _without(evidence: Evidence, flow: str) -> str:
    exchange = evidence.budget.exchange
    if evidence.budget.kind == "closed" or exchange is None or not exchange.any():
        return f"without an {flow}"
    return f"beyond the {evidence.budget.kind} exchange"
