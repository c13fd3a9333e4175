"""A mixing layer that shines: the gas' motion and heat, of which light carries some away."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


@dataclass(frozen=True, slots=True)
class RadiativeLayer:
    """Hot gas along cold, cooling where they mix."""

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
        """Return the gas' energy, without what it radiates."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "what the gas radiates is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: light carries entropy away."""

    def _gamma(self, trajectory: Trajectory) -> float:
        if "gamma" not in trajectory.parameters:
            raise ContractError("The ratio of specific heats `gamma` is not stated.")
        return trajectory.parameters["gamma"]

    def _need(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, self.manifest.inputs[name])
