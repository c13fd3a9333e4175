"""Incompressible flow: ½ρ‖u‖², which falls by the viscous dissipation 2ρν ∫ S:S dV and no more."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest
from industriverse.physics import divergence_share, step_integral, strain_power

_COMPONENTS = ("u", "v", "w")
_DIVERGENCE_LIMIT = 0.05


@dataclass(frozen=True, slots=True)
class Fluid:
    """A flow that viscosity slows, between walls or on periodic axes."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return how surely there is a velocity component for each axis, in lengths."""
        if any(unit.startswith("degree") for unit in trajectory.grid.units):
            return 0.0
        wanted = _COMPONENTS[: len(trajectory.grid.shape)]
        slots = {name: self.manifest.inputs[name] for name in wanted}
        return readings.certainty(trajectory, slots)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return ½ρ‖u‖², or ½‖u‖² per unit density where the density is not stated."""
        density = trajectory.parameters.get("density", 1.0)
        energy = 0.5 * density * np.sum([u**2 for u in self._velocity(trajectory)], axis=0)
        unit = "J/m^3" if "density" in trajectory.parameters else "m^2/s^2"
        unit = "1" if readings.dimensionless(trajectory) else unit
        return readings.masked(trajectory, energy), unit, "a fluid at rest"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return kinetic energy; its exchange is the dissipation of the velocity itself."""
        total = readings.content(trajectory, self.energy(trajectory)[0])
        if reason := self._open(trajectory):
            return readings.unknown_budget(total, reason)
        stated = trajectory.parameters
        viscosity = stated["kinematic_viscosity"] * stated.get("density", 1.0)
        loss = 2 * viscosity * strain_power(self._velocity(trajectory), trajectory.grid)
        note = "Dissipation 2ρν ∫ S:S dV of the velocity (functional)."
        return Budget(total, -step_integral(loss, trajectory.step_s), "functional", None, note)

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the free energy of an isothermal unforced flow: its kinetic energy."""
        if self._open(trajectory):
            return None
        energy, unit, _ = self.energy(trajectory)
        return readings.content(trajectory, energy), "J" if unit == "J/m^3" else "1"

    def _velocity(self, trajectory: Trajectory) -> list[Float[np.ndarray, "time *space"]]:
        wanted = _COMPONENTS[: len(trajectory.grid.shape)]
        return [readings.need(trajectory, n, self.manifest.inputs[n]) for n in wanted]

    def _open(self, trajectory: Trajectory) -> str:
        """Return why the balance cannot be closed, judged on declarations and the first frame."""
        if "kinematic_viscosity" not in trajectory.parameters:
            return "the kinematic viscosity is not stated, so dissipation is unknown."
        if trajectory.closed is False or "open" in trajectory.grid.boundary:
            return "an axis is open, so what flows in and out is unknown."
        if trajectory.valid is not None and not trajectory.valid.all():
            return "cells without data hide the flow through their faces."
        first = [u[:1] for u in self._velocity(trajectory)]
        share = divergence_share(first, trajectory.grid)
        if share > _DIVERGENCE_LIMIT:
            return (
                f"the first frame's divergence is {share:.0%} of its gradient: not incompressible."
            )
        return ""
