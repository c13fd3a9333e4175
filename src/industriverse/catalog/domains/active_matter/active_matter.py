"""A suspension of swimmers: the energy of its motion, which the swimmers themselves feed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


@dataclass(frozen=True, slots=True)
class ActiveMatter:
    """A fluid that stirs itself."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖v‖², or ½‖v‖² per unit density where the density is not stated."""
        wanted = _COMPONENTS[: len(trajectory.grid.shape)]
        slots = self.manifest.inputs
        square = np.sum([readings.need(trajectory, n, slots[n]) ** 2 for n in wanted], axis=0)
        unit = "J/m^3" if "density" in trajectory.parameters else "m^2/s^2"
        energy = 0.5 * trajectory.parameters.get("density", 1.0) * square
        return readings.masked(trajectory, energy), unit, "no motion"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the energy of motion, which the swimmers feed."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "what the swimmers give is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: matter that is driven from inside has no law here."""
