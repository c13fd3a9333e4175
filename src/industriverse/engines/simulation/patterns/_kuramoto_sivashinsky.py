"""Kuramoto–Sivashinsky: a flame front that wrinkles, on a periodic square or line.

`∂h/∂t = −ν₂ ∇²h − ν₄ ∇⁴h − s/2 (|∇h|² − its mean)`, h measured from the front's mean, which itself
runs on (Kuramoto & Tsuzuki 1976; Sivashinsky 1977). On a line, the slope `u = ∂h/∂x` obeys
`∂u/∂t = −ν₂ ∂²u/∂x² − ν₄ ∂⁴u/∂x⁴ − s u ∂u/∂x`.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves
from industriverse.kernel.errors import ContractError

from ._layout import made_real
from ._noise import smooth_noise

Front = Float[jax.Array, "y x"]
Fronts = Float[jax.Array, "time y x"]
Line = Float[jax.Array, "x"]
Lines = Float[jax.Array, "time x"]
Pair = tuple[jax.Array, jax.Array]
_LARGEST_STEP = 0.1
"""In units of ν₄/ν₂², four of which the fastest wave takes to grow e-fold."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["antidiffusion", "hyperdiffusion", "speed"],
    meta_fields=["waves"],
)
@dataclass(frozen=True, slots=True)
class FlameFront:
    """A front over a periodic square.

    Attributes:
        antidiffusion: ν₂ [length²/s]; long waves grow by it.
        hyperdiffusion: ν₄ [length⁴/s]; short waves decay by it.
        speed: s, of the front along its normal [length/s].
        waves: The grid.
    """

    antidiffusion: Number
    hyperdiffusion: Number
    speed: Number
    waves: Waves

    def solve(self, start: Front, frames: int, frame_s: float) -> Fronts:
        """Return `(time, y, x)` frames of h, the start first.

        Args:
            start: h [length].
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most a tenth of ν₄/ν₂².

        Raises:
            ContractError: Cells so wide that nothing takes out what grows.
        """
        _require_fine(self)
        count, step_s = steps_between(frame_s, _largest_step(self))
        rates = self.growth_rate(np.sqrt(self.waves.square))
        scheme = Etdrk4.of(rates, step_s)

        waves = self.waves.forward(start)
        return self.waves.back(rolled(_step, (self, scheme), waves, frames, count))

    def growth_rate(self, wave_number: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return `ν₂ k² − ν₄ k⁴` [1/s]."""
        return self.antidiffusion * wave_number**2 - self.hyperdiffusion * wave_number**4

    def nonlinear(self, waves: jax.Array) -> jax.Array:
        """Return the rate that the slopes make; the mean's is left out."""
        along_y, along_x = self.waves.slopes(waves)
        square = self.waves.back(along_y) ** 2 + self.waves.back(along_x) ** 2
        change = jnp.where(self.waves.kept, -self.speed / 2 * self.waves.forward(square), 0.0)
        return change.at[0, 0].set(0.0)


@dataclass(frozen=True, slots=True)
class FlameLine:
    """The slope u of a front over a periodic line; members as in `FlameFront`.

    Attributes:
        cells: Along the line; even.
        length: Of the line.
    """

    antidiffusion: float
    hyperdiffusion: float
    speed: float
    cells: int
    length: float

    def solve(self, start: Line, frames: int, frame_s: float) -> Lines:
        """Return `(time, x)` frames of u, the start first; arguments as `FlameFront.solve`."""
        count, step_s = steps_between(frame_s, _largest_step(self))
        path = rolled(_line_step, self._parts(step_s), jnp.fft.rfft(start), frames, count)
        return jnp.fft.irfft(path, n=self.cells)

    def lyapunov(self, start: Line, blocks: int, block_s: float) -> Float[jax.Array, "blocks"]:
        """Return the rate at which a small disturbance grows in each block of time [1/s].

        Their mean is the leading Lyapunov exponent once the first blocks, in which the start and
        the disturbance settle, are left out. The disturbance follows the linearised steps.
        """
        count, step_s = steps_between(block_s, _largest_step(self))
        apart = jnp.asarray(np.cos(2 * np.pi * np.arange(self.cells) / self.cells))
        pair = jnp.fft.rfft(start), jnp.fft.rfft(apart)
        return _growths(self._parts(step_s), pair, blocks, count) / block_s

    def _parts(self, step_s: float) -> "_LineParts":
        number = 2 * np.pi * np.fft.rfftfreq(self.cells, self.length / self.cells)
        rates = self.antidiffusion * number**2 - self.hyperdiffusion * number**4
        scheme = Etdrk4.of(rates, step_s)
        kept = number < 2 / 3 * np.pi * self.cells / self.length
        return _LineParts(scheme, jnp.asarray(np.where(kept, -0.5j * self.speed * number, 0.0)))


class _LineParts(NamedTuple):
    scheme: Etdrk4
    slope: Complex[jax.Array, "kx"]


def _step(parts: tuple[FlameFront, Etdrk4], waves: jax.Array) -> jax.Array:
    front, scheme = parts
    return made_real(scheme.step(waves, front.nonlinear))


def _line_step(parts: _LineParts, waves: jax.Array) -> jax.Array:
    cells = 2 * (waves.shape[-1] - 1)

    def nonlinear(at: jax.Array) -> jax.Array:
        return parts.slope * jnp.fft.rfft(jnp.fft.irfft(at, n=cells) ** 2)

    return parts.scheme.step(waves, nonlinear)


@partial(jax.jit, static_argnames=("blocks", "count"))
def _growths(
    parts: _LineParts, pair: Pair, blocks: int, count: int
) -> Float[jax.Array, "{blocks}"]:
    """Return by how many e-folds the second of a pair grows in each block of `count` steps."""
    step = partial(_line_step, parts)

    def both(pair: Pair, _: None) -> tuple[Pair, None]:
        return jax.jvp(step, (pair[0],), (pair[1],)), None

    def block(pair: Pair, _: None) -> tuple[Pair, jax.Array]:
        (waves, apart), _ = jax.lax.scan(both, pair, None, length=count)
        size = jnp.sqrt((jnp.fft.irfft(apart) ** 2).sum())
        return (waves, apart / size), jnp.log(size)

    return jax.lax.scan(block, pair, None, length=blocks)[1]


def _require_fine(front: FlameFront) -> None:
    """Refuse a grid whose shortest kept wave is not half as long as the longest that decays.

    At 0.83 of that runs still ended in NaN, at 0.9 they did not.

    Raises:
        ContractError: More cells or a smaller side are needed.
    """
    widest = np.pi / 3 * np.sqrt(front.hyperdiffusion / max(front.antidiffusion, 1e-300))
    if front.waves.length / front.waves.cells > widest:
        least = 2 * int(np.ceil(front.waves.length / widest / 2))
        raise ContractError(
            f"{front.waves.cells} cells over {front.waves.length:g} m do not resolve the front's "
            f"wrinkles, which would grow without bound.",
            hint=f"Take at least {least} cells, or a smaller side.",
        )


def _largest_step(front: FlameFront | FlameLine) -> float:
    rate = front.antidiffusion**2 / front.hyperdiffusion
    return _LARGEST_STEP / max(rate, np.finfo(float).tiny)


def wrinkled(waves: Waves, seed: int, height: float) -> Float[np.ndarray, "y x"]:
    """Return a drawn front, smooth over 1/40 of the side, of mean 0 and that standard deviation."""
    return height * smooth_noise(waves, seed, waves.length / 40)
