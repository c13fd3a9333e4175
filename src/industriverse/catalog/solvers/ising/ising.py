"""Run a lattice of spins in a bath and return its frames, energy and magnetisation."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.lattice import Ising, drawn, energy


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` spins, and their means and the balance of energy a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    start = drawn(int(params["cells"]), int(params["seed"]), params["up"])
    model = Ising(params["temperature"], params["heating"], params["clusters"] >= 1)
    path = model.solve(start, int(params["frames"]), params["frame_s"])
    spin = np.asarray(path.spin, np.float64)
    held = np.asarray(energy(path.spin), np.float64)
    sites = spin[0].size
    return {
        "spin": spin,
        "energy": held / sites,
        "magnetisation": spin.mean(axis=(1, 2)),
        "temperature": params["temperature"] + params["heating"] * np.asarray(path.time),
        "energy_residual": (held - held[0] - np.asarray(path.heat)) / sites,
    }
