"""Gas in space: its motion and heat, kept while shocks make entropy."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import closed_gas_entropy, gas_energy


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
        energy = gas_energy(trajectory, self.manifest.inputs)
        unit = "1" if readings.dimensionless(trajectory) else "J/m^3"
        return readings.masked(trajectory, energy), unit, "cold gas at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the gas' energy: kept when closed."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return ∫ ρ ln(p/ρ^γ) dV, in units of c_v, of a closed gas."""
        return closed_gas_entropy(trajectory, self.manifest.inputs)
