"""Run the vortices of Orszag and Tang and return their frames."""

from collections.abc import Mapping

import jax
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.gas import MagneticGas, Vortices

_ROOT = np.sqrt(1.25663706212e-6)
"""√μ₀ [√(H/m)]: teslas in a unit in which the field's pressure is B²/2."""


def run(
    inputs: Mapping[str, Float[np.ndarray, "..."]], params: Mapping[str, float]
) -> dict[str, Float[np.ndarray, "time ..."]]:
    """Return `(time, y, x)` density, pressure, velocity and field, and what is kept.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cells = int(params["cells"])
    gas = MagneticGas(params["gamma"], params["length"] / cells)
    vortices = Vortices(
        density=params["density_start"],
        pressure=params["pressure_start"],
        speed=params["speed"],
        field=params["field"] / float(_ROOT),
        stir=params["stir"],
    )
    start = vortices.start(gas, cells, int(params["seed"]))
    path = gas.solve(start, int(params["frames"]), params["frame_s"])
    values = np.asarray(jax.vmap(gas.values)(path))
    density, velocity_y, velocity_x, _, pressure, field_y, field_x, _ = np.moveaxis(values, 1, 0)
    mass, momentum_y, momentum_x, _, energy, _ = (
        np.asarray(path.cells).sum(axis=(2, 3)).T * gas.spacing**2
    )
    # Momentum, were all the energy motion in one direction.
    whole = np.sqrt(2 * mass[0] * energy[0])
    strength = (values[:, 5:] ** 2).sum(axis=1)
    scale = gas.spacing / np.sqrt(max(strength.max(), np.finfo(np.float64).tiny))
    return {
        **{"density": density, "pressure": pressure},
        **{"velocity_y": velocity_y, "velocity_x": velocity_x},
        **{"field_y": field_y * _ROOT, "field_x": field_x * _ROOT},
        **{"mass": mass, "energy": energy},
        **{"momentum_y": momentum_y / whole, "momentum_x": momentum_x / whole},
        "divergence": np.abs(gas.divergence(path)).max(axis=(1, 2)) * scale,
        "magnetic_energy": strength.sum(axis=(1, 2)) / 2 * gas.spacing**2,
        "entropy": np.asarray(jax.vmap(gas.entropy)(path)),
    }
