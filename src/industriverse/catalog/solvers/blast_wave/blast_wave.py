"""Run blast waves from drawn places and return their frames."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.gas import Blasts, Gas, conserved


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` density, pressure and velocity, and what is kept, a number a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, gamma = int(params["cells"]), params["gamma"]
    blasts = Blasts(
        count=int(params["blasts"]),
        energy=params["energy_each"],
        density=params["density_around"],
        pressure=params["pressure_around"],
        clumping=params["clumping"],
    )
    gas = Gas(gamma, params["length"] / cells)
    start = blasts.start(cells, params["length"], gamma, int(params["seed"]))
    path = gas.solve(conserved(jnp.asarray(start), gamma), int(params["frames"]), params["frame_s"])
    fields = np.asarray(jax.vmap(gas.values)(path))
    names = ("density", "velocity_y", "velocity_x", "pressure")
    kept = ("mass", "momentum_y", "momentum_x", "energy")
    totals = np.asarray(path).sum(axis=(2, 3)) * gas.spacing**2
    # As a share of what it were, were all the energy motion in one direction.
    totals[:, 1:3] /= np.sqrt(2 * totals[0, 0] * totals[0, 3])
    return {
        **{name: fields[:, at] for at, name in enumerate(names)},
        **{name: totals[:, at] for at, name in enumerate(kept)},
        "entropy": np.asarray(gas.entropy(path)),
    }
