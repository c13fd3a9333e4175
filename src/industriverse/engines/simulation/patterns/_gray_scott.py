"""Gray–Scott reaction and diffusion on a periodic square.

`∂u/∂t = D_u ∇²u − u v² + F (1 − u)`, `∂v/∂t = D_v ∇²v + u v² − (F + k) v`.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves

Fields = Float[jax.Array, "2 y x"]
Frames = Float[jax.Array, "time 2 y x"]
Series = Float[jax.Array, "time"]
_LARGEST_STEP = 1.0


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["feed", "kill", "spread_u", "spread_v"],
    meta_fields=["waves"],
)
@dataclass(frozen=True, slots=True)
class GrayScott:
    """The reaction `u + 2v → 3v` with feed and removal (Gray & Scott 1984; Pearson 1993).

    Attributes:
        feed: F [1/s].
        kill: k [1/s].
        spread_u, spread_v: Diffusivities [length²/s].
        waves: The grid.
    """

    feed: Number
    kill: Number
    spread_u: Number
    spread_v: Number
    waves: Waves

    def solve(self, start: Fields, frames: int, frame_s: float) -> Frames:
        """Return `(time, 2, y, x)` frames of u and v, the start first.

        Args:
            start: u and v; u at rest is 1, v is 0.
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most 1 s.
        """
        return self.solve_with_exchange(start, frames, frame_s)[0]

    def solve_with_exchange(
        self, start: Fields, frames: int, frame_s: float
    ) -> tuple[Frames, Series]:
        """Return the frames, and what was fed less what was taken out until each.

        That exchange is the time integral of the mean of `F (1 − u) − (F + k) v`, by the scheme's
        own quadrature, so the mean of u + v changes by it to rounding.
        """
        count, step_s = steps_between(frame_s, _LARGEST_STEP)
        scheme = Etdrk4.of(self._linear(), step_s)

        waves = self.waves.forward(start)
        whole = jnp.concatenate([waves, jnp.zeros_like(waves[:1])])
        path = rolled(_step, (self, scheme), whole, frames, count)
        exchange = path[:, 2, 0, 0].real / self.waves.cells**2
        return self.waves.back(path[:, :2]), exchange

    def _linear(self) -> Float[np.ndarray, "3 ky kx"]:
        """Return the rates solved exactly: diffusion, feed and removal of every wave but the mean.

        The mean's are left to the quadrature, which then keeps its balance; they are not stiff.
        The third row belongs to the exchange.
        """
        square = self.waves.square
        linear = np.stack(
            [
                -self.spread_u * square - self.feed,
                -self.spread_v * square - self.feed - self.kill,
                np.zeros_like(square),
            ]
        )
        linear[:, 0, 0] = 0.0
        return linear

    def nonlinear(self, waves: jax.Array) -> jax.Array:
        """Return the rates of u, v and the exchange but for those of `_linear`."""
        u, v = self.waves.back(waves[:2])
        rate = u * v**2
        change = self.waves.forward(jnp.stack([-rate, rate]))
        change = jnp.where(self.waves.kept[None], change, 0.0)
        fed = self.feed * (self.waves.cells**2 - waves[0, 0, 0])
        taken = (self.feed + self.kill) * waves[1, 0, 0]
        means = change[:, 0, 0] + jnp.stack([fed, -taken])
        exchange = jnp.zeros_like(change[:1]).at[0, 0, 0].set(fed - taken)
        return jnp.concatenate([change.at[:, 0, 0].set(means), exchange])


def _step(parts: tuple[GrayScott, Etdrk4], waves: jax.Array) -> jax.Array:
    system, scheme = parts
    return scheme.step(waves, system.nonlinear)


def seeded(waves: Waves, seed: int, spots: int = 20) -> Float[np.ndarray, "2 y x"]:
    """Return u = 1, v = 0 but for soft spots of v at drawn places."""
    v = _soft_spots(waves, seed, spots) / 2
    return np.stack([1 - v, v])


def flooded(waves: Waves, seed: int, spots: int = 20) -> Float[np.ndarray, "2 y x"]:
    """Return a sea of v, u = v = 0.4, but for soft holes at drawn places, where u = 1, v = 0."""
    holes = _soft_spots(waves, seed, spots)
    return np.stack([0.4 + 0.6 * holes, 0.4 * (1 - holes)])


def _soft_spots(waves: Waves, seed: int, spots: int) -> Float[np.ndarray, "y x"]:
    """Return bumps of height 1 at most on a plain of 0."""
    random = np.random.default_rng(seed)
    places = (np.arange(waves.cells) + 0.5) * waves.length / waves.cells
    bumps = np.zeros((waves.cells, waves.cells))
    width = waves.length / 40
    for y, x in random.uniform(0, waves.length, (spots, 2)):
        away_y = (places - y + waves.length / 2) % waves.length - waves.length / 2
        away_x = (places - x + waves.length / 2) % waves.length - waves.length / 2
        bumps += np.exp(-(away_y[:, None] ** 2 + away_x[None, :] ** 2) / (2 * width**2))
    return np.minimum(bumps, 1.0)
