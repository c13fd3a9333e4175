"""Run Gray–Scott from drawn spots and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.patterns import GrayScott, flooded, seeded
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` u and v, their mean sum a frame, and that sum less all exchanged.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves = Waves(int(params["cells"]), params["length"])
    system = GrayScott(
        feed=params["feed"],
        kill=params["kill"],
        spread_u=params["spread_u"],
        spread_v=params["spread_v"],
        waves=waves,
    )
    draw = flooded if round(params["flood"]) else seeded
    start = jnp.asarray(draw(waves, int(params["seed"])))
    path, exchange = system.solve_with_exchange(start, int(params["frames"]), params["frame_s"])
    mass = np.asarray(path).sum(axis=1).mean(axis=(1, 2))
    return {
        "u": np.asarray(path[:, 0]),
        "v": np.asarray(path[:, 1]),
        "mass": mass,
        "balance": mass - np.asarray(exchange),
    }
