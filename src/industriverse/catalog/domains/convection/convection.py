"""A fluid heated from below: heat above its coldest place, and motion where joules are known."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")


@dataclass(frozen=True, slots=True)
class Convection:
    """A layer between a warm and a cold plate."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ρ c_p (T − T_ref) + ½ρ‖u‖², or T − T_ref where ρ and c_p are not stated."""
        temperature = self._need(trajectory, "temperature")
        stated = trajectory.parameters
        reference = float(temperature.min())
        if "mean_temperature" in stated and "difference" in stated:
            reference = min(reference, stated["mean_temperature"] - stated["difference"] / 2)
        energy, unit = temperature - reference, "K"
        if "density" in stated and "specific_heat" in stated:
            wanted = _COMPONENTS[: len(trajectory.grid.shape)]
            square = np.sum([self._need(trajectory, name) ** 2 for name in wanted], axis=0)
            energy = stated["density"] * (stated["specific_heat"] * energy + 0.5 * square)
            unit = "J/m^3"
        return readings.masked(trajectory, energy), unit, f"T_ref = {reference:g} K, at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the heat, without the plates' share."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "the heat through the plates is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: the heat through the plates is not measured."""

    def _need(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, name, self.manifest.inputs[name])
