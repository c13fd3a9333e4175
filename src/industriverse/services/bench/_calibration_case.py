"""One reference set of the calibration benchmark: the last 30 % forecast as they come."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.engines.forecast import Season
from industriverse.engines.uncertainty import frame_radius, interval_score
from industriverse.services.forecasting.past import (
    BLEND,
    Plan,
    Trial,
    TrialSettings,
    attempt,
    mean_known,
)

Table = Float[np.ndarray, "time state"]

COVERAGE = 0.9
BLOCK = 250
LEADS = np.array([1, 5, 20])
TEST_SHARE = 0.3
_MOST_TAUGHT = 1200
_STRETCHES = 8


@dataclass(frozen=True, slots=True)
class CaseScores:
    """What one set says; arrays run over the leads that its length allows.

    Attributes:
        leads: `(lead,)`. Those of 1, 5, 20 that fit twice into the test part.
        forecasts: Origins in the test part.
        coverage, inner_coverage: `(lead,)`. Share of truths inside, over all variables.
        split_coverage: `(lead,)`. The same for plain split conformal.
        worst_block: `(lead,)`. Lowest coverage over blocks of 250 origins, variables together.
        worst_block_variable: `(lead,)`. The same for the worst single variable.
        split_worst_block: `(lead,)`. `worst_block` of plain split conformal.
        interval_ratio: `(lead,)`. Interval score over plain split conformal's, same forecasts.
        crps: Forecaster to mean CRPS over persistence's mean absolute error.
    """

    leads: Int[np.ndarray, "lead"]
    forecasts: int
    coverage: Float[np.ndarray, "lead"]
    inner_coverage: Float[np.ndarray, "lead"]
    split_coverage: Float[np.ndarray, "lead"]
    worst_block: Float[np.ndarray, "lead"]
    worst_block_variable: Float[np.ndarray, "lead"]
    split_worst_block: Float[np.ndarray, "lead"]
    interval_ratio: Float[np.ndarray, "lead"]
    crps: dict[str, float]


def score_case(
    values: Table, season: Season, variables: int, members: tuple[str, ...]
) -> CaseScores:
    """Forecast the last 30 % of a panel from every origin, learning only from what had come in.

    Args:
        values: `(time, state)`.
        season: Found before the last 30 %.
        variables: Variables in the table.
        members: Members to dress and score beside the blend.
    """
    plan, first, warm = split_plan(len(values))
    past = attempt(values, plan, season, variables, TrialSettings(warm, COVERAGE, members))
    inside = past.inside(COVERAGE)[first:]
    split_inside, split_score = _split(past, first)
    unit = _unit(past, first)
    ours = mean_known(past.interval_scores(COVERAGE)[first:]) / unit
    peer = mean_known(split_score) / unit
    crps = {name: past.crps(name)[first:] for name in past.quantiles}
    return CaseScores(
        leads=plan.leads,
        forecasts=len(inside),
        coverage=_over_all(inside),
        inner_coverage=_over_all(past.inside(0.5)[first:]),
        split_coverage=_over_all(split_inside),
        worst_block=_worst_block(mean_known(inside.transpose(2, 0, 1))[..., None]),
        worst_block_variable=_worst_block(inside),
        split_worst_block=_worst_block(mean_known(split_inside.transpose(2, 0, 1))[..., None]),
        interval_ratio=ours.mean(axis=1) / peer.mean(axis=1),
        crps={name: float((mean_known(table) / unit).mean()) for name, table in crps.items()},
    )


def split_plan(rows: int) -> tuple[Plan, int, int]:
    """Return every origin from before the test part on, the first test origin, and the warm-up.

    The origins before it, up to 1200 or two fifths of what precedes, teach weights and intervals.
    """
    start = rows - int(TEST_SHARE * rows)
    taught = max(4, min(_MOST_TAUGHT, int(0.4 * start)))
    origins = np.arange(start - 1 - taught, rows - 1)
    leads = LEADS[max(rows - start, 2) >= 2 * LEADS]
    stretch = max(1, -(-(len(origins) - taught) // _STRETCHES))
    refits = (0, *range(taught, len(origins), stretch))
    return Plan(origins, leads, refits, 1), taught, max(2, taught // 2)


def _over_all(inside: Float[np.ndarray, "origin lead variable"]) -> Float[np.ndarray, "lead"]:
    """Return the mean over origins and variables."""
    return mean_known(inside.transpose(0, 2, 1).reshape(-1, inside.shape[1]))


def _unit(past: Trial, first: int) -> Float[np.ndarray, "lead variable"]:
    """Return persistence's mean absolute error over the test part, the unit of every score."""
    sizes = np.abs(past.errors("persistence")[first:]).mean(axis=-1)
    return np.maximum(mean_known(sizes), 1e-300)


def _worst_block(inside: Float[np.ndarray, "origin lead variable"]) -> Float[np.ndarray, "lead"]:
    """Return the lowest mean over blocks of 250 origins and over variables; tails are left."""
    starts = range(0, max(1, len(inside) - BLOCK + 1), BLOCK)
    blocks = [mean_known(inside[start : start + BLOCK]) for start in starts]
    return np.nanmin(np.stack(blocks), axis=(0, 2))


def _split(
    past: Trial, first: int
) -> tuple[Float[np.ndarray, "origin lead variable"], Float[np.ndarray, "origin lead variable"]]:
    """Return inside and interval score of plain split conformal around the same blend.

    Its radius is the finite-sample quantile of the absolute errors known before the test part; for
    fields by frames, over the same pattern.
    """
    error = past.errors(BLEND)
    radius = np.empty(error.shape[1:3])
    for lead, delay in enumerate(past.rolled.plan.delays):
        sizes = np.abs(error[: first + 1 - delay, lead])
        for variable in range(error.shape[2]):
            known = _complete(sizes[:, variable])
            radius[lead, variable] = frame_radius(sizes[known, variable], COVERAGE)
    test = error[first:]
    reach = radius[None, ..., None] + 0 * test
    held = np.where(np.isfinite(test), np.abs(test) <= reach, np.nan).mean(axis=-1)
    return held, interval_score(test, -reach, reach, COVERAGE).mean(axis=-1)


def _complete(sizes: Float[np.ndarray, "origin cell"]) -> Bool[np.ndarray, "origin"]:
    """Tell which frames are known."""
    return np.asarray(np.isfinite(sizes).all(axis=-1))
