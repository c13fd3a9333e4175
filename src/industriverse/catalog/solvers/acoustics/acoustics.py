"""Run pulses of sound in a rigid box with discs of another fluid and return their frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.waves import Acoustics, discs, pulses


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` fields and, a frame, energy, compression and turning.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, length, seed = int(params["cells"]), params["length"], int(params["seed"])
    filled = discs(cells, length, seed=seed, count=int(params["discs"]), radius=params["radius"])
    drawn = pulses(
        cells,
        length,
        seed=seed,
        count=int(params["pulses"]),
        width=params["width"],
        wavelength=params["wavelength"],
    )
    density = params["density"] + (params["disc_density"] - params["density"]) * filled
    speed = params["speed"] + (params["disc_speed"] - params["speed"]) * filled
    system = Acoustics(jnp.asarray(density), jnp.asarray(speed), length / cells)
    frames = int(params["frames"])
    sound = system.solve(jnp.asarray(params["peak"] * drawn), frames, params["frame_s"])
    squeezed = np.abs(params["peak"] * drawn / density / speed**2).sum() * (length / cells) ** 2
    return {
        "pressure": np.asarray(sound.pressure),
        "velocity_x": np.asarray(sound.x),
        "velocity_y": np.asarray(sound.y),
        "density": np.repeat(density[None], frames, axis=0),
        "sound_speed": np.repeat(speed[None], frames, axis=0),
        "energy": np.asarray(sound.energy),
        "compression": np.asarray(sound.volume) / squeezed,
        "turning": np.asarray(sound.turning),
    }
