"""Solve a Otto cycle and return its points, its path and its energies."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.cycles import Otto, Surroundings, tabulate

Array = Float[np.ndarray, "..."]


def run(inputs: Mapping[str, Array], params: Mapping[str, float]) -> dict[str, Array]:
    """Return arrays over points, steps and components, and numbers of the whole cycle.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cycle = Otto(
        compression_ratio=params["compression_ratio"],
        heat=params["heat"],
        inlet_temperature=params["inlet_temperature"],
        inlet_pressure=params["inlet_pressure"],
        compression_efficiency=params["compression_efficiency"],
        expansion_efficiency=params["expansion_efficiency"],
    ).solve(
        Surroundings(
            temperature=params["dead_temperature"],
            above=params["source_above"],
            below=params["sink_below"],
        )
    )
    return tabulate(cycle, int(params["places"]))
