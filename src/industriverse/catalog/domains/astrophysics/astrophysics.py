"""Gas in space: its motion, heat and gravity, kept while shocks make entropy."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import closed_gas_entropy, gas_energy


@dataclass(frozen=True, slots=True)
class Astrophysics:
    """An ideal gas with shocks, and its own gravity where that is stated."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖u‖² + p/(γ − 1)."""
        energy = gas_energy(trajectory, self.manifest.inputs)
        unit = "1" if readings.dimensionless(trajectory) else "J/m^3"
        return readings.masked(trajectory, energy), unit, "cold gas at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the gas' energy, with that of its own gravity if stated: kept when closed."""
        energy = self.energy(trajectory)[0]
        constant = trajectory.parameters.get("gravity", 0.0)
        if not constant:
            return readings.closed_budget(trajectory, energy)
        if set(trajectory.grid.boundary) != {"periodic"} or trajectory.valid is not None:
            total = readings.content(trajectory, energy)
            return readings.unknown_budget(total, "gravity reaches beyond what is not periodic.")
        density = readings.need(trajectory, "density", self.manifest.inputs["density"])
        held = _gravity_energy(trajectory.grid, density, constant)
        return readings.closed_budget(trajectory, energy + held)

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return ∫ ρ ln(p/ρ^γ) dV, in units of c_v, of a closed gas."""
        return closed_gas_entropy(trajectory, self.manifest.inputs)


def _gravity_energy(
    grid: Grid, density: Float[np.ndarray, "time *space"], constant: float
) -> Float[np.ndarray, "time *space"]:
    """Return ½ρφ of `∇²φ = 4πG (ρ − ρ̄)`, at most zero in sum; periodic."""
    square = np.zeros(grid.shape)
    for axis, (cells, spacing) in enumerate(zip(grid.shape, grid.spacing, strict=True)):
        wave = 2 * np.pi * np.fft.fftfreq(cells, spacing)
        square = square + np.expand_dims(wave**2, [a for a in range(len(grid.shape)) if a != axis])
    square.flat[0] = np.inf
    axes = tuple(range(1, density.ndim))
    deep = -4 * np.pi * constant * np.fft.fftn(density, axes=axes) / square
    return density * np.fft.ifftn(deep, axes=axes).real / 2
