"""Equations that are known, in the place of those that a search would find."""

from typing import Any

import numpy as np

from industriverse.engines.forecast.laws import Law, NoLaw


class Known(Law):
    """An equation that multiplies a frame by a number in each step, and rolls it along x."""

    last: Any
    factor: float
    cells: int

    def __init__(self, last, factor=1.0, cells=0):
        for name, value in (("last", last), ("factor", factor), ("cells", cells)):
            object.__setattr__(self, name, value)

    def predict(self, frames, *, after=None):
        state, found = self.last if after is None else after[-1], []
        for _ in range(frames):
            state = self.factor * np.roll(state, self.cells, axis=-1)
            found.append(state)
        return np.stack(found)


def near(last, **law):
    """Return that there is no law, but this equation near one."""
    return NoLaw("none fits", 0.1, {}, nearest=Known(last, **law))
