"""A mixing layer that shines: the gas' motion and heat, of which light carries some away."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import gas_energy


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
        energy = gas_energy(trajectory, self.manifest.inputs)
        unit = "1" if readings.dimensionless(trajectory) else "J/m^3"
        return readings.masked(trajectory, energy), unit, "cold gas at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the gas' energy, without what it radiates."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "what the gas radiates is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: light carries entropy away."""
