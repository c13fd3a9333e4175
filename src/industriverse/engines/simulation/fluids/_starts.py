"""Starts of plane flows, as vorticity `(y, x)` [1/s] at the centres of cells."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.spectral import Waves

Vorticity = Float[np.ndarray, "y x"]
_LAYER = 30.0
_RIPPLE = 0.05


def places(waves: Waves) -> tuple[Vorticity, Vorticity]:
    """Return x and y of each cell's centre, each `(y, x)`."""
    centre = (np.arange(waves.cells) + 0.5) * waves.length / waves.cells
    x, y = np.meshgrid(centre, centre)
    return x, y


def random_flow(waves: Waves, number: int, speed: float, seed: int) -> Vorticity:
    """Return a random flow with its energy around `number` waves a side.

    The energy at wave number k is as `k³ exp(−(k/k₀)²·3/2)`, greatest at k₀ (so many waves a
    side), and zero from 3 k₀ on. One seed is one flow on every grid that carries those waves.

    Args:
        waves: The grid.
        number: k₀ in waves a side.
        speed: Root mean square of the velocity [length/s].
        seed: Of the draw.
    """
    band = 3 * number
    draw = np.random.default_rng(seed).normal(size=(2, 2 * band + 1, band + 1))
    count_y = np.arange(-band, band + 1)[:, None]
    count_x = np.arange(band + 1)[None, :]
    size = np.hypot(count_x, count_y)
    # Energy in a ring of waves: half |velocity|² times the ring's 2πk.
    velocity = size * np.exp(-0.75 * (size / number) ** 2) * (size < band)
    drawn = (draw[0] + 1j * draw[1]) * velocity * size
    spectrum = np.zeros((waves.cells, waves.cells // 2 + 1), np.complex128)
    reach = min(band, (waves.cells - 1) // 3)
    inner = slice(band - reach, band + reach + 1)
    spectrum[np.arange(-reach, reach + 1), : reach + 1] = drawn[inner, : reach + 1]
    vorticity = np.fft.irfft2(spectrum, s=(waves.cells, waves.cells))
    return vorticity * speed / _root_mean_square_speed(vorticity, waves)


def taylor_green(waves: Waves, number: int, speed: float, seed: int) -> Vorticity:
    """Return `number` pairs of vortices a side; they decay as `exp(−2νk²t)` and keep their form.

    u = U cos kx sin ky, v = −U sin kx cos ky, at a place that the seed draws.
    """
    x, y = _shifted(waves, seed)
    k = 2 * np.pi * number / waves.length
    return -2 * k * speed * np.cos(k * x) * np.cos(k * y)


def shear_layer(waves: Waves, number: int, speed: float, seed: int) -> Vorticity:
    """Return two opposite layers of shear, rippled, which roll up (Brown & Minion 1995).

    `u = U tanh(30 (¼ − |y/L − ½|))`, `v = 0.05 U sin(kx)`, at a place that the seed draws.
    """
    x, y = _shifted(waves, seed)
    from_middle = y % waves.length / waves.length - 0.5
    depth = _LAYER * (0.25 - np.abs(from_middle))
    k = 2 * np.pi * number / waves.length
    slope = -_LAYER / waves.length * np.sign(from_middle) / np.cosh(depth) ** 2
    return speed * (_RIPPLE * k * np.cos(k * x) - slope)


def kolmogorov(waves: Waves, number: int, speed: float, seed: int) -> Vorticity:
    """Return the parallel flow u = U sin ky, at a height that the seed draws.

    `ν k²` times it is the curl of the force that holds it up.
    """
    _, y = _shifted(waves, seed)
    k = 2 * np.pi * number / waves.length
    return -speed * k * np.cos(k * y)


START_FLOWS: tuple[Callable[[Waves, int, float, int], Vorticity], ...] = (
    random_flow,
    taylor_green,
    shear_layer,
    kolmogorov,
)
"""By number: random, Taylor–Green, shear layers, Kolmogorov."""


def _shifted(waves: Waves, seed: int) -> tuple[Vorticity, Vorticity]:
    x, y = places(waves)
    move = np.random.default_rng(seed).uniform(0, waves.length, 2)
    return x - move[0], y - move[1]


def _root_mean_square_speed(vorticity: Vorticity, waves: Waves) -> float:
    square = waves.square.copy()
    square[0, 0] = np.inf
    twice = np.where((waves.x > 0) & (waves.x < waves.x.max()), 2.0, 1.0)
    power = np.abs(np.fft.rfft2(vorticity)) ** 2 / square * twice
    return float(np.sqrt(power.sum())) / waves.cells**2
