"""Elastic waves in the plane: ½ρ‖v‖² and the energy of strain, kept in a free body."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class ElasticWaves:
    """An elastic body in plane strain."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖v‖² + [σ:σ − λ (tr σ)² / 2(λ + μ)] / 4μ."""
        density = self._need(trajectory, "density")
        shear = density * self._need(trajectory, "shear_speed") ** 2
        squeeze = density * self._need(trajectory, "pressure_speed") ** 2 - 2.0 * shear
        xx, yy, xy = (self._need(trajectory, f"stress_{axes}") for axes in ("xx", "yy", "xy"))
        share = squeeze / (2.0 * (squeeze + shear))
        strain = (xx**2 + yy**2 + 2.0 * xy**2 - share * (xx + yy) ** 2) / (4.0 * shear)
        square = sum(self._need(trajectory, name) ** 2 for name in ("velocity_x", "velocity_y"))
        energy = strain + 0.5 * density * square
        return readings.masked(trajectory, energy), "J/m^3", "no strain, no motion"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the energy of the waves: kept when closed."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the invariant of a closed body: its energy."""
        if not trajectory.closed:
            return None
        return readings.content(trajectory, self.energy(trajectory)[0]), "J"

    def _need(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, self.manifest.inputs[name])
