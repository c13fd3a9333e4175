"""Run heat carried by a given flow from warm spots and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.diffusion import GIVEN_FLOWS, AdvectionDiffusion, WarmSpots
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` temperature and velocity, and heat and entropy a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves, seed = Waves(int(params["cells"]), params["length"]), int(params["seed"])
    capacity, frames = params["density"] * params["specific_heat"], int(params["frames"])
    spots = WarmSpots(params["base"], params["rise"], params["spot_width"], int(params["spots"]))
    start = jnp.asarray(spots.temperature(waves, seed, walls=False))
    flow = GIVEN_FLOWS[int(params["flow"])](waves, int(params["waves"]), params["speed"], seed)
    system = AdvectionDiffusion(params["conductivity"] / capacity, flow, waves)
    path = np.asarray(system.solve(start, frames, params["frame_s"]))
    if not path.min() > 0:
        raise ContractError(
            f"Waves too short for the grid cooled a place to {path.min():.3g} K.",
            hint="Take more cells, wider spots, a slower flow, or a warmer base.",
        )
    u, v = np.repeat(flow[:, None], frames, axis=1)
    return {
        "temperature": path,
        "velocity_x": u,
        "velocity_y": v,
        "heat": capacity * path.mean(axis=(1, 2)),
        "entropy": capacity * np.log(path).mean(axis=(1, 2)),
    }
