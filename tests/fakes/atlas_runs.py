"""A tiny atlas for tests: one fast solver, a few short runs."""

import os
from dataclasses import replace

from industriverse.kernel.plugins import Catalog, installed
from industriverse.services.atlas import _maps

RUNS = [{"frames": 6, "frame_s": 10.0, "feed": feed} for feed in (0.02, 0.03, 0.04)]
CELLS = 16


def tiny_catalog(runs=RUNS, skip: int = 1) -> Catalog:
    """Return a catalogue of Gray–Scott alone, with a recipe of short runs."""
    solver = installed().get("gray-scott")
    recipe = {"sequences": runs, "skip": skip}
    short = replace(solver, solver={**solver.solver, "atlas": recipe})
    domain = installed().get("reaction_diffusion")
    return Catalog({short.id: short, domain.id: domain})


def two_domains() -> Catalog:
    """Return `tiny_catalog` and Cahn–Hilliard, so that two workers have something to do."""
    known, tiny = installed(), tiny_catalog()
    recipe = {"sequences": [{"frames": 4, "frame_s": 100.0, "mean": m} for m in (0.0, 0.1, 0.2)]}
    solver = known.get("cahn-hilliard")
    short = replace(solver, solver={**solver.solver, "atlas": recipe})
    names = ("gray-scott", "reaction_diffusion")
    added = [*map(tiny.get, names), short, known.get("materials")]
    return Catalog({manifest.id: manifest for manifest in added})


def kill_at(pyramids: int) -> None:
    """Kill this process when the atlas makes its n-th pyramid."""
    made, count = _maps.build_pyramid, 0

    def counted(density, grid):
        nonlocal count
        count += 1
        if count == pyramids:
            os.kill(os.getpid(), 9)
        return made(density, grid)

    _maps.build_pyramid = counted
