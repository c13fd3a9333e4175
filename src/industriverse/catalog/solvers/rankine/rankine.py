"""Solve a Rankine cycle and return its points, its path and its energies."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.cycles import Rankine, Surroundings, tabulate

Array = Float[np.ndarray, "..."]


def run(inputs: Mapping[str, Array], params: Mapping[str, float]) -> dict[str, Array]:
    """Return arrays over points, steps and components, and numbers of the whole cycle.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cycle = Rankine(
        boiler_pressure=params["boiler_pressure"],
        condenser_pressure=params["condenser_pressure"],
        steam_temperature=params["steam_temperature"],
        reheat_pressure=params["reheat_pressure"],
        reheat_temperature=params["reheat_temperature"],
        turbine_efficiency=params["turbine_efficiency"],
        pump_efficiency=params["pump_efficiency"],
    ).solve(
        Surroundings(
            temperature=params["dead_temperature"],
            above=params["source_above"],
            below=params["sink_below"],
        )
    )
    return tabulate(cycle, int(params["places"]))
