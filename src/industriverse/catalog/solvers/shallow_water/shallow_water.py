"""Run rotating shallow water from vortices or humps and return its frames."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.fluids import Basin, ShallowWater, centred, wave_step
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` depth, velocity and vorticity, and what is kept, a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves = Waves(int(params["cells"]), params["length"])
    gravity, coriolis = params["gravity"], params["coriolis"]
    basin = Basin(waves, params["depth"], gravity, coriolis)
    count, seed = int(params["number"]), int(params["seed"])
    if int(params["start"]) == 0:
        start = basin.vortices(count, params["speed"], seed)
    else:
        start = basin.humps(count, params["height"], seed)
    spacing = waves.length / waves.cells
    system = ShallowWater(gravity, coriolis, spacing, wave_step(start, gravity, spacing))
    path = system.solve(start, int(params["frames"]), params["frame_s"])
    depth, u, v = (np.asarray(field) for field in centred(path))
    mass, energy = depth.mean(axis=(1, 2)), np.asarray(system.energy(path))
    return {
        "depth": depth,
        "velocity_x": u,
        "velocity_y": v,
        "vorticity": np.asarray(system.vorticity(path)),
        "mass": mass,
        "energy": energy,
        "available_energy": energy - gravity * mass**2 / 2,
        "potential_enstrophy": np.asarray(system.potential_enstrophy(path)),
    }
