"""Run conduction between insulated walls from warm spots and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.diffusion import Conduction, WarmSpots
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` temperature, and heat and entropy a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves = Waves(int(params["cells"]), params["length"])
    capacity = params["density"] * params["specific_heat"]
    spots = WarmSpots(params["base"], params["rise"], params["spot_width"], int(params["spots"]))
    start = jnp.asarray(spots.temperature(waves, int(params["seed"]), walls=True))
    body = Conduction(params["conductivity"] / capacity, waves, walls=True)
    path = np.asarray(body.solve(start, int(params["frames"]), params["frame_s"]))
    return {
        "temperature": path,
        "heat": capacity * path.mean(axis=(1, 2)),
        "entropy": capacity * np.log(path).mean(axis=(1, 2)),
    }
