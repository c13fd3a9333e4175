"""Gas in space: its motion and heat, kept while shocks make entropy."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import gas_entropy

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


@dataclass(frozen=True, slots=True)
class Astrophysics:
    """An ideal gas with shocks."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖u‖² + p/(γ − 1)."""
        heat = self._need(trajectory, "pressure") / (self._gamma(trajectory) - 1.0)
        wanted = _COMPONENTS[: len(trajectory.grid.shape)]
        square = np.sum([self._need(trajectory, name) ** 2 for name in wanted], axis=0)
        energy = heat + 0.5 * self._need(trajectory, "density") * square
        unit = "1" if readings.dimensionless(trajectory) else "J/m^3"
        return readings.masked(trajectory, energy), unit, "cold gas at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the gas' energy: kept when closed."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return ∫ ρ ln(p/ρ^γ) dV, in units of c_v, of a closed gas."""
        if not trajectory.closed:
            return None
        density, pressure = (self._need(trajectory, n) for n in ("density", "pressure"))
        entropy = gas_entropy(
            density,
            pressure,
            trajectory.grid,
            heat_capacity=1.0,
            heat_ratio=self._gamma(trajectory),
        )
        return np.asarray(entropy), "kg"

    def _gamma(self, trajectory: Trajectory) -> float:
        if "gamma" not in trajectory.parameters:
            raise ContractError("The ratio of specific heats `gamma` is not stated.")
        return trajectory.parameters["gamma"]

    def _need(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, self.manifest.inputs[name])
