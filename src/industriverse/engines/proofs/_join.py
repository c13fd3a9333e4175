"""Observed frames and a forecast as one trajectory."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory


def join(
    observed: Trajectory,
    forecast: Mapping[str, Float[np.ndarray, "lead *space"]],
    units: Mapping[str, str],
) -> Trajectory:
    """Append forecast frames to observed ones.

    Args:
        observed: What was measured.
        forecast: Every variable of `observed`, `(lead, *space)`; NaN only outside `valid`.
        units: The forecast's own units.

    Raises:
        ContractError: A variable is missing, lies on another grid, holds NaN, or states another
            unit than the observed one.
    """
    joined: dict[str, np.ndarray] = {}
    for name, seen in observed.variables.items():
        if name not in forecast:
            raise ContractError(f"The forecast has no {name!r}; the observation does.")
        if units.get(name, "") != observed.units.get(name, ""):
            raise ContractError(
                f"The forecast of {name!r} is in {units.get(name, '')!r}, the observation in "
                f"{observed.units.get(name, '')!r}.",
                hint="Convert the forecast to the observation's unit.",
            )
        made = forecast[name]
        if made.shape[1:] != seen.shape[1:]:
            raise ContractError(f"The forecast of {name!r} has frames of shape {made.shape[1:]}.")
        inside = made if observed.valid is None else made[:, observed.valid]
        if not np.isfinite(inside).all():
            raise ContractError(f"The forecast of {name!r} holds NaN or infinite values.")
        joined[name] = np.concatenate([seen, made])
    return replace(observed, variables=joined)
