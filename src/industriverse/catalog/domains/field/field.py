"""Any field: its square above its lowest value, because nothing else is known about it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_LAST_RESORT = 0.1


@dataclass(frozen=True, slots=True)
class AnyField:
    """Variables whose names and units mean no known domain."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return little for any field, nothing for sensor windows."""
        return 0.0 if trajectory.grid.axes == ("time",) else _LAST_RESORT

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return Σ (x − min x)²; each of several variables in units of its first frame's spread."""
        fields = readings.whole(trajectory)
        lowest = [float(x.min()) for x in fields]
        spreads = [float(x[0].std()) or 1.0 for x in fields] if len(fields) > 1 else [1.0]
        energy = np.sum(
            [((x - low) / s) ** 2 for x, low, s in zip(fields, lowest, spreads, strict=True)],
            axis=0,
        )
        unit = trajectory.units.get(trajectory.names[0], "")
        known = f"({unit})^2" if unit and len(fields) == 1 else "1" if len(fields) > 1 else ""
        words = ", ".join(f"{n} = {x:g}" for n, x in zip(trajectory.names, lowest, strict=True))
        return readings.masked(trajectory, energy), known, f"lowest values: {words}"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the sum of squares, without a claim."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "the variables mean no known physical quantity.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: no law is known."""
