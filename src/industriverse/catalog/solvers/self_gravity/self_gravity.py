"""Run a gas that its own gravity draws together and return its frames."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.gas import Gas, HeavyGas, conserved, stirred

_UNIT = 1 / (4 * np.pi)
"""G where the side, the mean density and the free-fall time 1/√(4πGρ) are one."""


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` density, pressure and velocity, and what is kept, a number a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, gamma, mean = int(params["cells"]), params["gamma"], params["density_mean"]
    fall_s = 1 / np.sqrt(4 * np.pi * params["gravity"] * mean)
    speed = params["length"] / fall_s
    sound = 1 / (2 * np.pi * params["jeans_ratio"])
    gas = HeavyGas(Gas(gamma, 1 / cells), _UNIT)
    density = stirred(cells, params["ripple"], int(params["seed"]))
    rest = np.zeros_like(density)
    start = np.stack([density, rest, rest, sound**2 / gamma * density**gamma])
    frames, frame = int(params["frames"]), params["frame_s"] / fall_s
    path = gas.solve(conserved(jnp.asarray(start), gamma), frames, frame)
    fields = np.asarray(jax.vmap(gas.flow.values)(path))
    kept = gas.budget(path)
    momentum = np.asarray(kept.momentum) / sound
    return {
        "density": mean * fields[:, 0],
        "velocity_y": speed * fields[:, 1],
        "velocity_x": speed * fields[:, 2],
        "pressure": mean * speed**2 * fields[:, 3],
        "mass": np.asarray(kept.mass),
        "momentum_y": momentum[:, 0],
        "momentum_x": momentum[:, 1],
        "energy": np.asarray(kept.energy) / sound**2,
        "gravity_energy": np.asarray(kept.gravity) / sound**2,
        "entropy": np.asarray(kept.entropy) - np.log(sound**2 / gamma),
    }
