"""Phase field: the free energy of a mixture, which never rises while the mixture itself is kept."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import gradient


@dataclass(frozen=True, slots=True)
class Materials:
    """A mixture of two phases, −1 and 1."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return (c² − 1)²/4 + γ|∇c|²/2, above the two pure phases."""
        mixture = self._mixture(trajectory)
        energy = 0.25 * (mixture**2 - 1.0) ** 2
        if penalty := trajectory.parameters.get("gradient_penalty", 0.0):
            slopes = gradient(mixture, trajectory.grid)
            energy = energy + 0.5 * penalty * (slopes**2).sum(axis=0)
        return readings.masked(trajectory, energy), "1", "the pure phases c = ±1"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the amount of the mixture: kept when closed."""
        return readings.closed_budget(trajectory, self._mixture(trajectory))

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the free energy of a closed mixture whose gradient penalty is stated."""
        if not trajectory.closed or "gradient_penalty" not in trajectory.parameters:
            return None
        return readings.content(trajectory, self.energy(trajectory)[0]), "1"

    def _mixture(self, trajectory: Trajectory) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, "composition", self.manifest.inputs["composition"])
