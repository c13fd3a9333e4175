"""Fluid in rock: ½ φ c p², while the fluid is balanced and the flow settles."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

Frames = Float[np.ndarray, "time *space"]


@dataclass(frozen=True, slots=True)
class PorousFlow:
    """A slightly compressible fluid that seeps through rock."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Frames, str, str]:
        """Return ½ φ c p²."""
        energy = 0.5 * self._storage(trajectory) * self._pressure(trajectory) ** 2
        return readings.masked(trajectory, energy), "J/m^3", "the pressure of rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the fluid beyond that of rest: changed in a closed rock by steady wells alone."""
        stored = self._storage(trajectory) * self._pressure(trajectory)
        source = self._read(trajectory, "source")
        if not trajectory.closed or source is None:
            return readings.closed_budget(trajectory, stored)
        total = readings.content(trajectory, stored)
        if (source != source[:1]).any():
            return readings.unknown_budget(total, "the wells change between frames.")
        inflow = readings.content(trajectory, source[:-1]) * trajectory.step_s
        return Budget(total, inflow, "functional", None, "What the steady wells put in, net.")

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return half the dissipation less the wells' power, which falls while the wells last."""
        rock = self._read(trajectory, "permeability")
        viscosity = trajectory.parameters.get("viscosity", 0.0)
        if not trajectory.closed or rock is None or not viscosity or trajectory.valid is not None:
            return None
        pressure = self._pressure(trajectory)
        source = self._read(trajectory, "source")
        rate = np.zeros_like(pressure) if source is None else source
        lost = _dissipated(trajectory.grid, pressure, rock / viscosity)
        return lost / 2 - readings.content(trajectory, rate * pressure), "W"

    def _storage(self, trajectory: Trajectory) -> float:
        stated = trajectory.parameters
        storage = stated.get("porosity", 0.0) * stated.get("compressibility", 0.0)
        if not storage > 0:
            raise ContractError(
                "Porosity times compressibility is not stated, or not above zero.",
                hint="State both; steady flow of a stiff fluid stores no energy.",
            )
        return storage

    def _pressure(self, trajectory: Trajectory) -> Frames:
        return readings.need(trajectory, "pressure", self.manifest.inputs["pressure"])

    def _read(self, trajectory: Trajectory, name: str) -> Frames | None:
        return readings.read(trajectory, name, self.manifest.inputs[name])


def _dissipated(grid: Grid, pressure: Frames, ease: Frames) -> Float[np.ndarray, "time"]:
    """Return ∫ (k/μ) |∇p|² dV, each face's k/μ the harmonic mean of both sides."""
    total = np.zeros(len(pressure))
    for axis, (spacing, side) in enumerate(zip(grid.spacing, grid.boundary, strict=True), start=1):
        before, hard = (np.roll(field, 1, axis) for field in (pressure, 1 / ease))
        each = 2 * (pressure - before) ** 2 / (1 / ease + hard) / spacing**2
        if side != "periodic":
            each = np.delete(each, 0, axis)
        total = total + each.reshape(len(pressure), -1).sum(axis=1)
    return total * grid.cell_volume
