"""Run pulses of light in a conducting box with dielectric discs and return their frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.waves import Maxwell, discs, pulses


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` fields and, a frame, their energy and the divergence of B.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, length, seed = int(params["cells"]), params["length"], int(params["seed"])
    filled = discs(cells, length, seed=seed, count=int(params["discs"]), radius=params["radius"])
    permittivity = 1 + (params["permittivity"] - 1) * filled
    drawn = pulses(
        cells,
        length,
        seed=seed,
        count=int(params["pulses"]),
        width=params["width"],
        wavelength=params["wavelength"],
    )
    system = Maxwell(jnp.asarray(permittivity), length / cells)
    frames = int(params["frames"])
    light = system.solve(jnp.asarray(params["peak"] * drawn), frames, params["frame_s"])
    return {
        "electric": np.asarray(light.out),
        "magnetic_x": np.asarray(light.x),
        "magnetic_y": np.asarray(light.y),
        "permittivity": np.repeat(permittivity[None], frames, axis=0),
        "energy": np.asarray(light.energy),
        "divergence": np.asarray(light.divergence),
    }
