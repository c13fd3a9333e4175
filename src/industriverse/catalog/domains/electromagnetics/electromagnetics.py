"""Electric and magnetic fields: ½ε‖E‖² + ½μ₀‖H‖², kept between conducting walls."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

EPSILON_0 = 8.8541878128e-12
"""[F/m]. Permittivity of vacuum (CODATA 2018)."""
MU_0 = 1.25663706212e-6
"""[H/m]. Permeability of vacuum (CODATA 2018)."""
_ELECTRIC = ("electric", "electric_x", "electric_y", "electric_z")
_MAGNETIC = ("magnetic", "magnetic_x", "magnetic_y", "magnetic_z")


@dataclass(frozen=True, slots=True)
class Electromagnetics:
    """Waves in vacuum and dielectrics."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ε‖E‖² + ½μ₀‖H‖² of the components that are there."""
        relative = self._read(trajectory, "permittivity")
        electric = 0.5 * EPSILON_0 * self._square(trajectory, _ELECTRIC)
        energy = electric * (1.0 if relative is None else relative)
        energy = energy + 0.5 * MU_0 * self._square(trajectory, _MAGNETIC)
        return readings.masked(trajectory, energy), "J/m^3", "no field"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the fields' energy: kept when closed."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the invariant of a closed box: its energy."""
        if not trajectory.closed:
            return None
        return readings.content(trajectory, self.energy(trajectory)[0]), "J"

    def _square(
        self, trajectory: Trajectory, names: tuple[str, ...]
    ) -> Float[np.ndarray, "time *space"]:
        found = [self._read(trajectory, name) for name in names]
        there = [component**2 for component in found if component is not None]
        if not there:
            raise ContractError(f"The domain needs one of {', '.join(names)}.")
        return np.sum(there, axis=0)

    def _read(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"] | None:
        return readings.read(trajectory, name, self.manifest.inputs[name])
