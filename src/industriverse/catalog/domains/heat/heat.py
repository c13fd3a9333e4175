"""Heat: ρ c (T − T_ref), kept in a closed body while its entropy ∫ ρ c ln T rises."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class Heat:
    """A body that conducts heat."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return how surely there is a temperature."""
        return readings.certainty(trajectory, self.manifest.inputs)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ρ c (T − T_ref), or T − T_ref per unit heat capacity where ρ c is not stated."""
        temperature = self._temperature(trajectory)
        capacity, unit = self._capacity(trajectory)
        lowest = float(temperature.min()) if readings.dimensionless(trajectory) else 0.0
        reference = trajectory.parameters.get("reference_temperature", lowest)
        readings.refuse_below(temperature, reference, "temperature", "K")
        energy = capacity * (temperature - reference)
        return readings.masked(trajectory, energy), unit, f"T_ref = {reference:g} K"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return heat content: kept when closed, else without an independent budget."""
        return readings.closed_budget(trajectory, self.energy(trajectory)[0])

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return ∫ ρ c ln(T / 1 K) dV of a closed body at absolute temperature."""
        temperature = self._temperature(trajectory)
        if readings.dimensionless(trajectory) or not trajectory.closed or temperature.min() <= 0:
            return None
        capacity, unit = self._capacity(trajectory)
        entropy = readings.content(trajectory, capacity * np.log(temperature))
        return entropy, "J/K" if unit == "J/m^3" else "1"

    def _temperature(self, trajectory: Trajectory) -> Float[np.ndarray, "time *space"]:
        return readings.need(trajectory, "temperature", self.manifest.inputs["temperature"])

    def _capacity(self, trajectory: Trajectory) -> tuple[float, str]:
        stated = trajectory.parameters
        if "density" in stated and "specific_heat" in stated:
            return stated["density"] * stated["specific_heat"], "J/m^3"
        return 1.0, "1" if readings.dimensionless(trajectory) else "K"
