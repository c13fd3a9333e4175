"""Continuity and smoothness: no jump in time, no cliff in space."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.proofs import Check
from industriverse.physics import gradient_magnitude

from ._bounds import lead_bounds
from ._course import course_bound
from ._evidence import Evidence
from ._frames import filled, flat
from ._verdicts import Bound, judge, not_applicable, percent

_MARGIN = 2.0
_STILL = 1e-6
_PERCENTILE = 99.9
_GROWTH_FLOOR = 0.1
_LARGEST = 1e12
_MOST_GROWTH = 12.0
_ROUNDING = 1e-12
_CACHED = 1 << 16


def check_continuity(evidence: Evidence) -> Check:
    r"""Hold each step's change against the observed ones, the first forecast step included.

    $$\|e_{t+1} - e_t\| / \|e_t - \langle e \rangle\|$$

    Energy forgets the sign of a signal, so its samples must keep their course as well.

    References:
        physics.md §3.
    """
    ratios = _step_ratios(evidence)
    seen, made = ratios[: evidence.observed - 1], ratios[evidence.observed - 1 :]
    if evidence.continuity_bound is not None:
        threshold = evidence.continuity_bound
    elif len(seen):
        threshold = max(_MARGIN * float(seen.max()), _STILL)
    else:
        return not_applicable(
            "continuity", "One observed frame does not tell how much a step may change."
        )
    worst = int(np.argmax(made))
    place = "from the last observed to the first forecast frame" if worst == 0 else "in it"
    note = (
        f"The map moved by {percent(float(made[worst]))} of its own contrast in step {worst + 1}, "
        f"{place}; lawful is {percent(threshold)}."
    )
    lawful = f"No step moves the map by more than {percent(float(made[worst]))} of its contrast."
    details = {"largest_observed": float(seen.max()) if len(seen) else 0.0, "step": worst + 1.0}
    bounds = [Bound(float(made[worst]), threshold, note), *course_bound(evidence)]
    return judge("continuity", bounds, lawful, details)


def _step_ratios(evidence: Evidence) -> Float[np.ndarray, "step"]:
    cells = flat(evidence.energy, evidence.valid)
    moved = np.linalg.norm(np.diff(cells, axis=0), axis=1)
    contrast = np.linalg.norm(cells - cells.mean(axis=1, keepdims=True), axis=1)[:-1]
    # A uniform map has no contrast: its own size, to rounding, stands in.
    rounding = _STILL * np.linalg.norm(cells, axis=1)[:-1]
    scale = np.maximum(np.maximum(contrast, rounding), np.finfo(np.float64).tiny)
    # Out of nothing anything is infinitely much: beyond the largest ratio none is told apart.
    return moved / np.maximum(scale, moved / _LARGEST)


def check_smoothness(evidence: Evidence) -> Check:
    """Hold the steepest gradients against the domain's bound, or against the observed ones.

    The statistic is the 99.9th percentile of ‖∇T‖ where there is a temperature, else of ‖∇e‖/⟨e⟩.
    Without a bound from training it may exceed the steepest observed frame by the growth seen
    between observed frames that far apart, and by 26 % in any case.

    References:
        physics.md §2 and §3.
    """
    bound, observed = evidence.law.smoothness_bound, evidence.observed
    if bound is None and observed < 2:  # noqa: PLR2004 (a pair)
        return not_applicable(
            "smoothness", "One observed frame does not tell how steep the field may become."
        )
    steepness, unit = _steepness(evidence, real=bound is None)
    seen, made = steepness[:observed], steepness[observed:]
    limits = np.full(len(made), bound)
    if bound is None:
        limits = _limits(seen, _rounding(evidence), evidence)
    worst = int(np.argmax(made / limits))
    note = (
        f"The steepest gradients reach {made[worst]:.4g} {unit} in step {worst + 1}; "
        f"lawful is {limits[worst]:.4g}."
    )
    lawful = f"The steepest gradients stay at {made[worst]:.4g} {unit}."
    tight = Bound(float(made[worst]), float(limits[worst]), note)
    return judge("smoothness", [tight], lawful, {"largest_observed": float(seen.max())})


def _steepness(evidence: Evidence, *, real: bool) -> tuple[Float[np.ndarray, "frame"], str]:
    length = evidence.grid.units[0] if len(set(evidence.grid.units)) == 1 else "cell"
    if real and evidence.temperature is not None:
        field, unit = evidence.temperature, f"K/{length}"
        scale = np.ones(len(field))
    else:
        field, unit = evidence.energy, f"of the mean per {length}"
        scale = flat(field, evidence.valid).mean(axis=1)
    whole = filled(field, evidence.valid)
    # Large frames one by one: one frame and its slopes fit the processor's cache, all do not.
    many = max(1, _CACHED // evidence.grid.cells)
    parts = [_top(whole[i : i + many], evidence) for i in range(0, len(whole), many)]
    return np.concatenate(parts) / np.maximum(scale, np.finfo(np.float64).tiny), unit


def _top(
    frames: Float[np.ndarray, "frame *space"], evidence: Evidence
) -> Float[np.ndarray, "frame"]:
    slope = gradient_magnitude(frames, evidence.grid)
    return np.percentile(flat(slope, evidence.valid), _PERCENTILE, axis=1)


def _rounding(evidence: Evidence) -> float:
    """Return the steepness that rounding alone may give a uniform field."""
    step = min(evidence.grid.spacing)
    if evidence.temperature is None:
        return _ROUNDING / step
    return _ROUNDING * float(np.abs(evidence.temperature[: evidence.observed]).max()) / step


def _limits(
    seen: Float[np.ndarray, "frame"], rounding: float, evidence: Evidence
) -> Float[np.ndarray, "lead"]:
    floor = max(rounding, np.finfo(np.float64).tiny)
    logs = np.log10(np.maximum(seen, floor))
    pairs = [np.maximum(logs[lead:] - logs[:-lead], 0.0) for lead in range(1, len(logs))]
    growth = np.maximum(_GROWTH_FLOOR, lead_bounds(pairs, evidence.leads, evidence.overlap))
    return max(float(seen.max()), floor) * 10.0 ** np.minimum(growth, _MOST_GROWTH)
