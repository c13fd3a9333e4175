"""Lattice models: the energy of each site above the ground state, half of each bond its own."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class Lattice:
    """Spins of ±1, or a field whose sites' energies are given."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ Σ (1 − s s') over a site's neighbours in units of J, or the given energy."""
        slots = self.manifest.inputs
        given = readings.read(trajectory, "energy_density", slots["energy_density"])
        if given is not None:
            readings.refuse_below(given, 0.0, "energy of a site", "1/s2")
            return readings.masked(trajectory, given), "1/s^2", "the bottom of the wells"
        spin = readings.need(trajectory, "spin", slots["spin"])
        energy = np.zeros_like(spin)
        for axis, ends in enumerate(trajectory.grid.boundary, start=1):
            for step in (1, -1):
                bond = 0.5 * (1.0 - spin * np.roll(spin, step, axis))
                if ends != "periodic":
                    edge = [slice(None)] * spin.ndim
                    edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
                    bond[tuple(edge)] = 0.0
                energy += bond
        return readings.masked(trajectory, energy), "1", "all spins alike"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the lattice's energy, without the heat of its bath."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        return readings.unknown_budget(total, "the heat of the bath is not measured.")

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: the heat of the bath is not measured."""
