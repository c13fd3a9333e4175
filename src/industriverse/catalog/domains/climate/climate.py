"""Shallow water on a turning plane: its motion, and its height above the level at rest."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class Climate:
    """A thin layer of fluid."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ ρ [h ‖u‖² + g (h − H)²], H the first frame's mean depth; ρ is 1 if unstated."""
        depth, level = self._need(trajectory, "depth"), self._level(trajectory)
        square = sum(self._need(trajectory, name) ** 2 for name in ("velocity_x", "velocity_y"))
        gravity = self._gravity(trajectory)
        density = trajectory.parameters.get("density", 1.0)
        energy = 0.5 * density * (depth * square + gravity * (depth - level) ** 2)
        unit = "J/m^2" if "density" in trajectory.parameters else "m^3/s^2"
        return readings.masked(trajectory, energy), unit, f"water at rest, {level:g} m deep"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the water itself: kept when closed."""
        return readings.closed_budget(trajectory, self._need(trajectory, "depth"))

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the invariant of a closed basin: its energy above rest."""
        if not trajectory.closed:
            return None
        return readings.content(trajectory, self.energy(trajectory)[0]), "1"

    def _level(self, trajectory: Trajectory) -> float:
        first = self._need(trajectory, "depth")[0]
        return float(first.mean() if trajectory.valid is None else first[trajectory.valid].mean())

    def _gravity(self, trajectory: Trajectory) -> float:
        if "gravity" not in trajectory.parameters:
            raise ContractError(
                "The acceleration of gravity `gravity` is not stated.",
                hint="Add a variable of one value to the file: `gravity` with its unit, m/s2.",
            )
        return trajectory.parameters["gravity"]

    def _need(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, self.manifest.inputs[name])
