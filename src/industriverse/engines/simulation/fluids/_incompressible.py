"""Incompressible flow in the plane, on a periodic square, in vorticity form.

`∂ω/∂t + u·∇ω = ν ∇²ω + s`, `∇²ψ = −ω`, `u = ∂ψ/∂y`, `v = −∂ψ/∂x`.

Since ∇·u = 0, `u·∇ω = (∂²/∂x² − ∂²/∂y²) u v − ∂²/∂x∂y (u² − v²)`, so that a rate costs two
transforms back and two forward (Basdevant, J. Comput. Phys. 50, 1983).
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.rollout import rollout, steps_between
from industriverse.engines.simulation.spectral import Etdrk4, Waves

from ._kept_waves import KeptWaves

_COURANT = 0.5

Kept = Complex[jax.Array, "ky kx"]


class FlowFrames(NamedTuple):
    """Frames of a flow.

    Attributes:
        velocity_x, velocity_y: `(time, y, x)` [length/s].
        vorticity: `(time, y, x)` [1/s].
        work: `(time)` [length²/s²]. Done by the force since the start, per mass.
    """

    velocity_x: Float[jax.Array, "time y x"]
    velocity_y: Float[jax.Array, "time y x"]
    vorticity: Float[jax.Array, "time y x"]
    work: Float[jax.Array, "time"]


@dataclass(frozen=True, slots=True)
class Incompressible:
    """Navier–Stokes in two dimensions; with ν = 0, Euler's equations cut at the kept waves.

    Attributes:
        viscosity: ν [length²/s].
        waves: The grid.
        largest_step: [s]. `courant_step` gives one.
        drift: Mean velocity along x and y [length/s]; no periodic force without mean changes it.
        stirring: `(y, x)` [1/s²]. s, the curl of a steady force; None for a flow left alone.
    """

    viscosity: float
    waves: Waves
    largest_step: float
    drift: tuple[float, float] = (0.0, 0.0)
    stirring: Float[np.ndarray, "y x"] | None = None

    def solve(self, vorticity: Float[jax.Array, "y x"], frames: int, frame_s: float) -> FlowFrames:
        """Return frames of the flow, the start first.

        Args:
            vorticity: ω at the start; its mean and the waves not kept are dropped.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        count, step_s = steps_between(frame_s, self.largest_step)
        force = None if self.stirring is None else self._force(self.stirring)
        weights = _weights(self.waves, self.viscosity, step_s)
        numbers = _Numbers(weights, jnp.asarray(self.drift), step_s, force)
        return _run(self.waves, numbers, vorticity, frames, count)

    def velocity(
        self, vorticity: Complex[jax.Array, "*batch ky kx"]
    ) -> tuple[Float[jax.Array, "*batch y x"], Float[jax.Array, "*batch y x"]]:
        """Return the velocity along x and y of the kept waves of vorticity."""
        return _velocity(self.waves, vorticity, jnp.asarray(self.drift))

    def advection(self, vorticity: Kept) -> Kept:
        """Return the kept waves of `−u·∇ω`."""
        return _advection(self.waves, vorticity, jnp.asarray(self.drift))

    def _force(self, curl: Float[np.ndarray, "y x"]) -> Kept:
        kept = KeptWaves(self.waves)
        return jnp.asarray(_inner(kept)) * kept.forward(jnp.asarray(curl))


@lru_cache(maxsize=8)
def _weights(waves: Waves, viscosity: float, step_s: float) -> Etdrk4:
    """Return the weights of a step; many starts of one flow share them."""
    kept = KeptWaves(waves)
    # Also within a trace these are numbers, not to be traced and kept past its end.
    with jax.ensure_compile_time_eval():
        return Etdrk4.of(-viscosity * (kept.x**2 + kept.y**2), step_s)


class _Numbers(NamedTuple):
    """What a run is given beside its start; other numbers of the same shapes compile nothing.

    Attributes:
        weights: Of the step in time.
        drift: Mean velocity along x and y.
        step_s: [s].
        force: Kept waves of s; None for a flow left alone.
    """

    weights: Etdrk4
    drift: Float[jax.Array, "2"]
    step_s: float | Float[jax.Array, ""]
    force: Kept | None


@partial(jax.jit, static_argnames=("waves", "frames", "count"))
def _run(
    waves: Waves, numbers: _Numbers, vorticity: Float[jax.Array, "y x"], frames: int, count: int
) -> FlowFrames:
    kept = KeptWaves(waves)
    force = numbers.force
    to_work = jnp.asarray(kept.shares * _inverse_square(kept))

    def power(now: Kept) -> Float[jax.Array, ""]:
        return jnp.zeros(()) if force is None else jnp.sum(to_work * (jnp.conj(now) * force).real)

    def rate(now: Kept) -> Kept:
        moved = _advection(waves, now, numbers.drift)
        return moved if force is None else moved + force

    def step(state: tuple[Kept, jax.Array]) -> tuple[Kept, jax.Array]:
        now, work = state
        after = numbers.weights.step(now, rate)
        # The trapezium: the force is steady, so its work is smooth in time.
        return after, work + (power(now) + power(after)) * numbers.step_s / 2

    start = jnp.asarray(_inner(kept)) * kept.forward(vorticity)
    path, work = rollout(step, (start, jnp.zeros(())), frames, count)
    u, v = _velocity(waves, path, numbers.drift)
    return FlowFrames(u, v, kept.back(path), work)


def _velocity(
    waves: Waves, vorticity: Complex[jax.Array, "*batch ky kx"], drift: Float[jax.Array, "2"]
) -> tuple[Float[jax.Array, "*batch y x"], Float[jax.Array, "*batch y x"]]:
    kept = KeptWaves(waves)
    inverse = _inverse_square(kept)
    lead = (1,) * (vorticity.ndim - 2)
    to_u = jnp.asarray(1j * kept.y * inverse).reshape(lead + inverse.shape)
    to_v = jnp.asarray(-1j * kept.x * inverse).reshape(lead + inverse.shape)
    return kept.back(to_u * vorticity) + drift[0], kept.back(to_v * vorticity) + drift[1]


def _advection(waves: Waves, vorticity: Kept, drift: Float[jax.Array, "2"]) -> Kept:
    kept = KeptWaves(waves)
    u, v = _velocity(waves, vorticity, drift)
    shear = jnp.asarray(kept.mask * (kept.x**2 - kept.y**2))
    strain = jnp.asarray(-kept.mask * kept.x * kept.y)
    return shear * kept.forward(u * v) + strain * kept.forward((u - v) * (u + v))


def courant_step(
    vorticity: Float[np.ndarray, "y x"], waves: Waves, drift: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Return half a cell over the largest |u| + |v| of a start [s].

    The scheme is stable up to 1.3 cells: flows may grow 2.6 times as fast as they start.
    """
    flow = Incompressible(0.0, waves, 1.0, drift)
    kept = KeptWaves(waves)
    u, v = flow.velocity(jnp.asarray(_inner(kept)) * kept.forward(jnp.asarray(vorticity)))
    fastest = float((jnp.abs(u) + jnp.abs(v)).max())
    return _COURANT * waves.length / waves.cells / max(fastest, 1e-12)


def _inverse_square(kept: KeptWaves) -> Float[np.ndarray, "ky kx"]:
    """Return 1/|k|², from vorticity to stream function; the mean has none."""
    square = kept.x**2 + kept.y**2
    return np.where(square > 0, kept.mask / np.where(square > 0, square, 1.0), 0.0)


def _inner(kept: KeptWaves) -> Float[np.ndarray, "ky kx"]:
    """Return 1 for waves that carry vorticity: those kept, without the mean."""
    return np.where(kept.x**2 + kept.y**2 > 0, kept.mask, 0.0)
