"""Forecasters that replicas can be told to run, by name (`ReplicaSpec`)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError, NotFoundError
from industriverse.kernel.fields import Boundary
from industriverse.services.ensemble import EnsembleRequest, Work


def network(
    weights: str,
    domain: str,
    interval_s: float = 1.0,
    spacing: Sequence[float] = (1.0, 1.0),
    boundary: Sequence[Boundary] = ("periodic", "periodic"),
    closed: bool = True,
) -> Work:
    """Return a forecaster of fields `(time, channel, y, x)` by a trained network.

    Channels are in the order of its plan and in their own units: the scale of its card is applied.

    Args:
        weights: The network's file.
        domain: One of its domains.
        interval_s: [s]. Between frames.
        spacing: Distance between cells along y and x, in the grid's unit.
        boundary: What happens at the ends of y and x.
        closed: Whether conserved channels have no exchange.

    Raises:
        UnavailableError: The file cannot be read.
        ContractError: It holds no network of this release.
    """
    from industriverse.adapters.network_files import read_network  # noqa: PLC0415 (slow to import)
    from industriverse.engines.forecast.network import Scene  # noqa: PLC0415
    from industriverse.services.forecasting import TrainedNetwork  # noqa: PLC0415

    model, card = read_network(Path(weights))
    trained = TrainedNetwork(model, card.get("scale", {}), closed)
    across, along = spacing
    lower, upper = boundary
    scene = Scene(domain, interval_s, (across, along), (lower, upper), closed)
    frames = model.plan.frames

    def work(request: EnsembleRequest) -> Float[np.ndarray, "lead channel y x"]:
        if len(request.history) < frames:
            raise ContractError(f"The network needs {frames} frames, not {len(request.history)}.")
        return trained.ahead(request.history[-frames:], scene, request.leads)

    return work


def panel(member: str, step_s: float | None = None) -> Work:
    """Return a forecaster of tables `(time, state)` by one member of the family.

    Args:
        member: Its name, e.g. `persistence`; which others there are depends on the table's season.
        step_s: [s]. Between samples, where known.
    """
    from industriverse.engines.forecast import family, find_season  # noqa: PLC0415

    def work(request: EnsembleRequest) -> Float[np.ndarray, "lead state"]:
        table = request.history.reshape(len(request.history), -1)
        members = family(find_season(table, step_s), table.shape[1])
        named = {each.name: each for each in members}
        if member not in named:
            raise NotFoundError(
                f"The table has no member {member!r}.", hint=f"It has {', '.join(named)}."
            )
        origins = np.array([len(table) - 1])
        ahead = named[member].fit(table).forecast(table, origins, request.leads)
        return np.asarray(ahead[0], np.float64).reshape(request.shape)

    return work
