"""A trial on the past: members rolled, blended and dressed, and how their intervals fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.forecast import Season, family
from industriverse.engines.uncertainty import LEVELS, crps_of_quantiles, interval_score

from ._dressing import Ground, dress, survey
from ._rolling import Plan, Rolled, Tried, roll

Table = Float[np.ndarray, "time state"]

BLEND = "blend"
BASELINES = ("persistence", "seasonal_naive", "climatology")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a panel's past says about its forecasters; arrays over the scored leads.

    Attributes:
        rolled: Every member's forecasts, the truth and the blend.
        ground: What dressing shares.
        levels: `(level,)`. Tracked quantile levels of the blend; other forecasters have `LEVELS`.
        quantiles: Forecaster to `(next, level, lead, variable)`: quantiles of its error over the
            pattern at each origin and the next; NaN where none was issued.
        compared: `(variable,)`. Those for which other forecasters than the blend have quantiles.
    """

    rolled: Rolled
    ground: Ground
    levels: Float[np.ndarray, "level"]
    quantiles: Mapping[str, Float[np.ndarray, "next _ lead _"]]
    compared: Int[np.ndarray, "compared"]

    def errors(self, name: str) -> Float[np.ndarray, "origin lead variable cell"]:
        """Return truth less forecast, over the pattern."""
        return self.ground.over_pattern(self.rolled.truth - self.rolled.centres(name))

    def ends(self, share: float) -> Float[np.ndarray, "2 next lead variable"]:
        """Return both ends of the blend's central interval, as errors over the pattern."""
        wanted = [0.5 - share / 2, 0.5 + share / 2]
        picked = [int(np.argmin(np.abs(self.levels - level))) for level in wanted]
        return self.quantiles[BLEND][:, picked].swapaxes(0, 1)

    def inside(self, share: float) -> Float[np.ndarray, "origin lead variable"]:
        """Return the share of a frame's cells inside an issued interval; NaN where none was."""
        low, high = self.ends(share)[:, :-1, ..., None]
        error = self.errors(BLEND)
        usable = np.isfinite(error) & np.isfinite(low)
        held = np.where(usable, (error >= low) & (error <= high), np.nan)
        return np.where(usable.any(axis=-1), _mean(held, axis=-1), np.nan)

    def interval_scores(self, share: float) -> Float[np.ndarray, "origin lead variable"]:
        """Return the interval score of the blend, over the pattern; NaN where none was issued."""
        low, high = self.ends(share)[:, :-1, ..., None]
        error = self.errors(BLEND)
        return _mean(interval_score(error, low + 0 * error, high + 0 * error, share), axis=-1)

    def crps(self, name: str) -> Float[np.ndarray, "origin lead variable"]:
        """Return the score of each issued forecast, over the pattern; NaN where none was issued.

        Of the compared variables only, but for the blend.
        """
        everything = np.arange(self.rolled.variables)
        return self._scores(name, everything if name == BLEND else self.compared)

    def _scores(
        self, name: str, variables: Int[np.ndarray, "part"]
    ) -> Float[np.ndarray, "origin lead part"]:
        """Return the scores of some variables that the forecaster has quantiles for."""
        levels = self.levels if name == BLEND else LEVELS
        held = self.quantiles[name][:-1, np.isin(levels, LEVELS)].swapaxes(0, 1)
        issued = held[..., variables] if name == BLEND else held
        error = self.errors(name)[:, :, variables]
        spread = np.broadcast_to(issued[..., None], (len(LEVELS), *error.shape))
        return _mean(crps_of_quantiles(error, spread), axis=-1)

    def skills(self) -> dict[str, float]:
        """Return `1 − CRPS/CRPS_baseline` by baseline: leads summed, then the mean over variables.

        A variable without a score, or with a perfect baseline, is left out.
        """
        blend = mean_known(self._scores(BLEND, self.compared))
        skill: dict[str, float] = {}
        for name in (n for n in self.quantiles if n != BLEND):
            baseline = mean_known(self.crps(name))
            both = np.isfinite(blend) & np.isfinite(baseline)
            ours, theirs = (np.where(both, table, 0.0).sum(axis=0) for table in (blend, baseline))
            scored = theirs > 0
            if scored.any():
                skill[name] = float(np.mean(1.0 - ours[scored] / theirs[scored]))
        return skill


def attempt(
    values: Table,
    plan: Plan,
    season: Season,
    variables: int,
    settings: "TrialSettings",
    tried: Sequence[Tried] = (),
) -> Trial:
    """Roll, blend and dress a panel's past.

    Args:
        values: `(time, state)`. Every variable has the same number of states.
        plan: Origins, leads, refits.
        season: The panel's cycles, found before the first origin or in the whole past.
        variables: Variables in the table.
        settings: What to dress, and how.
        tried: What forecasters that see more than the table forecast from the plan's origins.
    """
    members = family(season, settings.states or values.shape[1])
    rolled = roll(values, members, plan, variables, tried)
    ground = survey(values, plan, season.period, variables)
    levels = interval_levels(settings.coverage)
    warm = settings.warm
    quantiles = {BLEND: dress(ground, rolled.truth, rolled.blend, warm, levels)}
    compared = _compared(variables, settings.compared)
    dressed = [name for name in settings.dressed if name in rolled.names]
    quantiles |= _dress_together(ground.of(compared), rolled, dressed, compared, warm)
    return Trial(rolled, ground, levels, quantiles, compared)


def _dress_together(
    ground: Ground,
    rolled: Rolled,
    names: Sequence[str],
    compared: Int[np.ndarray, "compared"],
    warm: int,
) -> dict[str, Float[np.ndarray, "next level lead compared"]]:
    """Dress several forecasters in one go, as if each were more variables of one table."""
    if not names:
        return {}
    truth = _columns(rolled.truth, compared, rolled.variables)
    centres = [_columns(rolled.centres(name), compared, rolled.variables) for name in names]
    copies = len(names)
    together = dress(
        ground.repeated(copies),
        np.concatenate([truth] * copies, axis=-1),
        np.concatenate(centres, axis=-1),
        warm,
    )
    return dict(zip(names, np.split(together, copies, axis=-1), strict=True))


def _compared(variables: int, most: int) -> Int[np.ndarray, "variable"]:
    """Return all variables, or some of many, evenly spread."""
    if most <= 0 or variables <= most:
        return np.arange(variables)
    return np.linspace(0, variables - 1, most).astype(int)


def _columns(
    table: Float[np.ndarray, "origin lead state"],
    compared: Int[np.ndarray, "variable"],
    variables: int,
) -> Float[np.ndarray, "origin lead part"]:
    """Return the states of some variables."""
    if len(compared) == variables:
        return table
    split = table.reshape(*table.shape[:2], variables, -1)
    return split[:, :, compared].reshape(*table.shape[:2], -1)


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """What a trial dresses, and how.

    Attributes:
        warm: Outcomes of each lead that are only learned from.
        coverage: Of the outer interval.
        dressed: Members that get quantiles of their own, for scores beside the blend's.
        states: Columns of the whole panel where only some are tried; 0 for those of the table.
        compared: Variables for which they get them, at most; 0 for all.
    """

    warm: int
    coverage: float = 0.9
    dressed: Sequence[str] = BASELINES
    states: int = 0
    compared: int = 0


def interval_levels(coverage: float) -> Float[np.ndarray, "level"]:
    """Return the levels to track: those for scoring and the ends of the outer interval.

    Examples:
        >>> len(interval_levels(0.9)), len(interval_levels(0.8))
        (10, 12)
    """
    ends = np.round([0.5 - coverage / 2, 0.5 + coverage / 2], 9)
    return np.union1d(LEVELS, ends[np.abs(ends[:, None] - LEVELS).min(axis=1) > 1e-9])  # noqa: PLR2004


def mean_known(table: Float[np.ndarray, "origin *rest"]) -> Float[np.ndarray, "*rest"]:
    """Return the mean over origins of what is known; NaN where nothing is."""
    return _mean(table, axis=0)


def _mean(table: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean of what is known along an axis; NaN where nothing is."""
    known = np.isfinite(table)
    count = known.sum(axis=axis)
    total = np.where(known, table, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
