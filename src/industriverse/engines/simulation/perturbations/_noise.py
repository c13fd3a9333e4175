"""Noise on data: white, coloured, in proportion to the value, and steps of a digitiser."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

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
)

_DECIBELS = "signal-to-noise ratio [dB], of variances over the extent"
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class WhiteNoise:
    """Independent Gaussian noise of a given ratio of signal to noise.

    `σ = s · 10^(−R/20)` with s each channel's standard deviation within the extent.

    Attributes:
        decibels: R. 20 is a tenth of the signal's deviation, 0 as much as it.
        extent: Where and when.
    """

    decibels: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        finite(self.decibels, "ratio of signal to noise")

        def noisy(part: Part) -> Part:
            return part + _spread(part, self.decibels) * random.standard_normal(part.shape)

        return changed(values, self.extent, Named("white noise", self.decibels, _DECIBELS), noisy)


@dataclass(frozen=True, slots=True)
class ColouredNoise:
    """Gaussian noise whose power falls as `1/f^β`, of a given ratio of signal to noise.

    Drawn as waves with independent Gaussian amplitudes `∝ f^(−β/2)`, none at f = 0, so that its
    expected spectrum is the law itself at every wave of the extent; it repeats after the extent.

    Attributes:
        decibels: As for `WhiteNoise`.
        exponent: β. 0 is white, 1 pink, 2 that of a random walk; below 0 grows with f.
        extent: Where and when; at least 4 samples.

    References:
        Timmer & König (1995), Astron. Astrophys. 300, 707.
    """

    decibels: float
    exponent: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        finite(self.decibels, "ratio of signal to noise")
        finite(self.exponent, "exponent of the spectrum")

        def noisy(part: Part) -> Part:
            if len(part) < _FEWEST:
                raise ContractError(
                    f"{len(part)} samples have no spectrum.", hint="Give an extent of 4 or more."
                )
            return part + _spread(part, self.decibels) * coloured(part.shape, self.exponent, random)

        named = Named(f"noise 1/f^{self.exponent:g}", self.decibels, _DECIBELS)
        return changed(values, self.extent, named, noisy)


@dataclass(frozen=True, slots=True)
class ProportionalNoise:
    """Noise in proportion to the value: `x (1 + σ n)`, n Gaussian and independent.

    Attributes:
        share: σ.
        extent: Where and when.
    """

    share: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth."""
        above_zero(self.share, "share of the value")
        named = Named("proportional noise", self.share, "standard deviation over the value")
        return changed(
            values,
            self.extent,
            named,
            lambda part: part * (1 + self.share * random.standard_normal(part.shape)),
        )


@dataclass(frozen=True, slots=True)
class Quantised:
    """Readings rounded to whole steps, ties to even.

    Where the signal moves over many steps the error is even over ±Δ/2, of variance `Δ²/12`.

    Attributes:
        step: Δ, in the data's unit.
        extent: Where and when.
    """

    step: float
    extent: Extent = EVERYWHERE

    def apply(self, values: Values, random: np.random.Generator) -> Perturbed:
        """Return the data with it, and the truth; nothing is drawn."""
        del random
        above_zero(self.step, "step")
        named = Named("quantised", self.step, "step, in the data's unit")
        return changed(
            values, self.extent, named, lambda part: self.step * np.round(part / self.step)
        )


def coloured(
    shape: tuple[int, ...], exponent: float, random: np.random.Generator
) -> Float[np.ndarray, "time column"]:
    """Return Gaussian noise of expected variance 1 and spectrum `1/f^β`, each column its own."""
    rows, columns = shape
    waves = np.arange(rows // 2 + 1)
    size = np.zeros(len(waves))
    size[1:] = waves[1:] ** (-exponent / 2)
    # A whole number of samples has one wave at half the sampling rate, with no phase of its own.
    pairs = np.full(len(waves), 2.0)
    if rows % 2 == 0:
        pairs[-1] = 1.0
    size *= rows / np.sqrt((pairs * size**2).sum())
    draws = random.standard_normal((2, len(waves), columns)) / np.sqrt(2)
    amplitude = draws[0] + 1j * draws[1]
    if rows % 2 == 0:
        amplitude[-1] = np.sqrt(2) * draws[0, -1]
    return np.asarray(np.fft.irfft(size[:, None] * amplitude, rows, axis=0))


def signal_to_noise(clean: Values, noisy: Values) -> Float[np.ndarray, "*place"]:
    """Return the ratio of the clean signal's variance to that of what was added, in dB.

    Missing readings of either are left out.

    Raises:
        ContractError: Tables of different shapes, or equal ones: there is no noise.
    """
    if clean.shape != noisy.shape:
        raise ContractError(f"Tables of {clean.shape} and {noisy.shape} cannot be compared.")
    noise = np.nanvar(noisy - clean, axis=0)
    if not (noise > 0).all():
        raise ContractError("A channel has no noise.", hint="Leave it out.")
    kept = np.where(np.isnan(noisy), np.nan, clean)
    return 10 * np.log10(np.nanvar(kept, axis=0) / noise)


def _spread(part: Part, decibels: float) -> Float[np.ndarray, "column"]:
    """Return the deviation of the noise in each column.

    Raises:
        ContractError: A column does not move, so no ratio to its signal can be kept.
    """
    known = ~np.isnan(part)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, part, 0.0).sum(axis=0) / count
    square = np.where(known, part - mean, 0.0) ** 2
    signal = np.sqrt(square.sum(axis=0) / count)
    if not (signal > 0).all():
        raise ContractError(
            f"Place {int(np.flatnonzero(signal <= 0)[0])} of the extent does not move, so noise "
            "has no ratio to it.",
            hint="Leave it out, or use ProportionalNoise or Pulse, whose sizes are absolute.",
        )
    return signal * 10 ** (-decibels / 20)
