"""Run a plane incompressible flow from a chosen start and return its frames."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.fluids import (
    START_FLOWS,
    Incompressible,
    courant_step,
    kolmogorov,
    random_flow,
)
from industriverse.engines.simulation.spectral import Waves


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` velocity and vorticity, and the flow's budgets a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    waves = Waves(int(params["cells"]), params["length"])
    viscosity, speed = params["kinematic_viscosity"], params["speed"]
    count, seed, drift = (
        int(params["waves"]),
        int(params["seed"]),
        (params["drift_x"], params["drift_y"]),
    )
    start_flow = START_FLOWS[int(params["start"])]
    start = start_flow(waves, count, speed, seed)
    stirring = None
    if start_flow is kolmogorov:
        stirring = viscosity * (2 * np.pi * count / params["length"]) ** 2 * start
    if start_flow is not random_flow and params["noise"] > 0:
        start = start + random_flow(waves, count, params["noise"] * speed, seed)
    flow = Incompressible(viscosity, waves, courant_step(start, waves, drift), drift, stirring)
    path = flow.solve(jnp.asarray(start), int(params["frames"]), params["frame_s"])
    u, v, vorticity, work = (np.asarray(frames) for frames in path)
    # Of the start, r.m.s.; a fluid that nothing moves has no momentum to scale.
    scale = max(float(np.sqrt((u[0] ** 2 + v[0] ** 2).mean())), np.finfo(np.float64).tiny)
    energy = (u**2 + v**2).mean(axis=(1, 2)) / 2
    return {
        "velocity_x": u,
        "velocity_y": v,
        "vorticity": vorticity,
        "kinetic_energy": energy,
        "enstrophy": (vorticity**2).mean(axis=(1, 2)) / 2,
        "momentum_x": u.mean(axis=(1, 2)) / scale,
        "momentum_y": v.mean(axis=(1, 2)) / scale,
        "free_energy": energy - work,
    }
