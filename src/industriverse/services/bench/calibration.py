"""Coverage, interval score and CRPS on the last 30 % of measured sets, beside split conformal."""

from typing import Any

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast import family
from industriverse.services.forecasting.past import prepare

from . import BenchSettings
from ._calibration_case import BLOCK, COVERAGE, TEST_SHARE, CaseScores, score_case
from ._sets import SETS, ReferenceSet, read_set

_ROWS = 10_000
_RANGES = {1: (0.87, 0.93), 5: (0.87, 0.93), 20: (0.86, 0.94)}
_LOWEST_BLOCK = 0.8
_INTERVAL_RATIO = 1.05
_BLEND_RATIO = 1.01

Row = dict[str, Any]


def run(settings: BenchSettings) -> dict[str, Any]:
    """Score every reference set; peers are plain split conformal and each single member.

    The peer is written out here: the `⌈(n + 1)·0.9⌉`-th smallest absolute error before the test
    part, around the same blended forecasts.
    """
    rows: list[Row] = []
    for number, reference in enumerate(SETS):
        settings.progress(reference.name, number / len(SETS))
        rows.append(_score(reference, settings))
    return {
        "metrics": _metrics(rows),
        "peers": {"split conformal": _peer(rows), "best member": _best_member(rows)},
        "ratios": _ratios(rows),
        "rows": rows,
    }


def _score(reference: ReferenceSet, settings: BenchSettings) -> Row:
    """Return one set's row: its last 10 000 samples, the season sought before the test part."""
    values = read_set(reference, settings.data)[-_ROWS:]
    values = values[:, ~np.isnan(values).all(axis=0)]
    states = values.shape[1]
    names, widths = (
        (("field",), (states,)) if reference.is_field else (_names(states), (1,) * states)
    )
    season_rows = len(values) - int(TEST_SHARE * len(values))
    panel = prepare(
        values, names, widths, reference.step_s or None, settings.seed, season_rows=season_rows
    )
    table = values[:, panel.sample]
    members = tuple(m.name for m in family(panel.season, table.shape[1]))
    scores = score_case(table, panel.season, len(names), members)
    head = {"set": reference.name, "rows": len(values), "states": states}
    return {**head, "period": panel.season.period, **_row(scores)}


def _names(count: int) -> tuple[str, ...]:
    return tuple(f"channel {index}" for index in range(count))


def _row(scores: CaseScores) -> Row:
    """Flatten one set's scores into plain numbers; a lead the set is too short for is None."""
    members = {name: value for name, value in scores.crps.items() if name != "blend"}
    best = min(members, key=lambda name: members[name])
    row: Row = {"forecasts": scores.forecasts}
    for lead in _RANGES:
        for label, values in _by_lead(scores).items():
            row[f"{label}_{lead}"] = _at(scores, values, lead)
    return {
        **row,
        "crps_blend": scores.crps["blend"],
        **{f"crps_{name}": value for name, value in members.items()},
        "best_member": best,
        "blend_over_best": scores.crps["blend"] / members[best],
        "blend_over_persistence": scores.crps["blend"] / members["persistence"],
        "worst_block": float(scores.worst_block.min()),
        "worst_block_variable": float(scores.worst_block_variable.min()),
        "split_worst_block": float(scores.split_worst_block.min()),
        "interval_ratio": float(scores.interval_ratio.mean()),
    }


def _by_lead(scores: CaseScores) -> dict[str, Float[np.ndarray, "lead"]]:
    return {
        "coverage": scores.coverage,
        "coverage50": scores.inner_coverage,
        "split_coverage": scores.split_coverage,
        "interval_ratio": scores.interval_ratio,
    }


def _at(scores: CaseScores, values: Float[np.ndarray, "lead"], lead: int) -> float | None:
    """Return the value at a lead, None where the set has no such lead."""
    found = np.flatnonzero(scores.leads == lead)
    return float(values[found[0]]) if len(found) else None


def _in_range(row: Row, prefix: str) -> bool:
    """Tell whether coverage lies in its range at every lead the set has."""
    return all(
        low <= row[f"{prefix}_{lead}"] <= high
        for lead, (low, high) in _RANGES.items()
        if row[f"{prefix}_{lead}"] is not None
    )


def _share(flags: list[bool]) -> float:
    return float(np.mean(flags))


def _median(rows: list[Row], key: str) -> float:
    return float(np.median([row[key] for row in rows]))


def _metrics(rows: list[Row]) -> dict[str, float]:
    """Return the figures that the acceptance names."""
    long = [row for row in rows if row["forecasts"] >= BLOCK]
    return {
        "sets": float(len(rows)),
        "sets_with_a_whole_block": float(len(long)),
        "share_coverage_in_range_of_those": _share([_in_range(row, "coverage") for row in long]),
        "coverage_target": COVERAGE,
        "share_coverage_in_range": _share([_in_range(row, "coverage") for row in rows]),
        "median_worst_block": _median(rows, "worst_block"),
        "median_worst_block_variable": _median(rows, "worst_block_variable"),
        "median_interval_ratio": _median(rows, "interval_ratio"),
        "worst_interval_ratio": max(float(row["interval_ratio"]) for row in rows),
        "share_interval_ratio_ok": _share(
            [row["interval_ratio"] <= _INTERVAL_RATIO for row in rows]
        ),
        "share_blend_near_best": _share([row["blend_over_best"] <= _BLEND_RATIO for row in rows]),
        "share_blend_beats_persistence": _share(
            [row["blend_over_persistence"] < 1.0 for row in rows]
        ),
        "mean_crps_blend": float(np.mean([row["crps_blend"] for row in rows])),
    }


def _peer(rows: list[Row]) -> dict[str, float]:
    """Return what plain split conformal reaches on the same forecasts."""
    return {
        "share_coverage_in_range": _share([_in_range(row, "split_coverage") for row in rows]),
        "median_worst_block": _median(rows, "split_worst_block"),
    }


def _best_member(rows: list[Row]) -> dict[str, float]:
    """Return the mean CRPS of each set's best member in hindsight."""
    return {"mean_crps": float(np.mean([row[f"crps_{row['best_member']}"] for row in rows]))}


def _ratios(rows: list[Row]) -> dict[str, float]:
    return {
        "interval_score_over_split_conformal": _median(rows, "interval_ratio"),
        "crps_over_best_member": _median(rows, "blend_over_best"),
        "crps_over_persistence": _median(rows, "blend_over_persistence"),
        "sets_with_blocks_above_80": _share([row["worst_block"] >= _LOWEST_BLOCK for row in rows]),
    }
