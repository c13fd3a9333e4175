"""Run Cahn–Hilliard from a drawn mixture and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.patterns import CahnHilliard, mixed
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` composition, and its mean and free energy a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves = Waves(int(params["cells"]), params["length"])
    penalty = params["gradient_penalty"]
    system = CahnHilliard(params["mobility"], penalty, waves)
    start = mixed(waves, int(params["seed"]), params["mean"], np.sqrt(penalty))
    path = system.solve(jnp.asarray(start), int(params["frames"]), params["frame_s"])
    return {
        "composition": np.asarray(path),
        "mean_composition": np.asarray(path.mean(axis=(1, 2))),
        "free_energy": np.asarray(system.free_energy(path)),
    }
