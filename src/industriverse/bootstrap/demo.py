"""The simulated plant as a live source, and its file for newcomers."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from industriverse.catalog.solvers.demo_plant import write_sample
from industriverse.engines.simulation.plant import CHANNELS, Plant
from industriverse.kernel.signals import Channel

_STEP_S = 1.0
_SKIPPED = 4800
"""Samples before the first shown: a newcomer sees a leak that was closed, then a steady plant."""


class DemoSource:
    """Samples of the simulated plant, one after another."""

    name = "demo-plant"
    title = "Demo plant (simulated)"
    simulated = True
    step_s = _STEP_S
    channels = tuple(Channel(channel.name, channel.unit) for channel in CHANNELS)

    def __init__(self, seed: int) -> None:
        self._plant = Plant(seed, _STEP_S)
        self._plant.advance(_SKIPPED)

    @property
    def titles(self) -> dict[str, str]:
        """Channel name to its name for people."""
        return {channel.name: channel.title for channel in CHANNELS}

    def advance(self, count: int) -> Float[np.ndarray, "time channel"]:
        """Return the next samples."""
        return self._plant.advance(count)


def demo_source(seed: int = 0) -> DemoSource:
    """Return the simulated plant."""
    return DemoSource(seed)


def write_demo_file(path: Path, hours: float) -> Path:
    """Write the plant's last hours as CSV and return the path."""
    write_sample(path, hours=hours)
    return path
