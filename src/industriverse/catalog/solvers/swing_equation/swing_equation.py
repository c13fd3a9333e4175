"""Run a grid of machines after some kicks and return its frames, energy and coherence."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.network import PowerGrid, kicked


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` frequency, phase and energy, and their balances a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    grid = PowerGrid(params["inertia"], params["damping"], params["power"], params["strength"])
    start = kicked(grid, int(params["cells"]), params["kick"], int(params["seed"]))
    path = grid.solve(start, int(params["frames"]), params["frame_s"])
    density = np.asarray(grid.density(path))
    energy = density.mean(axis=(1, 2))
    frequency, phase = np.asarray(path.frequency), np.asarray(path.phase)
    mean = frequency.mean(axis=(1, 2))
    time = params["frame_s"] * np.arange(len(mean))
    fading = np.exp(-params["damping"] * time / params["inertia"])
    return {
        "frequency": frequency,
        "phase": phase,
        "energy_density": density,
        "energy": energy,
        "energy_held": energy + np.asarray(path.lost) / density[0].size,
        "frequency_residual": (mean - mean[0] * fading) / params["kick"],
        "coherence": np.abs(np.exp(1j * phase).mean(axis=(1, 2))),
    }
