"""Run a sheet of Lennard-Jones atoms and return its frames."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.particles import Bath, Fluid, LennardJones, Sheet

BOLTZMANN = 1.380649e-23
"""[J/K]. Exact (SI, 2019)."""


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` number, kinetic and potential energy densities, and what is kept.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    diameter, depth = params["diameter"], params["depth"]
    time_s = diameter * np.sqrt(params["mass"] / depth)
    temperature = BOLTZMANN * params["temperature"] / depth
    side = params["length"] / diameter
    sheet = Sheet(Fluid(LennardJones(), (side, side), room=40))
    start = sheet.settled(params["filling"], temperature, int(params["seed"]))
    friction = params["friction"] * time_s
    seen = sheet.watched(
        start,
        int(params["frames"]),
        params["frame_s"] / time_s,
        int(params["cells"]),
        Bath(temperature, friction) if friction else None,
    )
    found = {name: np.asarray(values) for name, values in seen.items()}
    thermal = np.sqrt(found["atoms"][0] * temperature)
    return {
        "number": found["density"] / diameter**2,
        "kinetic_energy": found["kinetic"] * depth / diameter**2,
        "potential_energy": found["potential"] * depth / diameter**2,
        "atoms": found["atoms"],
        "energy": found["energy"],
        "momentum_y": found["momentum"][:, 0] / thermal,
        "momentum_x": found["momentum"][:, 1] / thermal,
        "warmth": found["temperature"] * depth / BOLTZMANN,
    }
