"""Every solver at both ends of every parameter's range: finite numbers, or a sentence that refuses.

A run keeps two frames at the fewest cells and takes at most 300 of its own steps a frame, each as
long as it would be without that limit; so extreme lengths and speeds cost no more than others.
"""

import sys
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.gas import _clock
from industriverse.engines.simulation.motions import _march
from industriverse.engines.simulation.rollout import steps_between
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import Manifest, full_params, installed, load

MOST_STEPS = 300
ROOM = "industriverse.engines.simulation."
SMALLEST = {
    "cells": {"kuramoto-sivashinsky": 58, "lennard-jones": 16},
    "frames": {},
    "places": {},
    "skip_s": {},
    "duration_s": {"demo-plant": 20.0},
}
REFUSED = {
    "acoustics": {"width", "length"},
    "advection-diffusion": {"base", "rise"},
    "brayton": {"turbine_temperature", "compressor_efficiency", "turbine_efficiency"},
    "cahn-hilliard": {"gradient_penalty", "length"},
    "darcy-flow": {"rate"},
    "diesel": {
        "compression_ratio",
        "cutoff_ratio",
        "inlet_temperature",
        "inlet_pressure",
        "compression_efficiency",
        "expansion_efficiency",
    },
    "elasticity": {
        "pressure_speed",
        "shear_speed",
        "disc_pressure_speed",
        "disc_shear_speed",
        "width",
        "length",
    },
    "heat-conduction": {"rise"},
    "ising": {"heating"},
    "kuramoto-sivashinsky": {"antidiffusion", "hyperdiffusion", "length"},
    "maxwell": {"width", "length"},
    "orszag-tang": {"density_start", "pressure_start", "speed"},
    "otto": {"heat", "compression_efficiency", "expansion_efficiency"},
    "rankine": {"reheat_pressure"},
    "shallow-water": {"gravity", "depth", "coriolis", "speed", "length"},
    "vapour-compression": {
        "evaporator_temperature",
        "condenser_temperature",
        "superheat",
        "subcooling",
        "compressor_efficiency",
        "source_above",
        "sink_below",
    },
}
"""Parameters whose ends need other parameters to go along: those runs may be refused, no others."""
FIXED = {*SMALLEST, "seed"}
"""Work and draws, not physics: as small as allowed in each run, and not driven to their end."""


@dataclass(frozen=True)
class Case:
    """A solver with one parameter at one end of its range."""

    manifest: Manifest
    name: str
    value: float

    def __str__(self) -> str:
        return f"{self.manifest.id}-{self.name}={self.value:g}"


def smallest(manifest: Manifest) -> dict[str, float]:
    """Return the least work that a solver's limits allow."""
    found: dict[str, float] = {}
    for name, known in SMALLEST.items():
        if name in manifest.params:
            found[name] = known.get(manifest.id, manifest.params[name].minimum or 0.0)
    return found


CASES = [
    Case(manifest, name, end)
    for manifest in installed().of_kind("solver")
    for name, slot in manifest.params.items()
    if name not in FIXED
    for end in (slot.minimum, slot.maximum)
    if end is not None
]


@pytest.fixture(autouse=True)
def few_steps(monkeypatch, case):
    load(case.manifest)

    def fewer(frame_s, largest_step):
        count, step_s = steps_between(frame_s, largest_step)
        return min(count, MOST_STEPS), step_s

    def shorter(step, largest_step, start, times):
        frames, frame_s = times
        within = jnp.minimum(frame_s, MOST_STEPS * largest_step(start))
        return _clock.frames_of(step, largest_step, start, (frames, within))

    for module in list(sys.modules.values()):
        for name, replacement in (("steps_between", fewer), ("frames_of", shorter)):
            here = module.__name__.startswith(ROOM) and module not in {_clock, _march}
            if here and hasattr(module, name):
                monkeypatch.setattr(module, name, replacement)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_ends_of_a_range_give_finite_numbers_or_are_refused(case):
    given = {**smallest(case.manifest), case.name: case.value}
    params, run = full_params(case.manifest, given), load(case.manifest)
    try:
        outputs = run({}, params)  # pyright: ignore[reportCallIssue]
    except ContractError as refused:
        assert case.name in REFUSED.get(case.manifest.id, set()), refused.message  # noqa: PT017
        return
    wrong = [name for name, values in outputs.items() if not np.isfinite(values).all()]
    assert wrong == []
