"""Run a layer that mixes and radiates, and return its frames."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.gas import (
    Cooling,
    Gas,
    RadiatingGas,
    conserved,
    sliding_layers,
)


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` density, pressure and velocity, and the budget of energy.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells, gamma, contrast = int(params["cells"]), params["gamma"], params["contrast"]
    start = sliding_layers(cells, contrast, params["speed"], int(params["seed"]))
    start[0] *= params["density_hot"]
    start[3] *= params["pressure_start"]
    hot = params["pressure_start"] / params["density_hot"]
    peak = hot / float(np.sqrt(contrast))
    # At the peak and the first pressure, the thermal energy lasts for `cooling_s`.
    law = Cooling(peak, hot / contrast, params["pressure_start"] / peak, params["cooling_s"])
    flow = Gas(gamma, params["length"] / cells, ("reflecting", "periodic"))
    path = RadiatingGas(flow, law).solve(
        conserved(jnp.asarray(start), gamma), int(params["frames"]), params["frame_s"]
    )
    density, velocity_y, velocity_x, pressure = np.moveaxis(
        np.asarray(jax.vmap(flow.values)(path.gas)), 1, 0
    )
    totals = np.asarray(path.gas).sum(axis=(2, 3)).T * flow.spacing**2
    # Momentum, were all the energy motion in one direction.
    whole = np.sqrt(2 * totals[0, 0] * totals[3, 0])
    radiated = np.asarray(path.radiated)
    return {
        **{"density": density, "pressure": pressure},
        **{"velocity_y": velocity_y, "velocity_x": velocity_x},
        **{"mass": totals[0], "momentum_x": totals[2] / whole, "energy": totals[3]},
        **{"radiated": radiated, "balance": totals[3] + radiated},
    }
