"""How much noise frames hold, and which waves stand above it."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from ._waves import Box

Frames = Complex[np.ndarray, "time channel ky kx"]
_CLEAN = 3e-6
"""Noise below this share of a channel's standard deviation is that of its solver."""
_FLAT = 2.0
"""Ratio of powers over half the corner, from which it is a tail and no noise."""
_SEEN = 0.15
"""Power over noise from which a ring of waves is taken to hold any signal."""
_TRUSTED = 100.0
"""Power over noise from which the changes of a ring of waves are regressed on."""


@dataclass(frozen=True)
class Noise:
    """White noise of a standard deviation per channel, estimated beyond the dealiasing cut.

    Attributes:
        deviations: `(channel)`. Its standard deviation; 0 where there is none to speak of.
        trusted: `(channel, ky, kx)`. Waves whose changes are regressed on.
        signal: `(channel, ky, kx)`. Power of the field without noise, ring by ring.
        floor: `(channel)`. Power of the noise in each wave.
        kept: `(ky, kx)`. Waves below the dealiasing cut.
    """

    deviations: Float[np.ndarray, "channel"]
    trusted: Bool[np.ndarray, "channel ky kx"]
    signal: Float[np.ndarray, "channel ky kx"]
    floor: Float[np.ndarray, "channel"]
    kept: Bool[np.ndarray, "ky kx"]

    @property
    def clean(self) -> bool:
        """Whether no channel has noise."""
        return not np.any(self.deviations)

    @property
    def passed(self) -> Float[np.ndarray, "channel ky kx"]:
        """1 for the waves that products are made of, 0 for those below the noise.

        A gain in between would take from the signal what no drawn noise accounts for.
        """
        above = self.signal > self.floor[:, None, None]
        return np.where(above & self.kept[None], 1.0, 0.0)

    def ignored(self) -> "Noise":
        """Return the same frames' noise taken as a part of them."""
        trusted = np.broadcast_to(self.kept[None], self.trusted.shape)
        none = np.zeros_like(self.deviations)
        return replace(self, deviations=none, trusted=trusted, floor=none)

    @classmethod
    def of(cls, box: Box, frames: Frames) -> "Noise":
        """Estimate the noise of frames from the waves beyond the cut on both axes."""
        power = (np.abs(frames) ** 2).mean(axis=0)
        cut = 2 / 3 * np.pi / box.spacing
        corner = (np.abs(box.kx) > cut) & (np.abs(box.ky) > cut)
        corner[:, -1] = False
        floor = np.array([one[corner].mean() for one in power])
        fields = np.fft.irfft2(frames)
        spread = fields.std(axis=(0, 2, 3))
        deviations = np.sqrt(floor) / box.cells
        real = (deviations > _CLEAN * spread) & [_flat(box, one, corner) for one in power]
        deviations = np.where(real, deviations, 0.0)
        floor = deviations**2 * box.cells**2
        ring = box.ring
        means = np.stack([_ring_means(one, ring) for one in power])
        excess = means - floor[:, None, None]
        # A ring's mean power is known to some hundredths only.
        signal = np.where(excess > _SEEN * floor[:, None, None], excess, 0.0)
        trusted = box.kept[None] & (signal >= _TRUSTED * floor[:, None, None])
        return cls(deviations, trusted, signal, floor, box.kept)


def _flat(box: Box, power: Float[np.ndarray, "ky kx"], corner: Bool[np.ndarray, "ky kx"]) -> bool:
    """Return whether power in the corner falls no further, as that of noise; a tail does."""
    length = np.hypot(box.kx, box.ky)
    middle = np.median(length[corner])
    near = np.median(power[corner & (length <= middle)])
    far = np.median(power[corner & (length > middle)])
    return bool(near < _FLAT * far)


def _ring_means(
    power: Float[np.ndarray, "ky kx"], ring: Int[np.ndarray, "ky kx"]
) -> Float[np.ndarray, "ky kx"]:
    count = np.bincount(ring.ravel())
    total = np.bincount(ring.ravel(), power.ravel())
    return (total / np.maximum(count, 1))[ring]
