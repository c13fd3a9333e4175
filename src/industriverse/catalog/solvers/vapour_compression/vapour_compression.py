"""Solve a cycle of vapour compression and return its points, its path and its energies."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.cycles import Surroundings, VapourCompression, tabulate
from industriverse.kernel.errors import ContractError

Array = Float[np.ndarray, "..."]

_FLUIDS = {
    32: "R32",
    134: "R134a",
    152: "R152a",
    290: "R290",
    600: "R600a",
    717: "R717",
    744: "R744",
    1234: "R1234yf",
}


def run(inputs: Mapping[str, Array], params: Mapping[str, float]) -> dict[str, Array]:
    """Return arrays over points, steps and components, and numbers of the whole cycle.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    cycle = VapourCompression(
        evaporator_temperature=params["evaporator_temperature"],
        condenser_temperature=params["condenser_temperature"],
        superheat=params["superheat"],
        subcooling=params["subcooling"],
        compressor_efficiency=params["compressor_efficiency"],
        fluid=_fluid(round(params["refrigerant"])),
    ).solve(
        Surroundings(
            temperature=params["dead_temperature"],
            above=params["source_above"],
            below=params["sink_below"],
        )
    )
    return tabulate(cycle, int(params["places"]))


def _fluid(number: int) -> str:
    if number not in _FLUIDS:
        raise ContractError(
            f"There is no refrigerant of the number {number} here.",
            hint=f"One of: {', '.join(str(known) for known in _FLUIDS)}.",
        )
    return _FLUIDS[number]
