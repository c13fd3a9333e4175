"""Run Lorenz' system from a drawn start and return its readings."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.motions import Lorenz, lorenz_start


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time"]]:
    """Return x, y and z a frame, the growth of a small difference, and what volumes keep.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    system = Lorenz(params["rho"], params["sigma"], params["beta"])
    start = jnp.asarray(lorenz_start(system, int(params["seed"]), params["spread"]))
    frames, frame_s = int(params["frames"]), params["frame_s"]
    path = system.solve(start, frames, frame_s)
    x, y, z = np.asarray(path.state).T
    time = frame_s * np.arange(frames)
    return {
        "x": x,
        "y": y,
        "z": z,
        "growth": np.asarray(path.growth),
        "volume": np.exp(np.asarray(path.volume) + system.contraction * time),
    }
