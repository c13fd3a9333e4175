"""Run a flow between two wells through drawn rock and return its frames."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.porous import Reservoir, log_normal, swept, two_wells
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` pressure, tracer, rock and wells, and their balances a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, frames = int(params["cells"]), int(params["frames"])
    waves = Waves(cells, params["length"])
    drawn = params["permeability_mean"], params["log_deviation"], params["patch"]
    permeability = log_normal(waves, *drawn, int(params["seed"]))
    source = two_wells(waves, params["rate"], params["well_width"])
    reservoir = Reservoir(
        jnp.asarray(permeability),
        params["length"] / cells,
        params["porosity"],
        params["compressibility"],
        params["viscosity"],
    )
    path = swept(reservoir, jnp.asarray(source), frames, params["frame_s"])
    pressure = path.flow.pressure
    surplus = jax.vmap(reservoir.rock.surplus, (0, None))(pressure, jnp.asarray(source))
    filled = 1 + params["compressibility"] * np.asarray(pressure).mean(axis=(1, 2))
    return {
        "pressure": np.asarray(pressure),
        "tracer": np.asarray(path.tracer),
        "permeability": np.broadcast_to(permeability, pressure.shape),
        "source": np.broadcast_to(source, pressure.shape),
        "fluid": params["porosity"] * filled,
        "tracer_balance": np.asarray(path.balance),
        "dissipated": np.asarray(path.flow.dissipated),
        "surplus": np.asarray(surplus),
    }
