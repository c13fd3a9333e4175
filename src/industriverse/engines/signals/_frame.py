r"""A tight Gabor frame: a sensor window spread over time and frequency without gain or loss.

Segments of M samples, M/2 apart, are weighed by the sine window $w_n = \sin(\pi (n + 1/2)/M)$ and
Fourier transformed. As $w_n^2 + w_{n+M/2}^2 = 1$ the frame operator is the identity, so the frame
is Parseval: squared moduli sum to the signal's energy, and the adjoint gives the signal back. Half
a segment of zeros before and after makes this hold up to both ends.

References:
    Daubechies, Grossmann & Meyer (1986), Painless nonorthogonal expansions, J. Math. Phys. 27.
"""

import math

import numpy as np
from jaxtyping import Complex, Float
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from industriverse.kernel.errors import ContractError

_SHORTEST = 4


def segment_length(samples: int) -> int:
    """Return the M that gives about as many frequencies as times: a power of two near 2√n."""
    return max(_SHORTEST, 2 ** round(0.5 * math.log2(max(samples, 1)) + 1.0))


def analyse(
    values: Float[np.ndarray, "time channel"], length: int
) -> Complex[np.ndarray, "frequency segment channel"]:
    """Return the frame's coefficients of each channel.

    Args:
        values: `(time, channel)`. Finite.
        length: M, samples of a segment, even and at least four.

    Returns:
        `(M/2 + 1, ⌈time / (M/2)⌉ + 1, channel)` [unit of `values`].

    Examples:
        >>> x = np.ones((30, 1))
        >>> round(float(squared_moduli(analyse(x, 8), 8).sum()), 12)
        30.0
    """
    half = _half(length)
    after = -len(values) % half + half
    padded = np.pad(np.asarray(values, np.float64), ((half, after), (0, 0)))
    segments = sliding_window_view(padded, length, axis=0)[::half]
    waves = np.asarray(fft.rfft(segments * _window(length), axis=-1)) / math.sqrt(length)
    return np.moveaxis(waves, -1, 0)


def synthesise(
    coefficients: Complex[np.ndarray, "frequency segment channel"], samples: int
) -> Float[np.ndarray, "time channel"]:
    """Return the signal of some coefficients: the adjoint, which is also the inverse.

    Args:
        coefficients: As `analyse` returns them.
        samples: Length of the signal.

    Returns:
        `(samples, channel)`.
    """
    length = 2 * (len(coefficients) - 1)
    half = _half(length)
    waves = np.moveaxis(coefficients, 0, -1) * math.sqrt(length)
    segments = np.asarray(fft.irfft(waves, n=length, axis=-1)) * _window(length)
    count, channels = segments.shape[:2]
    signal = np.zeros((count + 1, half, channels), np.float64)
    signal[:-1] += np.moveaxis(segments[..., :half], -1, 1)
    signal[1:] += np.moveaxis(segments[..., half:], -1, 1)
    return signal.reshape(-1, channels)[half : half + samples]


def squared_moduli(
    coefficients: Complex[np.ndarray, "frequency segment channel"], length: int
) -> Float[np.ndarray, "frequency segment"]:
    """Return the energy at each frequency and time, summed over channels.

    Each inner frequency stands for its negative twin as well, so it counts twice; the sum over
    all is `Σ x²`.
    """
    power = np.sum(np.real(coefficients) ** 2 + np.imag(coefficients) ** 2, axis=-1)
    twins = np.full((length // 2 + 1, 1), 2.0, np.float64)
    twins[0] = twins[-1] = 1.0
    return power * twins


def _window(length: int) -> Float[np.ndarray, "length"]:
    return np.sin(np.pi * (np.arange(length, dtype=np.float64) + 0.5) / length)


def _half(length: int) -> int:
    if length < _SHORTEST or length % 2:
        raise ContractError(
            f"A segment of {length} samples has no tight frame here.",
            hint=f"Use an even length of at least {_SHORTEST}.",
        )
    return length // 2
