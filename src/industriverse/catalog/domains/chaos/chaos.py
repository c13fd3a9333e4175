"""A chaotic front: half its squared slope, as energy of the flow along it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import gradient


@dataclass(frozen=True, slots=True)
class Chaos:
    """A front whose slope is a flow: Kuramoto–Sivashinsky."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½|∇h|²."""
        height = readings.need(trajectory, "height", self.manifest.inputs["height"])
        energy = 0.5 * (gradient(height, trajectory.grid) ** 2).sum(axis=0)
        return readings.masked(trajectory, energy), "1", "a flat front"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the slope's energy, which the front feeds itself."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "what the front gains and loses is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: a driven front has no law here."""
