"""Run the simulated plant for a stretch and return its readings by channel."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.plant import Plant

Series = Float[np.ndarray, "time"]


def run(inputs: Mapping[str, Series], params: Mapping[str, float]) -> dict[str, Series]:
    """Return the readings of some seconds of plant time, after some seconds of running in.

    The manifest beside this file gives names, units and limits; there are no inputs.
    """
    del inputs
    plant = Plant(seed=int(params["seed"]), step_s=float(params["step_s"]))
    plant.run(params["skip_s"])
    signals = plant.run(params["duration_s"]).signals
    return {name: signals.values[:, i] for i, name in enumerate(signals.names)}
