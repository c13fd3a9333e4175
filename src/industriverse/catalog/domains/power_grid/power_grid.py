"""Machines on a lattice: ½mω² and the lines' K(1 − cos Δ), while damping takes from both."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest

Frames = Float[np.ndarray, "time y x"]
_PLANE = 2


@dataclass(frozen=True, slots=True)
class PowerGrid:
    """Generators and consumers in turn, as on a chessboard, each with lines to four others."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 where the file declares this domain."""
        return readings.declared(trajectory, self.law.domain)

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the trajectory's own grid."""
        return trajectory.grid

    def energy(self, trajectory: Trajectory) -> tuple[Frames, str, str]:
        """Return ½mω² + ½ Σ K (1 − cos Δ) over a machine's lines."""
        coupling = self._stated(trajectory, "strength") * self._stated(trajectory, "power") / 4
        lines = sum((1 - np.cos(lead) for lead in self._leads(trajectory)), 0.0)
        return self._motion(trajectory) + coupling * lines / 2, "1", "no motion, no load"

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return `Σ mω`: lines only pass it on, and damping takes its share of it."""
        inertia = self._stated(trajectory, "inertia")
        total = readings.content(trajectory, inertia * self._need(trajectory, "frequency"))
        if not trajectory.closed or trajectory.valid is not None:
            return readings.unknown_budget(total, "lines to other grids are not stated.")
        fading = np.expm1(-trajectory.parameters.get("damping", 0.0) * trajectory.step_s / inertia)
        note = "What damping takes from the mean, exactly; as much power is fed in as is taken."
        return Budget(total, total[:-1] * fading, "functional", None, note)

    def entropy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time"], str] | None:
        """Return the energy above that of the grid in step, power fed in and taken included."""
        if not trajectory.closed or trajectory.valid is not None:
            return None
        strength, power = (self._stated(trajectory, name) for name in ("strength", "power"))
        lead = np.arcsin(min(1.0, 1 / strength)) if strength else np.pi / 2
        held = self._motion(trajectory)
        sign = 1.0 - 2.0 * (np.indices(trajectory.grid.shape).sum(axis=0) % 2)
        for angle in self._leads(trajectory):
            ahead = sign * angle
            swing = strength * (np.cos(lead) - np.cos(ahead)) - (ahead - lead)
            held = held + power / 8 * swing
        return readings.content(trajectory, held), "1"

    def _motion(self, trajectory: Trajectory) -> Frames:
        return self._stated(trajectory, "inertia") * self._need(trajectory, "frequency") ** 2 / 2

    def _leads(self, trajectory: Trajectory) -> list[Frames]:
        """Return by how much each machine leads each of its neighbours [rad]."""
        grid = trajectory.grid
        odd = any(cells % 2 for cells in grid.shape)
        if len(grid.shape) != _PLANE or odd or set(grid.boundary) != {"periodic"}:
            raise ContractError(
                f"A grid of {grid.shape} machines with sides {grid.boundary} is no lattice of"
                " generators and consumers in turn.",
                hint="Take two periodic axes with an even number of machines each.",
            )
        phase = self._need(trajectory, "phase")
        return [phase - np.roll(phase, shift, axis) for shift in (1, -1) for axis in (-1, -2)]

    def _need(self, trajectory: Trajectory, name: str) -> Frames:
        return readings.need(trajectory, name, self.manifest.inputs[name])

    def _stated(self, trajectory: Trajectory, name: str) -> float:
        if name not in trajectory.parameters:
            raise ContractError(
                f"The parameter {name} [{self.manifest.params[name].unit}] is not stated.",
                hint=f"Add a variable of one value to the file: `{name}` with its unit.",
            )
        return trajectory.parameters[name]
