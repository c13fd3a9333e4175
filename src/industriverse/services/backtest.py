"""Backtest: rolling origins on the user's own data, never seeing the future."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import ContractError

from .forecasting import default_horizon
from .forecasting.past import (
    BLEND,
    Plan,
    Prepared,
    Trial,
    TrialSettings,
    attempt,
    mean_known,
    prepare,
    scored_leads,
)

Table = Float[np.ndarray, "time state"]

_INNER = 0.5
_FEWEST_WARM = 20
_FEWEST_SCORED = 5
_REFITS = 6
_OLDEST = 0.4


@dataclass(frozen=True, slots=True)
class LeadScore:
    """How forecasts of one variable fared at one lead.

    Attributes:
        variable: Its name.
        lead: Samples ahead.
        scores: Forecasts that were issued with an interval and met a truth.
        coverage: Share of truths inside the outer interval.
        inner_coverage: Share inside the 50 % interval.
        crps: Mean score of the blend, in the variable's unit (over a field: times its pattern).
        interval_score: Mean score of the outer interval, in the same unit.
        skill: `1 − CRPS/CRPS_baseline`, by baseline.
    """

    variable: str
    lead: int
    scores: int
    coverage: float
    inner_coverage: float
    crps: float
    interval_score: float
    skill: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What rolling origins on a panel's own past say.

    Attributes:
        rows: One entry per variable and scored lead; only those with an issued, met forecast.
        origins: Rows of the origins that issued intervals.
        horizon: Samples ahead.
        coverage_target: Of the outer interval.
        weights: Member to its mean weight over those origins, leads and variables.
        skill: Mean skill against each baseline, over `rows`.
        period: Samples per cycle found before the first origin, 0 without.
        notes: What a reader should know.
    """

    rows: tuple[LeadScore, ...]
    origins: tuple[int, ...]
    horizon: int
    coverage_target: float
    weights: Mapping[str, float]
    skill: Mapping[str, float]
    period: int
    notes: tuple[str, ...]


def run_backtest(  # noqa: PLR0913 (every wish of a caller, by name)
    values: Table,
    *,
    names: Sequence[str],
    widths: Sequence[int],
    horizon: int | None = None,
    origins: int = 100,
    coverage: float = 0.9,
    step_s: float | None = None,
    seed: int = 0,
) -> BacktestReport:
    """Forecast from rolling origins with what was known at each, and score what then happened.

    Members are fitted on the rows before each of six stretches of origins; weights and intervals
    learn from outcomes that had come in. The season is sought before the first origin only.

    Args:
        values: `(time, state)`. NaN marks a missing reading.
        names: Variables, in the order of the columns.
        widths: Columns of each variable, all the same.
        horizon: Samples ahead; None takes `default_horizon`.
        origins: Origins to score; fewer where the data are short.
        coverage: Of the outer interval, in (0.5, 0.999].
        step_s: [s]. Between samples, where known.
        seed: Decides which cells of a wide field are scored.

    Raises:
        InputError: The panel cannot be forecast.
        ContractError: A horizon or a number of origins below 1, or data too short to backtest.
    """
    if origins < 1 or (horizon is not None and horizon < 1):
        raise ContractError(f"A backtest of {origins} origins and horizon {horizon} is empty.")
    seen = int(_OLDEST * len(values))
    panel = prepare(values, names, widths, step_s, seed, season_rows=seen)
    horizon = horizon or default_horizon(len(values), panel.season.period)
    plan, warm = _plan(len(panel.values), horizon, origins)
    settings = TrialSettings(warm, coverage, states=values.shape[1])
    past = attempt(panel.values[:, panel.sample], plan, panel.season, len(names), settings)
    return _report(panel, past, horizon, coverage, len(values) - len(panel.values))


def _plan(rows: int, horizon: int, origins: int) -> tuple[Plan, int]:
    """Return origins over the last six tenths, and how many of their outcomes only teach."""
    first = max(2, int(_OLDEST * rows))
    available = rows - 1 - first
    warm = max(_FEWEST_WARM, min(origins // 2, 120))
    if available < warm + _FEWEST_SCORED:
        raise ContractError(
            f"The data have {rows} samples; a backtest needs at least"
            f" {int((warm + _FEWEST_SCORED + 2) / (1 - _OLDEST)) + 1}.",
            hint="Send a longer history.",
        )
    stride = max(1, available // (warm + origins))
    count = min(available // stride, warm + origins)
    positions = rows - 1 - stride * np.arange(count, 0, -1)
    refits = tuple(range(0, count, max(1, -(-count // _REFITS))))
    return Plan(positions, scored_leads(horizon), refits, stride), warm


def _report(
    panel: Prepared, past: Trial, horizon: int, coverage: float, skipped: int
) -> BacktestReport:
    """Put the scores of a trial into words and numbers."""
    rows = _lead_scores(panel, past, coverage)
    if not rows:
        raise ContractError(
            f"No forecast of horizon {horizon} met a truth; the data are too short or too gappy.",
            hint="Send a longer history.",
        )
    issued = np.isfinite(past.inside(coverage)).any(axis=(1, 2))
    weights = past.rolled.weights[:-1][issued].mean(axis=(0, 2, 3))
    baselines = sorted({name for row in rows for name in row.skill})
    skill = {
        name: float(np.mean([row.skill[name] for row in rows if name in row.skill]))
        for name in baselines
    }
    return BacktestReport(
        rows=rows,
        origins=tuple((past.rolled.plan.origins[issued] + skipped).tolist()),
        horizon=horizon,
        coverage_target=coverage,
        weights=dict(zip(past.rolled.names, weights.tolist(), strict=True)),
        skill=skill,
        period=panel.season.period,
        notes=panel.notes,
    )


def _lead_scores(panel: Prepared, past: Trial, coverage: float) -> tuple[LeadScore, ...]:
    """Return the scores of each variable and lead that has any."""
    outer, inner = past.inside(coverage), past.inside(_INNER)
    width = past.interval_scores(coverage)
    crps = {name: past.crps(name) for name in past.quantiles}
    leads: Int[np.ndarray, "lead"] = past.rolled.plan.leads
    rows: list[LeadScore] = []
    for variable, name in enumerate(panel.names):
        for index, lead in enumerate(leads.tolist()):
            at = np.s_[:, index, variable]
            count = int(np.isfinite(outer[at]).sum())
            if count == 0:
                continue
            means = {key: float(mean_known(table[at])) for key, table in crps.items()}
            skill = {
                key: 1.0 - means[BLEND] / value
                for key, value in means.items()
                if key != BLEND and value > 0
            }
            rows.append(
                LeadScore(
                    variable=name,
                    lead=lead,
                    scores=count,
                    coverage=float(mean_known(outer[at])),
                    inner_coverage=float(mean_known(inner[at])),
                    crps=means[BLEND],
                    interval_score=float(mean_known(width[at])),
                    skill=skill,
                )
            )
    return tuple(rows)
