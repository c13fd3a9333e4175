"""Signal: the energy of a sliding window, which changes by what enters less what leaves."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.signals import analyse, segment_length, squared_moduli
from industriverse.kernel import readings
from industriverse.kernel.domains import Budget, DomainLaw
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import Manifest


@dataclass(frozen=True, slots=True)
class Signal:
    """Successive windows of any sensors; levels and scales are those of the first window."""

    law: DomainLaw
    manifest: Manifest

    def fits(self, trajectory: Trajectory) -> float:
        """Return 1 for windows of samples, 0 for anything else."""
        return float(trajectory.grid.axes == ("time",))

    def map_grid(self, trajectory: Trajectory) -> Grid:
        """Return the time-frequency cells of a window, in hertz and seconds."""
        samples, step = trajectory.grid.shape[0], trajectory.grid.spacing[0]
        length = segment_length(samples)
        half = length // 2
        cells = (half + 1, -(-samples // half) + 1)
        spacing = (1 / (length * step), half * step)
        return Grid(cells, spacing, ("frequency", "time"), ("Hz", "s"), ("open", "open"))

    def energy(self, trajectory: Trajectory) -> tuple[Float[np.ndarray, "time *space"], str, str]:
        """Return the squared moduli of a tight frame, per hertz and second."""
        windows, unit, reference = readings.levelled(trajectory)
        grid, length = self.map_grid(trajectory), segment_length(trajectory.grid.shape[0])
        # Every channel of every window at once: the frame takes them as so many channels.
        count, samples, channels = windows.shape
        waves = analyse(windows.transpose(1, 0, 2).reshape(samples, -1), length)
        power = squared_moduli(waves.reshape(grid.shape[0], -1, channels), length)
        maps = np.moveaxis(power.reshape(*grid.shape, count), -1, 0)
        return maps * (trajectory.grid.spacing[0] / grid.cell_volume), unit, reference

    def budget(self, trajectory: Trajectory) -> Budget:
        """Return the maps' energy; its exchange is that of the samples that enter and leave."""
        energy, _, _ = self.energy(trajectory)
        total = energy.sum(axis=(1, 2)) * self.map_grid(trajectory).cell_volume
        samples, step = trajectory.grid.shape[0], trajectory.grid.spacing[0]
        slide = round(trajectory.step_s / step)
        if not 1 <= slide <= samples:
            return readings.unknown_budget(total, "the windows do not overlap.")
        windows, _, _ = readings.levelled(trajectory)
        _refuse_rewriting(windows, slide)
        power = (windows**2).sum(axis=2)
        flow = power[1:, -slide:].sum(axis=1) - power[:-1, :slide].sum(axis=1)
        note = "Energy of the samples that enter less that of those that leave (functional)."
        return Budget(total, flow * step, "functional", None, note)

    def entropy(self, trajectory: Trajectory) -> None:
        """Return nothing: a signal has no entropy law."""


def _refuse_rewriting(windows: Float[np.ndarray, "window time channel"], slide: int) -> None:
    """Refuse windows whose shared part differs: the later one rewrites the past."""
    changed = windows[:-1, slide:] != windows[1:, :-slide]
    if changed.any():
        at = int(np.argwhere(changed)[0, 0])
        raise ContractError(f"Window {at + 2} changes samples that window {at + 1} already holds.")
