"""Readings that never came, marked as NaN.

Little and Rubin's three kinds: completely at random (`MissingAtRandom`, `MissingBursts`,
`Gap`), and not at random (`MissingAbove`), where what is lost is what one would want to see.
"""

from dataclasses import dataclass, field

import numpy as np

from industriverse.kernel.errors import ContractError

from ._faults import bursts
from ._truth import EVERYWHERE, Extent, Named, Part, Perturbed, Values, changed, finite, share

_SHARE = "share of readings lost, in the long run"


@dataclass(frozen=True, slots=True)
class MissingAtRandom:
    """Each reading is lost with the same chance, whatever it is (completely at random).

    Attributes:
        chance: Above 0 and below 1.
        extent: Where and when.
    """

    chance: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        share(self.chance, "chance")
        named = Named("missing at random", self.chance, _SHARE)

        def lost(part: Part) -> Part:
            return np.where(random.random(part.shape) < self.chance, np.nan, part)

        return changed(values, self.extent, named, lost)


@dataclass(frozen=True, slots=True)
class MissingBursts:
    """Readings are lost in runs: a two-state Markov chain in its long-run state, each place's own.

    Attributes:
        lost: Long-run share, above 0 and below 1.
        mean_length: Mean samples of a run, from 1 on and from `lost / (1 − lost)` on.
        extent: Where and when.
    """

    lost: float
    mean_length: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        named = Named("missing in bursts", self.lost, _SHARE)

        def gone(part: Part) -> Part:
            runs = bursts(part.shape, self.lost, self.mean_length, random)
            return np.where(runs, np.nan, part)

        return changed(values, self.extent, named, gone)


@dataclass(frozen=True, slots=True)
class Gap:
    """All readings of an extent are lost: of whole channels, or of all at once for some time.

    Attributes:
        extent: Channels without start and stop lose all; start and stop without channels are a
            gap that all share.
    """

    extent: Extent = field(default=EVERYWHERE)

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        what = "gap of all" if self.extent.where is None else "gap of channels"
        named = Named(what, 1.0, "share of readings lost")
        return changed(values, self.extent, named, lambda part: np.full(part.shape, np.nan))


@dataclass(frozen=True, slots=True)
class MissingAbove:
    """Readings above a limit are lost (not at random): what is left looks lower than it was.

    Attributes:
        limit: In the data's unit.
        extent: Where and when; at least one reading in it must be above the limit.
    """

    limit: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        finite(self.limit, "limit")
        named = Named("missing above", self.limit, "limit, in the data's unit")

        def lost(part: Part) -> Part:
            if not (part > self.limit).any():
                raise ContractError(
                    f"No reading is above {self.limit}, so none would be lost.",
                    hint=f"The highest is {np.nanmax(part):g}.",
                )
            return np.where(part > self.limit, np.nan, part)

        return changed(values, self.extent, named, lost)
