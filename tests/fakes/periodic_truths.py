"""Truths by another scheme than that of the laws: integrating factors and Runge–Kutta's fourth."""

from collections.abc import Callable

import numpy as np


class Square:
    """A periodic square: wave numbers, transforms, and the cut that products are kept under."""

    def __init__(self, cells, side):
        self.cells, self.spacing = cells, side / cells
        shape = cells, cells // 2 + 1
        self.kx = np.broadcast_to(2 * np.pi * np.fft.rfftfreq(cells, self.spacing), shape)
        ky = 2 * np.pi * np.fft.fftfreq(cells, self.spacing)
        self.ky = np.broadcast_to(ky[:, None], shape)
        self.square = self.kx**2 + self.ky**2
        cut = 2 / 3 * np.pi / self.spacing
        self.kept = ((np.abs(self.kx) < cut) & (np.abs(self.ky) < cut)).astype(float)
        self.at = (np.arange(cells) + 0.5) * 2 * np.pi / cells

    def waves(self, fields):
        return self.kept * np.fft.rfft2(fields)

    def fields(self, waves):
        return np.fft.irfft2(waves, s=(self.cells, self.cells))

    def smooth(self, seed, width, channels=1):
        """Return drawn fields of mean 0 and deviation 1; waves beyond `width` to a side fade."""
        drawn = np.random.default_rng(seed).normal(size=(channels, self.cells, self.cells))
        number = np.sqrt(self.square) * self.cells * self.spacing / (2 * np.pi)
        waves = np.fft.rfft2(drawn) * np.exp(-((number / width) ** 2))
        waves[:, 0, 0] = 0
        fields = self.fields(waves)
        return fields / fields.std(axis=(1, 2), keepdims=True)


def solved(
    square: Square,
    start: np.ndarray,
    times: tuple[int, float, int],
    linear: np.ndarray,
    nonlinear: Callable,
):
    """Return `(time, channel, y, x)` frames; `times` are frames, seconds between, steps between."""
    frames, frame_s, steps = times
    step = frame_s / steps
    half = np.exp(step * linear / 2)
    waves, found = np.fft.rfft2(start), [start]
    for _ in range(frames - 1):
        for _ in range(steps):
            a = nonlinear(waves)
            b = nonlinear(half * (waves + step / 2 * a))
            c = nonlinear(half * waves + step / 2 * b)
            d = nonlinear(half**2 * waves + step * half * c)
            waves = half**2 * waves + step / 6 * (half**2 * a + 2 * half * (b + c) + d)
        found.append(square.fields(waves))
    return np.stack(found)
