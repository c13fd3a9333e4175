"""Forecasters that go wrong on purpose, so that a benchmark can measure what is survived."""

import os
import time
from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float

from industriverse.kernel.canonical import Json
from industriverse.services.ensemble import EnsembleRequest, ReplicaSpec, Work, load

Fault = Literal["crash", "hang", "lie"]
_HANG_S = 3600.0
_LIE = -1e6


def failing(target: str, arguments: Mapping[str, Json], fault: Fault, after: int) -> Work:
    """Return a forecaster that does as told for some calls, and then fails at each.

    Args:
        target: The forecaster it is at first, as in `ReplicaSpec`.
        arguments: What that is called with.
        fault: `crash` ends the process, `hang` sleeps for an hour, `lie` changes all values.
        after: Calls before the first fault.
    """
    well, calls = load(ReplicaSpec(target, arguments)), 0

    def work(request: EnsembleRequest) -> Float[np.ndarray, "lead *state"]:
        nonlocal calls
        calls += 1
        if calls <= after:
            return well(request)
        if fault == "crash":
            os._exit(1)
        if fault == "hang":
            time.sleep(_HANG_S)
        return well(request) * _LIE

    return work
