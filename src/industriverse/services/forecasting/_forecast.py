"""One panel's forecast: members on its past, weights and intervals from it, then the future."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.forecast import family
from industriverse.engines.uncertainty import LEVELS, enough_for, spread_of_quantiles
from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import LawFinding

from ._dressing import error_pattern
from ._field import FieldMember, FieldView, lasting, thinned, try_members
from ._laws import NEAREST, seek_laws
from ._network import TrainedNetwork, corrected_member, network_member
from ._panel import Prepared, default_horizon, past_plan, prepare
from ._reliability import gather, judge
from ._result import PanelForecast, PanelReplay
from ._rolling import Plan
from ._trial import BASELINES, BLEND, Trial, TrialSettings, attempt, mean_known

Table = Float[np.ndarray, "time state"]

_NEGLIGIBLE = 0.003
_INNER = 0.5
_MOST_COMPARED = 32
"""Variables on which the baselines get intervals of their own, for the skill beside them."""
_METHOD = (
    "adaptive conformal: quantile trackers over several error scales, averaged by pinball loss"
)


def forecast_observation(  # noqa: PLR0913 (every wish of a caller, by name)
    values: Table,
    *,
    names: Sequence[str],
    widths: Sequence[int],
    horizon: int | None = None,
    coverage: float = 0.9,
    step_s: float | None = None,
    seed: int = 0,
    field: FieldView | None = None,
    seek_law: bool | None = None,
    network: TrainedNetwork | None = None,
) -> PanelForecast:
    """Forecast a panel with calibrated intervals.

    Args:
        values: `(time, state)`. NaN marks a missing reading.
        names: Variables, in the order of the columns.
        widths: Columns of each variable, all the same.
        horizon: Samples ahead; None takes `default_horizon`.
        coverage: Of the outer interval, in (0.5, 0.999].
        step_s: [s]. Between samples, where known; daily and weekly cycles are tried first then.
        seed: Decides which cells of a wide field are scored on the past.
        field: What makes frames of the rows, where they are a field's: laws are sought then.
        seek_law: True also on large grids, False never, None where it takes seconds.
        network: Trained on the domain of a field.

    Raises:
        InputError: The panel cannot be forecast; the sentence says why.
        ContractError: A horizon below 1 or a coverage outside its range.
    """
    _check_request(horizon, coverage)
    panel = prepare(values, names, widths, step_s, seed)
    rows = len(panel.values)
    horizon = horizon or default_horizon(rows, panel.season.period)
    plan, joining = past_plan(rows, horizon), _Joining()
    if field is not None:
        first = int(plan.origins[0]) + 1
        joining = _join(panel, field, network, first, horizon, seek_law=seek_law)
    past = _look_back(panel, plan, joining.members, coverage)
    made = _look_ahead(panel, past, joining.members, horizon, coverage)
    if field is None:
        return made
    replay = _replayed(panel, past, joining.members, horizon, coverage)
    notes = (*made.notes, *joining.notes)
    return replace(made, laws=joining.laws, notes=notes, replay=replay)


@dataclass(frozen=True, slots=True)
class _Joining:
    """Forecasters that see whole frames, what was found on the way, and who cannot join."""

    members: tuple[FieldMember, ...] = ()
    laws: tuple[LawFinding, ...] = ()
    notes: tuple[str, ...] = ()


def _join(
    panel: Prepared,
    view: FieldView,
    network: TrainedNetwork | None,
    rows: int,
    horizon: int,
    *,
    seek_law: bool | None,
) -> _Joining:
    """Seek the laws of a field and ask the network of its domain, seeing its first rows only."""
    sought = seek_laws(panel, view, rows, horizon, asked=seek_law)
    if network is None:
        return _Joining(sought.members, sought.findings)
    members = [*sought.members]
    for equation in sought.members:
        fixed = corrected_member(panel, view, network, equation, rows, horizon)
        if equation.name == NEAREST and fixed and not lasting(fixed, panel.values[:rows], horizon):
            members.append(fixed)
    member = network_member(panel, view, network, rows, horizon)
    reason = member if isinstance(member, str) else lasting(member, panel.values[:rows], horizon)
    if isinstance(member, str) or reason:
        return _Joining(tuple(members), sought.findings, (reason,))
    return _Joining((*members, member), sought.findings)


def _check_request(horizon: int | None, coverage: float) -> None:
    """Refuse a request that has no answer."""
    if horizon is not None and horizon < 1:
        raise ContractError(f"The horizon is {horizon} samples; it must be at least 1.")
    if not 0.5 < coverage <= 0.999:  # noqa: PLR2004 (stated in the sentence)
        raise ContractError(f"The coverage is {coverage}; it must lie above 0.5, up to 0.999.")


def _look_back(
    panel: Prepared, plan: Plan, members: Sequence[FieldMember], coverage: float
) -> Trial:
    """Try the forecasters on the panel's recent past, on the sampled states."""
    values = panel.values[:, panel.sample]
    if members:
        plan = thinned(plan, min(member.origins for member in members))
    settings = TrialSettings(
        warm_up(len(plan.origins)),
        coverage,
        states=panel.values.shape[1],
        compared=_MOST_COMPARED,
    )
    tried = try_members(panel, members, plan)
    return attempt(values, plan, panel.season, len(panel.names), settings, tried)


def warm_up(origins: int) -> int:
    """Return how many outcomes of each lead only teach: a third, 20 to 120; of few a half."""
    return int(np.clip(origins // 3, min(20, max(1, origins // 2)), 120))


def _look_ahead(
    panel: Prepared,
    past: Trial,
    members: Sequence[FieldMember],
    horizon: int,
    coverage: float,
) -> PanelForecast:
    """Fit on everything, forecast from the last row, and set the intervals around the blend."""
    weights = _weights(past, -1, horizon)
    mean, baselines = _blend_ahead(panel, panel.values, members, weights)
    tables = _error_tables(panel.values, past, -1, horizon, coverage)
    record = _Record.of(past, horizon, coverage)
    skills = past.skills()
    reliable, reason = judge(gather(panel.values, past, coverage, skills))
    return PanelForecast(
        mean=mean,
        variance=tables["deviation"] ** 2,
        # The interval always holds its own mean, also where past errors were biased.
        lower=mean + np.minimum(tables["lower"], 0.0),
        upper=mean + np.maximum(tables["upper"], 0.0),
        inner_lower=mean + np.minimum(tables["inner_lower"], 0.0),
        inner_upper=mean + np.maximum(tables["inner_upper"], 0.0),
        baselines=baselines,
        weights=dict(zip(past.rolled.names, weights.mean(axis=(0, 2)).tolist(), strict=True)),
        coverage_target=coverage,
        scores=record.scores,
        coverage=record.coverage,
        inner_coverage=record.inner_coverage,
        skill=skills,
        period=panel.season.period,
        method=_METHOD,
        reliable=reliable,
        reason=reason,
        notes=(*panel.notes, *record.notes(coverage)),
    )


def _replayed(
    panel: Prepared,
    past: Trial,
    members: Sequence[FieldMember],
    horizon: int,
    coverage: float,
) -> PanelReplay | None:
    """Repeat the newest past forecast whose outcome is known whole, on every state."""
    origins = past.rolled.plan.origins
    known = np.flatnonzero(origins + horizon < len(panel.values))
    if not known.size:
        return None
    index = int(known[-1])
    row = int(origins[index])
    seen = panel.values[: row + 1]
    mean, _ = _blend_ahead(panel, seen, members, _weights(past, index, horizon))
    tables = _error_tables(seen, past, index, horizon, coverage)
    return PanelReplay(
        row=row - len(panel.values),
        mean=mean,
        truth=panel.values[row + 1 : row + 1 + horizon],
        lower=mean + np.minimum(tables["lower"], 0.0),
        upper=mean + np.maximum(tables["upper"], 0.0),
    )


def _weights(past: Trial, index: int, horizon: int) -> Float[np.ndarray, "every member variable"]:
    """Return the blend's weights at an origin, −1 for the present, for every lead."""
    leads = past.rolled.plan.leads
    return over_leads(past.rolled.weights[index].swapaxes(0, 1), leads, horizon)


def _blend_ahead(
    panel: Prepared,
    seen: Table,
    members: Sequence[FieldMember],
    weights: Float[np.ndarray, "lead member variable"],
) -> tuple[Float[np.ndarray, "lead state"], dict[str, Float[np.ndarray, "lead state"]]]:
    """Return the blend and the baselines after rows; members without weight are skipped."""
    horizon, _, variables = weights.shape
    last = np.array([len(seen) - 1])
    kept = np.where(weights.max(axis=(0, 2), keepdims=True) > _NEGLIGIBLE, weights, 0.0)
    kept = kept / kept.sum(axis=1, keepdims=True)
    states = seen.shape[1]
    mean = np.zeros((horizon, states))
    baselines: dict[str, np.ndarray] = {}
    own = family(panel.season, states)
    for index, member in enumerate((*own, *members)):
        if not kept[:, index].any() and member.name not in BASELINES:
            continue
        if isinstance(member, FieldMember):
            path = member.whole_path(seen, horizon, variables)
        else:
            path = member.fit(seen).forecast(seen, last, horizon)[0]
        mean += np.repeat(kept[:, index], states // variables, axis=1) * path
        if member.name in BASELINES:
            baselines[member.name] = path
    return mean, baselines


def _error_tables(
    seen: Table, past: Trial, index: int, horizon: int, coverage: float
) -> dict[str, Float[np.ndarray, "lead state"]]:
    """Return the ends of both intervals at an origin and the deviation, from the mean."""
    leads, variables = past.rolled.plan.leads, past.rolled.variables
    pattern = error_pattern(seen, leads, variables)
    cells = seen.shape[1] // variables
    lower, upper = past.ends(coverage)[:, index]
    inner_lower, inner_upper = past.ends(_INNER)[:, index]
    scoring = past.quantiles[BLEND][index][np.isin(past.levels, LEVELS)]
    tables = {
        "lower": lower,
        "upper": upper,
        "inner_lower": inner_lower,
        "inner_upper": inner_upper,
        "deviation": np.sqrt(spread_of_quantiles(scoring)),
    }
    reach = over_leads(pattern, leads, horizon)
    return {
        name: np.repeat(over_leads(table, leads, horizon), cells, axis=1) * reach
        for name, table in tables.items()
    }


def over_leads(
    table: Float[np.ndarray, "lead *rest"], leads: Int[np.ndarray, "lead"], horizon: int
) -> Float[np.ndarray, "every *rest"]:
    """Return `(horizon, …)`: straight lines between the scored leads."""
    if len(leads) == horizon:
        return table
    every = np.arange(1, horizon + 1)
    right = np.searchsorted(leads, every)
    left = np.maximum(right - 1, 0)
    gap = np.maximum(leads[right] - leads[left], 1)
    share = np.where(right > left, (every - leads[left]) / gap, 1.0)
    share = share.reshape(-1, *[1] * (table.ndim - 1))
    return (1 - share) * table[left] + share * table[right]


@dataclass(frozen=True, slots=True)
class _Record:
    """How past forecasts fared, for every lead; between scored leads the nearest one stands."""

    scores: tuple[int, ...]
    coverage: tuple[float, ...]
    inner_coverage: tuple[float, ...]

    @classmethod
    def of(cls, past: Trial, horizon: int, coverage: float) -> "_Record":
        """Count the scored forecasts and the truths inside their intervals."""
        leads = past.rolled.plan.leads
        nearest = np.abs(leads - np.arange(1, horizon + 1)[:, None]).argmin(axis=1)
        known = np.isfinite(past.errors(BLEND)).all(axis=-1)
        counts = known.sum(axis=0).min(axis=1)[nearest]
        outer, inner = (
            mean_known(past.inside(share).transpose(0, 2, 1).reshape(-1, len(leads)))[nearest]
            for share in (coverage, _INNER)
        )
        return cls(tuple(counts.tolist()), tuple(outer.tolist()), tuple(inner.tolist()))

    def notes(self, coverage: float) -> list[str]:
        """Say from which lead on the ranks do not reach the wanted level."""
        short = [h for h, n in enumerate(self.scores, 1) if not enough_for(n, coverage)]
        if not short:
            return []
        return [
            f"From lead {short[0]} on at most {self.scores[short[0] - 1]} past forecasts could be"
            f" scored, too few for {coverage:.0%} by ranks: the interval rests on Student's t."
        ]
