"""Run a fluid of swimmers from weak drawn eddies and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.patterns import ActiveFluid, stirred
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` vorticity and velocities, and what is kept a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    fluid = ActiveFluid(
        advection=params["advection"],
        friction=params["friction"],
        saturation=params["saturation"],
        viscosity=params["viscosity"],
        hyperviscosity=params["hyperviscosity"],
        waves=Waves(int(params["cells"]), params["length"]),
        fastest=4 * params["speed"],
    )
    start = stirred(fluid.waves, int(params["seed"]), params["speed"], fluid.eddy())
    frames, frame_s = int(params["frames"]), params["frame_s"]
    path, supply = fluid.solve_with_supply(jnp.asarray(start), frames, frame_s)
    vorticity, divergence = np.asarray(fluid.vorticity(path)), np.asarray(fluid.divergence(path))
    energy = np.asarray((path**2).sum(axis=1).mean(axis=(1, 2)) / 2)
    # A fluid that has come to rest turns no more, to the last bit.
    turning = np.maximum(np.abs(vorticity).max(axis=(1, 2)), np.finfo(np.float64).tiny)
    # Both are shares of a size of the run's own, so that rounding has a scale to be small against.
    return {
        "vorticity": vorticity,
        "velocity_x": np.asarray(path[:, 0]),
        "velocity_y": np.asarray(path[:, 1]),
        "kinetic_energy": energy,
        "balance": 1 + (energy - np.asarray(supply)) / energy.max(),
        "divergence": np.abs(divergence).max(axis=(1, 2)) / turning,
    }
