"""Run a driven pendulum from a drawn start and return its readings."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.motions import DrivenPendulum, pendulum_start


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time"]]:
    """Return angle and speed a frame, the growth of a small difference, and energy with its work.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    pendulum = DrivenPendulum(params["drive"], params["damping"], params["frequency"])
    drawn = pendulum_start(int(params["seed"]), params["angle"], params["speed"], params["spread"])
    path = pendulum.solve(jnp.asarray(drawn), int(params["frames"]), params["frame_s"])
    angle, speed, work = np.asarray(path.state).T
    energy = np.asarray(pendulum.energy(path.state))
    return {
        "angle": angle,
        "sine": np.sin(angle),
        "speed": speed,
        "growth": np.asarray(path.growth),
        "energy": energy,
        "energy_held": energy - work,
    }
