"""Run Kuramoto–Sivashinsky from a drawn front and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.patterns import FlameFront, wrinkled
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` height from the front's mean, that mean and the roughness a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    front = FlameFront(
        antidiffusion=params["antidiffusion"],
        hyperdiffusion=params["hyperdiffusion"],
        speed=params["speed"],
        waves=Waves(int(params["cells"]), params["length"]),
    )
    start = jnp.asarray(wrinkled(front.waves, int(params["seed"]), params["height"]))
    path = np.asarray(front.solve(start, int(params["frames"]), params["frame_s"]))
    roughness = path.std(axis=(1, 2))
    return {
        "height": path,
        "mean_height": path.mean(axis=(1, 2)) / roughness.max(),
        "roughness": roughness,
    }
