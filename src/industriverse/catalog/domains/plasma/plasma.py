"""Ideal magnetohydrodynamics: motion, heat and field, kept while shocks make entropy."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import closed_gas_entropy, gas_energy

_FIELD = ("field_x", "field_y", "field_z")
MU_0 = 1.25663706212e-6
"""[H/m]. Permeability of vacuum (CODATA 2018)."""


@dataclass(frozen=True, slots=True)
class Plasma:
    """A perfectly conducting ideal gas."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖u‖² + p/(γ − 1) + ‖B‖²/2μ₀."""
        energy = gas_energy(trajectory, self.manifest.inputs)
        for name in _FIELD:
            field = readings.read(trajectory, name, self.manifest.inputs[name])
            energy = energy if field is None else energy + field**2 / (2.0 * MU_0)
        unit = "1" if readings.dimensionless(trajectory) else "J/m^3"
        return readings.masked(trajectory, energy), unit, "cold gas at rest without a field"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the energy of gas and field: kept when closed."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return ∫ ρ ln(p/ρ^γ) dV, in units of c_v, of a closed gas."""
        return closed_gas_entropy(trajectory, self.manifest.inputs)
