"""Run kicks through a free block with discs of another solid and return the frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.waves import Elasticity, discs, kicks


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` fields and, a frame, energy and momentum.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, length, seed = int(params["cells"]), params["length"], int(params["seed"])
    filled = discs(cells, length, seed=seed, count=int(params["discs"]), radius=params["radius"])
    drawn = kicks(cells, length, seed=seed, count=int(params["kicks"]), width=params["width"])
    solid = {
        name: params[name] + (params[f"disc_{name}"] - params[name]) * filled
        for name in ("density", "pressure_speed", "shear_speed")
    }
    parts = (jnp.asarray(part) for part in solid.values())
    density, pressure_speed, shear_speed = parts
    system = Elasticity(density, pressure_speed, shear_speed, length / cells)
    frames = int(params["frames"])
    start = (jnp.asarray(params["peak"] * drawn[0]), jnp.asarray(params["peak"] * drawn[1]))
    quake = system.solve(start, frames, params["frame_s"])
    mass, energy = solid["density"].sum() * (length / cells) ** 2, np.asarray(quake.energy)
    # Momentum, were all the energy motion in one direction.
    whole = np.sqrt(2 * mass * energy[0])
    still = {name: np.repeat(part[None], frames, axis=0) for name, part in solid.items()}
    return still | {
        "velocity_x": np.asarray(quake.x),
        "velocity_y": np.asarray(quake.y),
        "stress_xx": np.asarray(quake.pull_x),
        "stress_yy": np.asarray(quake.pull_y),
        "stress_xy": np.asarray(quake.shear),
        "energy": energy,
        "momentum_x": np.asarray(quake.momentum[:, 0]) / whole,
        "momentum_y": np.asarray(quake.momentum[:, 1]) / whole,
    }
