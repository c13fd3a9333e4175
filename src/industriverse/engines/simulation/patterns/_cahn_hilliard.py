"""Cahn–Hilliard: a mixture parts into two phases on a periodic square.

`∂c/∂t = M ∇²μ`, `μ = c³ − c − γ ∇²c`, downhill in the free energy
`F = mean of (c² − 1)²/4 + γ |∇c|²/2` (Cahn & Hilliard 1958).
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves

from ._noise import smooth_noise

Field = Float[jax.Array, "y x"]
Frames = Float[jax.Array, "time y x"]
_LARGEST_STEP = 0.1
"""In units of γ/M, the time in which a front forms."""
_SPLIT = 0.5
"""Moved from `c³ − c` into the part solved exactly; halves the largest slope of the rest."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["mobility", "gradient_penalty"],
    meta_fields=["waves"],
)
@dataclass(frozen=True, slots=True)
class CahnHilliard:
    """A mixture of two that do not mix; pure phases are c = −1 and c = 1.

    Attributes:
        mobility: M [length²/s].
        gradient_penalty: γ [length²]; a front is `tanh(x/√(2γ))`.
        waves: The grid; its cells should be no wider than √γ.
    """

    mobility: Number
    gradient_penalty: Number
    waves: Waves

    def solve(self, start: Field, frames: int, frame_s: float) -> Frames:
        """Return `(time, y, x)` frames of c, the start first.

        Args:
            start: c, with −1 and 1 for the pure phases.
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most a tenth of γ/M.
        """
        largest = _LARGEST_STEP * self.gradient_penalty / self.mobility
        count, step_s = steps_between(frame_s, largest)
        square = self.waves.square
        linear = -self.mobility * square * (self.gradient_penalty * square + _SPLIT)
        parts = self, Etdrk4.of(linear, step_s)
        return self.waves.back(rolled(_step, parts, self.waves.forward(start), frames, count))

    def growth_rate(
        self, wave_number: Float[np.ndarray, "waves"], mean: float
    ) -> Float[np.ndarray, "waves"]:
        """Return `M k² (1 − 3 c̄² − γ k²)`, the rate of a small wave on a uniform mixture [1/s]."""
        square = wave_number**2
        return self.mobility * square * (1 - 3 * mean**2 - self.gradient_penalty * square)

    def potential(self, c: Field) -> Field:
        """Return the chemical potential `c³ − c − γ ∇²c`."""
        bent = self.waves.back(jnp.asarray(self.waves.square) * self.waves.forward(c))
        return c**3 - c + self.gradient_penalty * bent

    def free_energy(self, c: Frames) -> Float[jax.Array, "time"]:
        """Return F of each frame, in units in which a mixture at c = 0 has 1/4."""
        square = jnp.asarray(self.waves.square)[None]
        bent = self.waves.back(square * self.waves.forward(c))
        density = (c**2 - 1) ** 2 / 4 + self.gradient_penalty * c * bent / 2
        return density.mean(axis=(1, 2))

    def domain_size(self, c: Frames) -> Float[jax.Array, "time"]:
        """Return area over length of front, F's share of it [length].

        A front holds `2√(2γ)/3` of F a unit of length; fair once phases have parted.
        """
        front = 2 * np.sqrt(2 * self.gradient_penalty) / 3
        return front / self.free_energy(c)

    def nonlinear(self, waves: jax.Array) -> jax.Array:
        """Return the rate of c but for the part solved exactly."""
        c = self.waves.back(waves)
        # No wave is cut, so F as a sum over cells is what the flow goes down in.
        force = self.waves.forward(c**3 - (1 + _SPLIT) * c)
        return -self.mobility * jnp.asarray(self.waves.square) * force


def _step(parts: tuple[CahnHilliard, Etdrk4], waves: jax.Array) -> jax.Array:
    system, scheme = parts
    return scheme.step(waves, system.nonlinear)


def mixed(waves: Waves, seed: int, mean: float, front: float) -> Float[np.ndarray, "y x"]:
    """Return a mixture with drawn noise of standard deviation 0.05, smooth on the scale of a front.

    Args:
        waves: The grid.
        seed: Draws the noise.
        mean: Of c; kept exactly but for rounding.
        front: √γ [length].
    """
    return mean + 0.05 * smooth_noise(waves, seed, np.sqrt(2) * front)
