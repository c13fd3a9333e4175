"""The ideal gas that several domains share: its energy and its entropy, from named readings."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.plugins import Slot

from ._thermodynamics import gas_entropy

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


def gas_energy(
    trajectory: Trajectory, slots: Mapping[str, Slot]
) -> Float[np.ndarray, "time *space"]:
    """Return `½ρ‖u‖² + p/(γ − 1)` in each cell.

    Args:
        trajectory: With density, pressure, a velocity along each axis, and `gamma` stated.
        slots: Inputs of the domain, which name them.

    Raises:
        ContractError: A variable or `gamma` is missing, or a unit does not fit.
    """

    def need(name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, slots[name])

    wanted = _COMPONENTS[: len(trajectory.grid.shape)]
    square = np.sum([need(name) ** 2 for name in wanted], axis=0)
    heat = need("pressure") / (_heat_ratio(trajectory) - 1.0)
    return heat + 0.5 * need("density") * square


def closed_gas_entropy(
    trajectory: Trajectory, slots: Mapping[str, Slot]
) -> tuple[Float[np.ndarray, "time"], str] | None:
    """Return `∫ ρ ln(p/ρ^γ) dV` a frame, in units of c_v, and its unit; None of an open gas.

    Args:
        trajectory: With density and pressure, and `gamma` stated.
        slots: Inputs of the domain, which name them.

    Raises:
        ContractError: A variable or `gamma` is missing, or a unit does not fit.
    """
    if not trajectory.closed:
        return None
    density, pressure = (
        readings.need(trajectory, name, slots[name]) for name in ("density", "pressure")
    )
    entropy = gas_entropy(
        density,
        pressure,
        trajectory.grid,
        heat_capacity=1.0,
        heat_ratio=_heat_ratio(trajectory),
    )
    return np.asarray(entropy), "kg"


def _heat_ratio(trajectory: Trajectory) -> float:
    if "gamma" not in trajectory.parameters:
        raise ContractError("The ratio of specific heats `gamma` is not stated.")
    return trajectory.parameters["gamma"]
