"""What goes wrong with sensors.

Each fault changes readings only; the plant goes on as it was.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from industriverse.kernel.errors import ContractError

from ._truth import (
    EVERYWHERE,
    Extent,
    Named,
    Part,
    Perturbed,
    Values,
    above_zero,
    changed,
    finite,
    places,
    share,
    span,
)


@dataclass(frozen=True, slots=True)
class Stuck:
    """The reading of the first sample is repeated.

    Attributes:
        extent: Where and when; the first sample's reading must be there.
    """

    extent: Extent

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random

        def held(part: Part) -> Part:
            if np.isnan(part[0]).any():
                raise ContractError(
                    "The first sample of a stuck sensor is missing.",
                    hint="Start at a reading.",
                )
            return np.where(np.isnan(part), np.nan, part[:1])

        samples = _samples(values, self.extent)
        return changed(values, self.extent, Named("stuck", samples, "samples"), held)


@dataclass(frozen=True, slots=True)
class Bias:
    """A constant is added.

    Attributes:
        offset: In the data's unit.
        extent: Where and when.
    """

    offset: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        finite(self.offset, "offset")
        named = Named("bias", self.offset, "offset, in the data's unit")
        return changed(values, self.extent, named, lambda part: part + self.offset)


@dataclass(frozen=True, slots=True)
class Drift:
    """What is added grows evenly, from nothing at the first sample.

    Attributes:
        rate: A sample, in the data's unit.
        extent: Where and when; after it the sensor reads true again.
    """

    rate: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        finite(self.rate, "rate")
        named = Named("drift", self.rate, "added each sample, in the data's unit")
        return changed(
            values,
            self.extent,
            named,
            lambda part: part + self.rate * np.arange(len(part))[:, None],
        )


@dataclass(frozen=True, slots=True)
class Spikes:
    """Single samples are thrown off, up or down.

    Attributes:
        height: In the data's unit, above zero.
        chance: Of each sample to be one, above 0 and up to 1.
        extent: Where and when.
    """

    height: float
    chance: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        above_zero(self.height, "height")
        share(self.chance, "chance", whole=True)

        def thrown(part: Part) -> Part:
            hit = random.random(part.shape) < self.chance
            return part + hit * np.where(random.random(part.shape) < 0.5, -1, 1) * self.height  # noqa: PLR2004 (as often up as down)

        named = Named("spikes", self.height, "height, in the data's unit")
        return changed(values, self.extent, named, thrown)


@dataclass(frozen=True, slots=True)
class Saturated:
    """Readings beyond a range show its end.

    Attributes:
        low: Lowest reading, in the data's unit; −∞ for none.
        high: Highest reading, above the lowest; ∞ for none.
        extent: Where and when.
    """

    low: float
    high: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        if not self.low < self.high:
            raise ContractError(
                f"The range from {self.low} to {self.high} holds no reading.",
                hint="Give low below high.",
            )
        named = Named("saturated", self.high - self.low, "range, in the data's unit")
        return changed(values, self.extent, named, lambda part: np.clip(part, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Dead:
    """The sensor reads zero.

    Attributes:
        extent: Where and when.
    """

    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        named = Named("dead", _samples(values, self.extent), "samples")
        return changed(values, self.extent, named, np.zeros_like)


@dataclass(frozen=True, slots=True)
class DropOut:
    """A loose contact: at times the sensor shows its resting value in place of a reading.

    Off and on follow each other as a two-state Markov chain that starts in its long-run state;
    each place has its own.

    Attributes:
        off: Long-run share of samples without contact, above 0 and below 1.
        mean_length: Mean samples that one loss lasts, from 1 on; `off` must leave the contact a
            mean length of at least one sample as well.
        resting: What is shown without contact, in the data's unit.
        extent: Where and when.
    """

    off: float
    mean_length: float
    resting: float = 0.0
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        finite(self.resting, "resting value")
        named = Named("drop-out", self.off, "share of samples without contact")

        def loose(part: Part) -> Part:
            return np.where(
                bursts(part.shape, self.off, self.mean_length, random), self.resting, part
            )

        return changed(values, self.extent, named, loose)


@dataclass(frozen=True, slots=True)
class Delayed:
    """Readings come late: sample i shows that of i − n.

    Attributes:
        samples: n, from 1 on. The extent's first n samples show what came before it; before the
            record's first reading there is that one.
        extent: Where and when.
    """

    samples: int
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        if self.samples < 1:
            raise ContractError(f"The delay is {self.samples} samples.", hint="Give 1 or more.")
        start, stop = span(values, self.extent)
        source = np.maximum(np.arange(start, stop) - self.samples, 0)
        flat = np.asarray(values, np.float64).reshape(len(values), -1)
        columns = places(values, self.extent)
        named = Named("delayed", self.samples, "samples")
        return changed(values, self.extent, named, lambda part: flat[source][:, columns])


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two places show each other's readings.

    Attributes:
        first: Its number: a channel, or a cell counted along the last axis first.
        second: The other's.
        start: The first sample.
        stop: The sample after the last; None is the end.
    """

    first: int
    second: int
    start: int = 0
    stop: int | None = None

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        cells = int(np.prod(values.shape[1:]))
        both = np.zeros(cells, bool)
        pair = (self.first, self.second)
        if not all(0 <= place < cells for place in pair) or self.first == self.second:
            raise ContractError(
                f"Places {self.first} and {self.second} are not two of 0 to {cells - 1}.",
                hint="Name two different ones.",
            )
        both[list(pair)] = True
        extent = Extent(both.reshape(values.shape[1:]), self.start, self.stop)
        named = Named("swapped", 2, "places")
        return changed(values, extent, named, lambda part: part[:, ::-1])


@dataclass(frozen=True, slots=True)
class Scaled:
    """Readings in another unit: `a x + b`.

    Attributes:
        factor: a. Neither 0 nor, without an offset, 1.
        offset: b, in the wrong unit.
        extent: Where and when.
    """

    factor: float
    offset: float = 0.0
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        finite(self.factor, "factor")
        finite(self.offset, "offset")
        if self.factor == 0 or (self.factor, self.offset) == (1, 0):
            raise ContractError(
                f"A factor of {self.factor} and an offset of {self.offset} are no unit's.",
                hint="For a sensor that reads nothing use Dead.",
            )
        named = Named("scaled", self.factor, "factor")
        return changed(values, self.extent, named, lambda part: self.factor * part + self.offset)


def fahrenheit(extent: Extent = EVERYWHERE) -> Scaled:
    """Return the fault of °F sent where °C was meant: `1.8 x + 32`."""
    return Scaled(1.8, 32.0, extent)


def bursts(
    shape: tuple[int, ...], off: float, mean_length: float, random: np.random.Generator
) -> Bool[np.ndarray, "time column"]:
    """Return a two-state Markov chain in its long-run state, each column its own; true is off.

    Off ends with chance `1/L` a sample, on ends with `p / ((1 − p) L)`: off for L samples in the
    mean, and for a share p in the long run (Gilbert 1960, Bell Syst. Tech. J. 39).

    Raises:
        ContractError: A share not between 0 and 1, a length under 1, or both such that on would
            last less than a sample.
    """
    share(off, "share")
    if not (np.isfinite(mean_length) and mean_length >= max(1.0, off / (1 - off))):
        raise ContractError(
            f"Bursts of {mean_length} samples in the mean cannot take a share of {off}.",
            hint=f"Give a mean length from {max(1.0, off / (1 - off)):.3g} on.",
        )
    leave, enter = 1 / mean_length, off / ((1 - off) * mean_length)
    draws = random.random(shape)
    state = np.empty(shape, bool)
    now = draws[0] < off
    for sample, draw in enumerate(draws):
        if sample:
            now = np.where(now, draw >= leave, draw < enter)
        state[sample] = now
    return state


def _samples(values: Values, extent: Extent) -> float:
    start, stop = span(values, extent)
    return float(stop - start)
