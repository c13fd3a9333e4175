"""Sound: p²/2ρc² + ½ρ‖v‖², kept between hard walls."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


@dataclass(frozen=True, slots=True)
class AcousticWaves:
    """Small waves in a fluid at rest."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return p²/2ρc² + ½ρ‖v‖²."""
        density = self._need(trajectory, "density")
        stiffness = density * self._need(trajectory, "sound_speed") ** 2
        wanted = _COMPONENTS[: len(trajectory.grid.shape)]
        square = np.sum([self._need(trajectory, name) ** 2 for name in wanted], axis=0)
        energy = 0.5 * (self._need(trajectory, "pressure") ** 2 / stiffness + density * square)
        return readings.masked(trajectory, energy), "J/m^3", "no sound"

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
