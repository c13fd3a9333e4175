"""Maps for tests: small, lawful and known."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from industriverse.engines.atlas import SequenceFacts, build_pyramid, record_of
from industriverse.kernel.fields import Grid

DAY = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def grid_of(side: int = 32) -> Grid:
    return Grid((side, side), (0.5, 0.25), ("y", "x"), ("m", "m"), ("periodic", "open"))


def facts_of(sequence: str = "flow-a", **changes) -> SequenceFacts:
    stated = SequenceFacts(
        sequence=sequence,
        domain="fluid",
        origin="some-solver",
        grid=grid_of(),
        unit="J/m^3",
        licence="Apache-2.0",
        created=DAY,
        regime="stable",
        parameters={"viscosity": 0.01},
        provenance={"reference": "none"},
    )
    return replace(stated, **changes)


def made_frames(facts: SequenceFacts, frames: int = 3, *, seed: int = 0, step_s: float = 2.0):
    """Return `(record, pyramid)` of random maps."""
    random = np.random.default_rng([seed, *facts.sequence.encode()])
    made = []
    for frame in range(frames):
        density = random.exponential(1.0 + frame, facts.grid.shape)
        pyramid = build_pyramid(density, facts.grid)
        made.append((record_of(facts, frame, step_s * frame, pyramid), pyramid))
    return made


def next_version(facts: SequenceFacts, before, *, seed: int = 9):
    """Return `(record, pyramid)` of the version that follows a record."""
    density = np.random.default_rng(seed).exponential(1.0, facts.grid.shape)
    pyramid = build_pyramid(density, facts.grid)
    return record_of(facts, before.frame, before.time_s, pyramid, before=before), pyramid
