"""Run a layer heated from below and return its frames, what it carries and what it keeps."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation import convection
from industriverse.engines.simulation.convection import Layer, RayleighBenard, perturbed


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` temperature and velocity, and the balances a frame.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    system = RayleighBenard(
        rayleigh=params["rayleigh"],
        prandtl=params["prandtl"],
        diffusivity=params["diffusivity"],
        difference=params["difference"],
        layer=Layer(int(params["cells"]), params["length"]),
    )
    start = perturbed(system, params["disturbance"], int(params["seed"]))
    flow = system.solve(start, int(params["frames"]), params["frame_s"])
    mean = params["mean_temperature"]
    along, up = convection.velocity(system, flow)
    lower, upper, lost = convection.nusselt(system, flow)
    outputs = {
        "temperature": convection.temperature(system, flow, mean),
        "velocity_x": along,
        "velocity_y": up,
        "nusselt_lower": lower,
        "nusselt_upper": upper,
        "nusselt_dissipation": lost,
        "kinetic_energy": convection.kinetic_energy(system, flow),
        "heat_residual": convection.heat_residual(system, flow),
        "entropy_made": convection.entropy_made(system, flow, mean),
    }
    return {name: np.asarray(values) for name, values in outputs.items()}
