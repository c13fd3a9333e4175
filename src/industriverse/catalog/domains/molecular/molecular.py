"""Atoms binned on a grid: kinetic energy, and potential energy above a depth for each atom."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

_NEIGHBOURS = 4.0
"""Wells that an atom is counted to lie in: half of the about eight shared with neighbours."""


@dataclass(frozen=True, slots=True)
class Molecular:
    """A sheet of atoms with pair forces."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return kinetic plus potential energy, plus the declared depth for each atom."""
        kinetic, potential, number = self._parts(trajectory)
        depth = self._depth(trajectory, potential, number)
        energy = kinetic + potential + depth * number
        # Rounding where the deepest atom stands exactly at the reference.
        energy = np.maximum(energy, 0.0)
        return readings.masked(trajectory, energy), "J/m^2", f"-{depth:g} J for each atom"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the energy without a reference: kept when closed and without a bath."""
        kinetic, potential, _ = self._parts(trajectory)
        if trajectory.parameters.get("friction", 0.0):
            total = readings.content(trajectory, kinetic + potential)
            return readings.unknown_budget(total, "the heat of the bath is not measured.")
        return readings.closed_budget(trajectory, kinetic + potential)

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the invariant of atoms without a bath: their energy above the reference."""
        if not trajectory.closed or trajectory.parameters.get("friction", 0.0):
            return None
        return readings.content(trajectory, self.energy(trajectory)[0]), "J"

    def _parts(self, trajectory: Trajectory) -> list[Float[np.ndarray, "time *space"]]:
        names = ("kinetic_energy", "potential_energy", "number")
        return [readings.need(trajectory, name, self.manifest.inputs[name]) for name in names]

    def _depth(
        self,
        trajectory: Trajectory,
        potential: Float[np.ndarray, "time *space"],
        number: Float[np.ndarray, "time *space"],
    ) -> float:
        """Return the reference energy of an atom: some wells deep, or as deep as atoms lie."""
        there = number > 0
        deepest = float((-potential[there] / number[there]).max(initial=0.0))
        return max(_NEIGHBOURS * trajectory.parameters.get("depth", 0.0), deepest)
