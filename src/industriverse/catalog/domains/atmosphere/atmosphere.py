"""Air: h ρ(c_v T + g z + L q + ½‖u‖²) of one layer, from whichever of T, z, q, u, v there are."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """One layer of open air."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return how surely there is an air temperature, or else both winds."""
        slots = self.manifest.inputs
        winds = {name: slots[name] for name in ("eastward", "northward")}
        warmth = readings.certainty(trajectory, {"temperature": slots["temperature"]})
        return max(warmth, readings.certainty(trajectory, winds))

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return the energy per area above dry, calm air of 0 K at height 0."""
        parts = {name: self._part(trajectory, name) for name in self.manifest.inputs}
        found = {name: part for name, part in parts.items() if part is not None}
        if not found:
            readings.need(trajectory, "temperature", self.manifest.inputs["temperature"])
        energy = np.sum(list(found.values()), axis=0)
        readings.refuse_below(energy, 0.0, "energy", "J/m^2")
        thickness = self._number(trajectory, "layer_thickness")
        reference = (
            f"dry calm air of 0 K at height 0; {', '.join(found)} of a {thickness:g} m layer"
        )
        return readings.masked(trajectory, energy), "J/m^2", reference

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the layer's energy; its exchange with sky, ground and sides is not known."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        note = "radiation, the ground and the winds across the edges exchange energy unmeasured."
        return readings.unknown_budget(total, note)

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: an open layer has no entropy law of its own."""

    def _part(self, trajectory: Trajectory, name: str) -> Float[np.ndarray, "time *space"] | None:
        values = readings.read(trajectory, name, self.manifest.inputs[name])
        if values is None:
            return None
        if name == "temperature":
            readings.refuse_below(values, 0.0, name, "K")
        per_unit = {
            "temperature": self._number(trajectory, "heat_capacity"),
            "humidity": self._number(trajectory, "latent_heat"),
            "height": self._number(trajectory, "gravity"),
        }
        mass = self._number(trajectory, "density") * self._number(trajectory, "layer_thickness")
        return mass * (per_unit[name] * values if name in per_unit else 0.5 * values**2)

    def _number(self, trajectory: Trajectory, name: str) -> float:
        stated = trajectory.parameters.get(name, self.manifest.params[name].default)
        return float(stated or 0.0)
