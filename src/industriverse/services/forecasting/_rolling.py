"""Rolling origins: every member forecasts from every origin, seeing nothing after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.forecast import Forecaster, blend_weights

Table = Float[np.ndarray, "time state"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to stand and how far to look.

    Attributes:
        origins: `(origin,)`. Rows, rising by one stride.
        leads: `(lead,)`. Steps ahead that are scored, rising.
        refits: Positions in `origins` at which the members are fitted anew; the first is 0.
        stride: Rows between origins.
    """

    origins: Int[np.ndarray, "origin"]
    leads: Int[np.ndarray, "lead"]
    refits: tuple[int, ...]
    stride: int

    @property
    def delays(self) -> Int[np.ndarray, "lead"]:
        """`(lead,)`. Origins that pass until an outcome is known."""
        return -(-self.leads // self.stride)


@dataclass(frozen=True, slots=True)
class Rolled:
    """What the members forecast from past origins, and what then happened.

    Attributes:
        names: Members, in order.
        paths: `(member, origin, lead, state)`. Their forecasts.
        truth: `(origin, lead, state)`. NaN where missing or not yet known.
        weights: `(next, member, lead, variable)`. The blend's weights at each origin and the next.
        blend: `(origin, lead, state)`. The blend's forecasts.
        plan: Where they stood.
        variables: How many variables share the states evenly.
    """

    names: tuple[str, ...]
    paths: Float[np.ndarray, "member origin lead state"]
    truth: Float[np.ndarray, "origin lead state"]
    weights: Float[np.ndarray, "next member lead variable"]
    blend: Float[np.ndarray, "origin lead state"]
    plan: Plan
    variables: int

    def centres(self, name: str) -> Float[np.ndarray, "origin lead state"]:
        """Return a member's forecasts, or the blend's."""
        return self.blend if name == "blend" else self.paths[self.names.index(name)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a forecaster that sees more than this table forecast from its origins.

    Attributes:
        name: Among the members.
        variables: Places of the variables that it forecasts.
        paths: `(origin, lead, state)`. Persistence for other variables.
        proven: Whether it is preferred until outcomes are known.
    """

    name: str
    variables: tuple[int, ...]
    paths: Float[np.ndarray, "origin lead state"]
    proven: bool = True


def roll(
    values: Table,
    members: tuple[Forecaster, ...],
    plan: Plan,
    variables: int,
    tried: Sequence[Tried] = (),
) -> Rolled:
    """Forecast from every origin with every member, and blend by what was known at each.

    Args:
        values: `(time, state)`. NaN is missing; every variable has the same number of states.
        members: The forecasters.
        plan: Origins, leads, refits.
        variables: Variables in the table.
        tried: What other forecasters forecast from the plan's origins.
    """
    own = [_member_paths(values, member, plan) for member in members]
    paths = np.stack([*own, *(one.paths for one in tried)])
    truth = _truth(values, plan)
    residuals = (truth - paths).reshape(*paths.shape[:3], variables, -1).swapaxes(0, 1)
    weights = _weights(residuals, plan, len(members), tried)
    blend = mix(weights[:-1], paths)
    names = (*(member.name for member in members), *(one.name for one in tried))
    return Rolled(names, paths, truth, weights, blend, plan, variables)


def _weights(
    residuals: Float[np.ndarray, "origin member lead variable cell"],
    plan: Plan,
    members: int,
    tried: Sequence[Tried],
) -> Float[np.ndarray, "next member lead variable"]:
    """Return the blend's weights: each variable's over the members that forecast it."""
    origins, everyone, leads, variables, _ = residuals.shape
    weights = np.zeros((origins + 1, everyone, leads, variables))
    for group in _alike(variables, tried):
        speaking = [k for k, one in enumerate(tried) if group[0] in one.variables]
        places = [*range(members), *(members + k for k in speaking)]
        first = _first_weights(members, [tried[k] for k in speaking])
        part = residuals[:, places][:, :, :, group]
        found = blend_weights(part, plan.leads, plan.delays, first)
        weights[np.ix_(range(origins + 1), places, range(leads), group)] = found
    return weights


def _alike(variables: int, tried: Sequence[Tried]) -> list[list[int]]:
    """Return the variables in groups for which the same forecasters speak."""
    groups: dict[tuple[bool, ...], list[int]] = {}
    for variable in range(variables):
        groups.setdefault(tuple(variable in one.variables for one in tried), []).append(variable)
    return list(groups.values())


def _first_weights(members: int, speaking: Sequence[Tried]) -> Float[np.ndarray, "member"] | None:
    """Return all weight for those that proved themselves before the first origin, if any did."""
    proven = np.array([0.0] * members + [float(one.proven) for one in speaking])
    return proven / proven.sum() if proven.any() else None


def mix(
    weights: Float[np.ndarray, "origin member lead variable"],
    paths: Float[np.ndarray, "member origin lead state"],
) -> Float[np.ndarray, "origin lead state"]:
    """Return the weighted mean of the members."""
    variables = weights.shape[-1]
    split = paths.reshape(*paths.shape[:3], variables, -1)
    mixed = np.einsum("omlv,molvc->olvc", weights, split, optimize=True)
    return mixed.reshape(paths.shape[1:])


def _member_paths(
    values: Table, member: Forecaster, plan: Plan
) -> Float[np.ndarray, "origin lead state"]:
    """Fit at each refit on the rows up to that origin, forecast until the next."""
    ends = (*plan.refits[1:], len(plan.origins))
    horizon = int(plan.leads[-1])
    parts: list[np.ndarray] = []
    for begin, end in zip(plan.refits, ends, strict=True):
        origins = plan.origins[begin:end]
        fitted = member.fit(values[: origins[0] + 1])
        seen = values[: origins[-1] + 1]
        parts.append(fitted.forecast(seen, origins, horizon)[:, plan.leads - 1])
    return np.concatenate(parts)


def _truth(values: Table, plan: Plan) -> Float[np.ndarray, "origin lead state"]:
    """Return what happened; NaN beyond the table."""
    rows = plan.origins[:, None] + plan.leads
    inside = rows < len(values)
    truth = values[np.where(inside, rows, 0)]
    return np.where(inside[..., None], truth, np.nan)
