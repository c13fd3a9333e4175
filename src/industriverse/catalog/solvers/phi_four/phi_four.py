"""Run a scalar with two wells on a lattice and return its frames and the balance of energy."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.lattice import PhiFour, thermal


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` φ, its rate and its energy, and the balance of energy a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    model = PhiFour(
        stiffness=params["stiffness"],
        well=params["well"],
        quartic=params["quartic"],
        damping=params["damping"],
        temperature=params["temperature"],
        hottest=params["start_temperature"],
    )
    start = thermal(int(params["cells"]), int(params["seed"]), params["start_temperature"])
    path = model.solve(start, int(params["frames"]), params["frame_s"])
    density = np.asarray(model.density(path))
    energy = density.mean(axis=(1, 2))
    heat = np.asarray(path.heat) / density[0].size
    return {
        "phi": np.asarray(path.value),
        "rate": np.asarray(path.rate),
        "energy_density": density,
        "energy": energy,
        "heat": heat,
        "energy_held": energy - heat,
    }
