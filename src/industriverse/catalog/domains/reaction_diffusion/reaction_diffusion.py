"""Two species that are fed, removed and diffuse: what the linear part of this descends."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import gradient

_RATES = ("feed", "kill", "spread_u", "spread_v")


@dataclass(frozen=True, slots=True)
class ReactionDiffusion:
    """A fed species u, 1 at rest, and a species v that eats it, 0 at rest."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ [F w² + (F + k) v² + D_u |∇w|² + D_v |∇v|²] with w = 1 − u, or ½ (w² + v²)."""
        slots = self.manifest.inputs
        w = 1.0 - readings.need(trajectory, "u", slots["u"])
        v = readings.need(trajectory, "v", slots["v"])
        stated = trajectory.parameters
        if not all(name in stated for name in _RATES):
            return readings.masked(trajectory, 0.5 * (w**2 + v**2)), "1", "u = 1, v = 0"
        feed, removal = stated["feed"], stated["feed"] + stated["kill"]
        energy = 0.5 * (feed * w**2 + removal * v**2)
        for field, spread in ((w, stated["spread_u"]), (v, stated["spread_v"])):
            energy = energy + 0.5 * spread * (gradient(field, trajectory.grid) ** 2).sum(axis=0)
        return readings.masked(trajectory, energy), "1/s", "u = 1, v = 0"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the functional, which the reaction feeds."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "the reaction is no descent of this functional.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: a fed reaction has no law here."""
