"""Forecasters that see whole fields, as members beside those that see columns of a panel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid

from ._panel import Prepared
from ._rolling import Plan, Tried

Table = Float[np.ndarray, "time state"]


@dataclass(frozen=True, slots=True)
class FieldView:
    """What makes frames of a panel's rows.

    Attributes:
        grid: Each variable owns one state a cell, in the grid's order.
        step_s: Between rows [s].
    """

    grid: Grid
    step_s: float

    def frames(self, values: Table, variables: int) -> Float[np.ndarray, "time variable *space"]:
        """Return rows of a panel as frames."""
        return values.reshape(len(values), variables, *self.grid.shape)


@dataclass(frozen=True, slots=True)
class FieldMember:
    """A forecaster of some of a panel's variables that sees whole frames.

    Attributes:
        name: Among the members.
        variables: Places of the variables that it forecasts.
        origins: Past origins from which it can be tried at reasonable cost.
        path: `(rows up to the origin, leads)` to `(lead, state)` of its variables, in their order.
        proven: Whether it proved itself before the first origin, and is preferred until outcomes
            are known.
    """

    name: str
    variables: tuple[int, ...]
    origins: int
    path: Callable[[Table, int], Float[np.ndarray, "lead part"]]
    proven: bool = True

    def whole_path(
        self, seen: Table, leads: int, variables: int
    ) -> Float[np.ndarray, "lead state"]:
        """Return its forecast of every state: those of other variables stay as they are."""
        path = np.repeat(seen[-1:], leads, axis=0).reshape(leads, variables, -1)
        path[:, list(self.variables)] = self.path(seen, leads).reshape(
            leads, len(self.variables), -1
        )
        return path.reshape(leads, -1)


def lasting(member: FieldMember, seen: Table, horizon: int) -> str:
    """Return why a member's forecast cannot be used as far as it has to be; empty where it can."""
    try:
        path = member.path(seen, horizon)
    except ContractError as error:
        return error.message
    return "" if np.isfinite(path).all() else "Its forecast does not stay finite."


def try_members(panel: Prepared, members: Sequence[FieldMember], plan: Plan) -> tuple[Tried, ...]:
    """Forecast from every origin with every field member, seeing nothing after it."""
    return tuple(
        Tried(member.name, member.variables, _paths(panel, member, plan), member.proven)
        for member in members
    )


def _paths(
    panel: Prepared, member: FieldMember, plan: Plan
) -> Float[np.ndarray, "origin lead column"]:
    horizon, variables = int(plan.leads[-1]), len(panel.names)
    return np.stack(
        [
            member.whole_path(panel.values[: origin + 1], horizon, variables)[plan.leads - 1][
                :, panel.sample
            ]
            for origin in plan.origins
        ]
    )


def thinned(plan: Plan, most: int) -> Plan:
    """Return a plan of about so many origins over the same past, evenly apart."""
    stride = plan.stride * max(1, round(len(plan.origins) / most))
    present = int(plan.origins[-1]) + plan.stride
    origins: Int[np.ndarray, "fewer"] = np.arange(present - stride, plan.origins[0] - 1, -stride)
    return Plan(origins[::-1], plan.leads, plan.refits, stride)
