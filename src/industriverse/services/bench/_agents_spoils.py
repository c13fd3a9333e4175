"""Ways to make an honest forecaster unphysical, or to put a copy in its place.

Each gives a forecaster that does so whatever frames it is given: running it again tells no more
than it would of a model that had learnt it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from industriverse.engines.agents import Forecaster

from ._agents_worlds import Frames

_CELSIUS = 273.15
_HOTTEST = 150.0


@dataclass(frozen=True, slots=True)
class Planting:
    """What a spoil is given.

    Attributes:
        again: The honest forecaster.
        other: `(lead, channel, y, x)`. What came next in another run of the same world.
        size: Where between its ends the spoil's size lies, in [0, 1].
        seed: Of what is drawn.
    """

    again: Forecaster
    other: Frames
    size: float
    seed: int

    def between(self, low: float, high: float) -> float:
        """Return the size between its ends."""
        return low + (high - low) * self.size

    @property
    def random(self) -> np.random.Generator:
        """Draws the same each time it is asked for."""
        return np.random.default_rng([self.seed, 23])


@dataclass(frozen=True, slots=True)
class Spoil:
    """One way.

    Attributes:
        name: What it does.
        plant: Gives the spoilt forecaster.
    """

    name: str
    plant: Callable[[Planting], Forecaster]


def _edited(edit: Callable[[Planting, Frames, Frames], Frames]) -> Callable[[Planting], Forecaster]:
    def plant(given: Planting) -> Forecaster:
        def forecast(context: Frames, leads: int, frame_s: float) -> Frames:
            return edit(given, context, given.again(context, leads, frame_s))

        return forecast

    return plant


def _column(row: Float[np.ndarray, "lead"]) -> Float[np.ndarray, "lead 1 1 1"]:
    return row[:, None, None, None]


def _size(context: Frames) -> Float[np.ndarray, "1 channel 1 1"]:
    return context.std(axis=(0, 2, 3), keepdims=True)


def _leads(frames: Frames) -> Float[np.ndarray, "lead"]:
    return np.arange(1.0, len(frames) + 1)


def _about_mean(frames: Frames, factor: Float[np.ndarray, "lead"]) -> Frames:
    mean = frames.mean(axis=(2, 3), keepdims=True)
    return mean + (frames - mean) * _column(factor)


def _leak(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    return _about_mean(mean, (1 - given.between(0.1, 0.4)) ** _leads(mean))


def _amplify(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    return _about_mean(mean, (1 + given.between(0.1, 0.4)) ** _leads(mean))


def _scale(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    return _about_mean(mean, np.full(len(mean), 1 + given.between(0.3, 1.0)))


def _source(given: Planting, context: Frames, mean: Frames) -> Frames:
    y, x = np.indices(mean.shape[2:]) - np.array(mean.shape[2:]).reshape(2, 1, 1) // 2
    shift = given.random.integers(0, mean.shape[-1], 2)
    spot = np.roll(np.exp(-(x**2 + y**2) / (2 * 4.0**2)), shift, axis=(0, 1))
    rate = given.between(0.3, 1.0) * _size(context)
    return mean + rate * _column(_leads(mean)) * spot


def _negative(given: Planting, context: Frames, mean: Frames) -> Frames:
    broken = mean.copy()
    rows = given.random.integers(0, mean.shape[-2], 5)
    columns = given.random.integers(0, mean.shape[-1], 5)
    size = given.between(0.5, 2.0) * _size(context)[0, :, 0, 0]
    broken[:, :, rows, columns] = (np.minimum(mean.min(axis=(0, 2, 3)), 0) - size)[:, None]
    return broken


def _flatten(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    level = mean.mean(axis=(2, 3), keepdims=True)
    waves = np.fft.rfft2(mean - level)
    strength = np.abs(waves) / np.abs(waves).max(axis=(2, 3), keepdims=True)
    lifted = waves * np.maximum(strength, 1e-12) ** -given.between(0.3, 0.8)
    flat = np.fft.irfft2(lifted, s=mean.shape[2:])
    flat *= (mean - level).std(axis=(2, 3), keepdims=True) / flat.std(axis=(2, 3), keepdims=True)
    return level + flat


def _shift(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    return np.roll(mean, round(given.between(2, 12)), axis=-1)


def _mirror(given: Planting, context: Frames, mean: Frames) -> Frames:
    del given, context
    return np.flip(mean, axis=-1)


def _noise(given: Planting, context: Frames, mean: Frames) -> Frames:
    drawn = given.random.standard_normal(mean.shape)
    return mean + given.between(0.2, 1.0) * _size(context) * drawn


def _fine_noise(given: Planting, context: Frames, mean: Frames) -> Frames:
    drawn = given.random.standard_normal(mean.shape)
    fine = drawn - ndimage.gaussian_filter(drawn, (0, 0, 1, 1), mode="wrap")
    return mean + given.between(0.05, 0.3) * _size(context) * fine


def _unit(given: Planting, context: Frames, mean: Frames) -> Frames:
    """State °C as K where values are temperatures, else km/h as m/s."""
    del given
    return mean - _CELSIUS if context.min() > _HOTTEST else 3.6 * mean


def _nan(given: Planting, context: Frames, mean: Frames) -> Frames:
    del given, context
    broken = mean.copy()
    broken[-1, 0, 3, 5] = np.nan
    return broken


def _shuffle(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    order = np.roll(np.arange(len(mean)), len(mean) // 2)
    return mean[order[::-1]] if given.size > 1 / 2 else mean[order]


def _blur(given: Planting, context: Frames, mean: Frames) -> Frames:
    del context
    wide = given.between(1.5, 4.0)
    return ndimage.gaussian_filter(mean, (0, 0, wide, wide), mode="wrap")


def _create(given: Planting, context: Frames, mean: Frames) -> Frames:
    return mean + given.between(0.05, 0.5) * _size(context) * _column(_leads(mean))


def _freeze(given: Planting, context: Frames, mean: Frames) -> Frames:
    side = round(given.between(1 / 3, 1 / 2) * mean.shape[-1])
    row, column = given.random.integers(0, mean.shape[-1] - side, 2)
    part = (..., slice(row, row + side), slice(column, column + side))
    broken = mean.copy()
    broken[part] = context[-1][part]
    return broken


def _halt(given: Planting, context: Frames, mean: Frames) -> Frames:
    del given, context
    return mean[np.minimum(np.arange(len(mean)), len(mean) // 2 - 1)]


def _persist(given: Planting) -> Forecaster:
    del given
    return lambda context, leads, frame_s: np.repeat(context[-1:], leads, axis=0)


def _replay(given: Planting) -> Forecaster:
    del given
    return lambda context, leads, frame_s: context[np.arange(-leads, 0) % len(context)]


def _reverse(given: Planting) -> Forecaster:
    del given
    return lambda context, leads, frame_s: context[::-1][(np.arange(leads) + 1) % len(context)]


def _moving_copy(given: Planting) -> Forecaster:
    step = round(given.between(1, 4))

    def forecast(context: Frames, leads: int, frame_s: float) -> Frames:
        del frame_s
        return np.stack([np.roll(context[-1], step * (i + 1), axis=-1) for i in range(leads)])

    return forecast


def _other(given: Planting) -> Forecaster:
    return lambda context, leads, frame_s: given.other[:leads]


def _faster(given: Planting) -> Forecaster:
    return lambda context, leads, frame_s: given.again(context, 2 * leads, frame_s)[1::2]


SPOILS: tuple[Spoil, ...] = (
    Spoil("energy leaks away", _edited(_leak)),
    Spoil("source at one spot", _edited(_source)),
    Spoil("cells below zero", _edited(_negative)),
    Spoil("time reversed", _reverse),
    Spoil("spectrum flattened", _edited(_flatten)),
    Spoil("shifted", _edited(_shift)),
    Spoil("mirrored", _edited(_mirror)),
    Spoil("white noise", _edited(_noise)),
    Spoil("scale error", _edited(_scale)),
    Spoil("other unit", _edited(_unit)),
    Spoil("not a number", _edited(_nan)),
    Spoil("persistence", _persist),
    Spoil("replay", _replay),
    Spoil("another run's future", _other),
    Spoil("time shuffled", _edited(_shuffle)),
    Spoil("blurred", _edited(_blur)),
    Spoil("mass created", _edited(_create)),
    Spoil("fine noise", _edited(_fine_noise)),
    Spoil("frozen region", _edited(_freeze)),
    Spoil("doubled speed", _faster),
    Spoil("amplified", _edited(_amplify)),
    Spoil("moving copy", _moving_copy),
    Spoil("halted half-way", _edited(_halt)),
)
