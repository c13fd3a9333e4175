"""Dressing: from point forecasts at past origins to calibrated quantiles at each of them."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.forecast import centre, fill_forward
from industriverse.engines.uncertainty import (
    LEVELS,
    Stream,
    adaptive_quantiles,
    scales,
    seasonal_guide,
)

from ._rolling import Plan

Table = Float[np.ndarray, "time state"]

_BINS = 24
_RECENT = 12
_SHORT, _MIDDLE, _LONG = 15.0, 80.0, 250.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What every forecaster of one panel shares when it is dressed.

    Attributes:
        plan: Origins and leads.
        present: The origin after the last: where the product stands now.
        roughness: `(next, variable)`. Recent mean step at each origin, above zero.
        pattern: `(lead, state)`. Relative size of errors over a variable's states; mean 1.
        period: Samples per cycle, 0 without.
        variables: Variables in the table.
    """

    plan: Plan
    present: int
    roughness: Float[np.ndarray, "next variable"]
    pattern: Float[np.ndarray, "lead state"]
    period: int
    variables: int

    @property
    def standing(self) -> Int[np.ndarray, "next"]:
        """`(next,)`. All origins, the present one last."""
        return np.append(self.plan.origins, self.present)

    def of(self, some: Int[np.ndarray, "variable"]) -> "Ground":
        """Return the ground of some of the variables."""
        leads = len(self.pattern)
        pattern = self.pattern.reshape(leads, self.variables, -1)[:, some].reshape(leads, -1)
        return replace(
            self, roughness=self.roughness[:, some], pattern=pattern, variables=len(some)
        )

    def repeated(self, copies: int) -> "Ground":
        """Return the ground of a table that holds the same variables several times."""
        return replace(
            self,
            roughness=np.tile(self.roughness, (1, copies)),
            pattern=np.tile(self.pattern, (1, copies)),
            variables=copies * self.variables,
        )

    def over_pattern(
        self, errors: Float[np.ndarray, "origin lead state"]
    ) -> Float[np.ndarray, "origin lead variable cell"]:
        """Return errors over the pattern, by variable and cell."""
        scaled = errors / self.pattern
        return scaled.reshape(*scaled.shape[:2], self.variables, -1)


def survey(values: Table, plan: Plan, period: int, variables: int) -> Ground:
    """Measure what dressing needs from a panel, causally.

    Args:
        values: `(time, state)`. NaN is missing.
        plan: Origins and leads.
        period: Samples per cycle, 0 without.
        variables: Variables in the table.
    """
    present = int(plan.origins[-1]) + plan.stride
    history = values[: plan.origins[0] + 1]
    filled = fill_forward(values, centre(history))
    standing = np.minimum(np.append(plan.origins, present), len(values) - 1)
    pattern = error_pattern(filled[: plan.origins[0] + 1], plan.leads, variables)
    return Ground(
        plan, present, _roughness(filled, standing, variables), pattern, period, variables
    )


def _roughness(
    filled: Table, standing: Int[np.ndarray, "next"], variables: int
) -> Float[np.ndarray, "next variable"]:
    """Return the mean step over the last twelve rows, plus a quarter of its long-run mean."""
    steps = np.abs(np.diff(filled, axis=0, prepend=filled[:1]))
    steps = steps.reshape(len(steps), variables, -1).mean(axis=-1)
    total = np.concatenate([np.zeros((1, variables)), np.cumsum(steps, axis=0)])
    first = np.maximum(standing + 1 - _RECENT, 0)
    recent = (total[standing + 1] - total[first]) / (standing + 1 - first)[:, None]
    long_run = total[standing + 1] / (standing + 1)[:, None]
    return recent + 0.25 * long_run + 1e-300


def error_pattern(
    filled: Table, leads: Int[np.ndarray, "lead"], variables: int
) -> Float[np.ndarray, "lead state"]:
    """Return the relative size of `lead`-step changes over each variable's states, mean 1."""
    cells = filled.shape[1] // variables
    pattern = np.ones((len(leads), variables, cells))
    for index, lead in enumerate(leads):
        if cells == 1 or lead >= len(filled):
            pattern[index] = pattern[max(index - 1, 0)]
            continue
        change = np.abs(filled[lead:] - filled[:-lead]).mean(axis=0).reshape(variables, cells)
        typical = change.mean(axis=1, keepdims=True)
        pattern[index] = np.where(
            typical > 0, 0.1 + 0.9 * change / np.maximum(typical, 1e-300), 1.0
        )
    return pattern.reshape(len(leads), -1)


def dress(
    ground: Ground,
    truth: Float[np.ndarray, "origin lead state"],
    centres: Float[np.ndarray, "origin lead state"],
    warm: int,
    levels: Float[np.ndarray, "level"] = LEVELS,
) -> Float[np.ndarray, "next level lead variable"]:
    """Return quantiles of the error, over the pattern, at each origin and the next.

    Args:
        ground: What the panel's forecasters share.
        truth: `(origin, lead, state)`. NaN where unknown.
        centres: `(origin, lead, state)`. The point forecasts.
        warm: Outcomes of each lead that are only learned from.
        levels: `(level,)`. Rising.
    """
    residual = ground.over_pattern(truth - centres)
    sizes = np.abs(residual).mean(axis=-1)
    guides, memories = _guides(ground, sizes)
    spread = scales(sizes, guides, memories, ground.plan.delays)
    return adaptive_quantiles(Stream(residual, spread, ground.plan.delays), warm, levels)


def _guides(
    ground: Ground, sizes: Float[np.ndarray, "origin lead variable"]
) -> tuple[Float[np.ndarray, "guide next lead variable"], tuple[float, ...]]:
    """Return the guides: constant (short and middle memory), season, recent roughness."""
    constant = np.ones((len(sizes) + 1, *sizes.shape[1:]))
    rough = np.broadcast_to(ground.roughness[:, None], constant.shape)
    guides, memories = [constant, constant, rough], [_SHORT, _MIDDLE, _LONG]
    if ground.period:
        targets = ground.standing[:, None] + ground.plan.leads
        bins = targets % ground.period * min(_BINS, ground.period) // ground.period
        guides.append(seasonal_guide(sizes, bins, ground.plan.delays))
        memories.append(_MIDDLE)
    return np.stack(guides), tuple(memories)
