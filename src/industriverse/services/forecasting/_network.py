"""A trained network, as a member of the family where a field is of its domain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._field import FieldMember, FieldView
from ._panel import Prepared

if TYPE_CHECKING:
    from industriverse.engines.forecast.network import FluxNet, Scene

NETWORK, CORRECTED = "network", "corrected_equation"

_INTERVAL, _SPACING = 1.5, 4.0
"""How many times more or less than in training a frame interval and a cell may be."""
_FARTHEST = 20.0
"""Spreads of the training frames, beyond which values are not the domain's."""
_BUDGET = 1.5e6
"""Cells × frames that trying a network on the past may take: some seconds."""

Table = Float[np.ndarray, "time state"]
State = Float[np.ndarray, "channel y x"]


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network and how a field's values are told to it.

    Attributes:
        model: Trained on one domain.
        scale: By which each channel is divided, in its unit; 1 where it is not named.
        closed: Whether conserved channels have no exchange but a declared one.
        residual: Trained to correct the equation nearest to a field; None for none.
    """

    model: "FluxNet"
    scale: Mapping[str, float]
    closed: bool
    residual: "FluxNet | None" = None

    def ahead(
        self, seen: Float[np.ndarray, "frame channel y x"], scene: "Scene", leads: int
    ) -> Float[np.ndarray, "lead channel y x"]:
        """Return the frames that follow, in the channels' own units.

        Args:
            seen: `(frame, channel, y, x)`. As many as the plan says, channels in its order.
            scene: Where they are from.
            leads: How many frames.

        Raises:
            ContractError: Frames or scene are not what the plan says.
        """
        from industriverse.engines.forecast.network import rollout  # noqa: PLC0415 (slow to import)

        scaled = jnp.asarray(seen / self.sizes, jnp.float32)
        return np.asarray(rollout(self.model, scaled, scene, leads).mean, np.float64) * self.sizes

    def corrected(
        self,
        seen: Float[np.ndarray, "frame channel y x"],
        scene: "Scene",
        leads: int,
        next_frame: Callable[[State], State],
    ) -> Float[np.ndarray, "lead channel y x"]:
        """Return the frames of another forecaster, corrected step by step.

        Args:
            seen: `(frame, channel, y, x)`. As many as the plan says, channels in its order.
            scene: Where they are from.
            leads: How many frames.
            next_frame: From a frame `(channel, y, x)` to the one after it, in the channels' units.

        Raises:
            ContractError: There is no residual network, or the other forecaster cannot go on.
        """
        from industriverse.engines.forecast.network import corrected  # noqa: PLC0415 (slow)

        if self.residual is None:
            raise ContractError("No network was trained to correct an equation of this domain.")

        def scaled(frame: State) -> State:
            return next_frame(frame * self.sizes) / self.sizes

        history = jnp.asarray(seen / self.sizes, jnp.float32)
        path = corrected(self.residual, history, scene, leads, scaled)
        return np.asarray(path.mean, np.float64) * self.sizes

    def scene(self, view: FieldView) -> "Scene":
        """Return a field as the network knows it."""
        from industriverse.engines.forecast.network import Scene  # noqa: PLC0415 (slow to import)

        return Scene(
            self.model.plan.domains[0],
            view.step_s,
            (view.grid.spacing[0], view.grid.spacing[1]),
            (view.grid.boundary[0], view.grid.boundary[1]),
            self.closed,
        )

    @property
    def sizes(self) -> Float[np.ndarray, "channel 1 1"]:
        """`(channel, 1, 1)`. The scale of each channel of the plan."""
        names = self.model.plan.names
        return np.array([self.scale.get(name, 1.0) for name in names])[:, None, None]


def network_member(
    panel: Prepared, view: FieldView, trained: TrainedNetwork, rows: int, horizon: int
) -> FieldMember | str:
    """Return the network as a member of a panel's family, or why it cannot be one.

    Args:
        panel: The panel.
        view: How its rows are frames.
        trained: The network of the panel's domain.
        rows: How many first rows may be looked at.
        horizon: Rows that it will have to forecast.
    """
    reason = _unfit(panel, view, trained, rows)
    if reason:
        return reason
    plan, scene = trained.model.plan, trained.scene(view)
    places = [panel.names.index(name) for name in plan.names]
    told = list(plan.forecast_channels)

    def path(seen: Table, leads: int) -> Float[np.ndarray, "lead part"]:
        frames = view.frames(seen[-plan.frames :], len(panel.names))[:, places]
        made = trained.ahead(frames, scene, leads)
        return made[:, told].reshape(leads, -1)

    origins = int(np.clip(_BUDGET // (view.grid.cells * horizon), 8, 200))
    return FieldMember(NETWORK, tuple(places[i] for i in told), origins, path, proven=False)


def corrected_member(
    panel: Prepared,
    view: FieldView,
    trained: TrainedNetwork,
    equation: FieldMember,
    rows: int,
    horizon: int,
) -> FieldMember | None:
    """Return an equation whose steps the domain's residual network corrects, where it can.

    Args:
        panel: The panel.
        view: How its rows are frames.
        trained: The networks of the panel's domain.
        equation: Forecasts the variables that the network corrects, all of them and no others.
        rows: How many first rows may be looked at.
        horizon: Rows that it will have to forecast.
    """
    if trained.residual is None or _unfit(panel, view, trained, rows):
        return None
    plan, scene = trained.model.plan, trained.scene(view)
    places = [panel.names.index(name) for name in plan.names]
    told = [places[i] for i in plan.forecast_channels]
    if sorted(told) != sorted(equation.variables):
        return None
    order = [equation.variables.index(place) for place in told]

    def path(seen: Table, leads: int) -> Float[np.ndarray, "lead part"]:
        frames = view.frames(seen[-plan.frames :], len(panel.names))

        def next_frame(frame: State) -> State:
            whole = frames[-1].copy()
            whole[places] = frame
            ahead = equation.path(whole.reshape(1, -1), 1).reshape(len(told), *frame.shape[1:])
            after = frame.copy()
            after[list(plan.forecast_channels)] = ahead[order]
            return after

        made = trained.corrected(frames[:, places], scene, leads, next_frame)
        return made[:, list(plan.forecast_channels)].reshape(leads, -1)

    origins = int(np.clip(_BUDGET // (2 * view.grid.cells * horizon), 8, equation.origins))
    return FieldMember(CORRECTED, tuple(told), origins, path, proven=False)


def _unfit(panel: Prepared, view: FieldView, trained: TrainedNetwork, rows: int) -> str:
    """Return why the network cannot forecast this panel; empty where it can."""
    plan, grid = trained.model.plan, view.grid
    missing = [name for name in plan.names if name not in panel.names]
    if missing:
        return f"The network of {plan.domains[0]} needs {', '.join(missing)} too."
    if len(grid.shape) != 2:  # noqa: PLR2004 (stated in the sentence)
        return f"The network of {plan.domains[0]} needs two axes, not {len(grid.shape)}."
    ratio = view.step_s / plan.interval_s
    if not 1 / _INTERVAL <= ratio <= _INTERVAL:
        return (
            f"Frames every {view.step_s:g} s are {ratio:.2g} times as far apart as those that the "
            f"network of {plan.domains[0]} was trained on."
        )
    ratio = max(grid.spacing) / plan.spacing
    if not 1 / _SPACING <= ratio <= _SPACING:
        return f"Cells are {ratio:.2g} times as wide as those that the network was trained on."
    if rows < plan.frames:
        return f"The network sees {plan.frames} frames; {rows} lie before the scored forecasts."
    return _unlike(panel, view, trained, rows)


def _unlike(panel: Prepared, view: FieldView, trained: TrainedNetwork, rows: int) -> str:
    plan = trained.model.plan
    places = [panel.names.index(name) for name in plan.names]
    frames = view.frames(panel.values[:rows], len(panel.names))[:, places] / trained.sizes
    if not np.isfinite(frames).all():
        return "The network forecasts frames without gaps."
    away = np.abs(frames - plan.column("mean")) / plan.column("spread")
    farthest = away.max(axis=(0, 2, 3))
    worst = int(np.argmax(farthest))
    if farthest[worst] > _FARTHEST:
        return (
            f"{plan.names[worst]} lies up to {farthest[worst]:.3g} spreads from the mean of the "
            f"frames that the network was trained on; it is asked within {_FARTHEST:g}."
        )
    return ""
