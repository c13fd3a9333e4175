"""Rotating shallow water on a periodic square.

`∂u/∂t − q h v + ∂B/∂x = 0`, `∂v/∂t + q h u + ∂B/∂y = 0`, `∂h/∂t + ∂(h u)/∂x + ∂(h v)/∂y = 0`,
with `q = (f + ∂v/∂x − ∂u/∂y)/h` and `B = g h + (u² + v²)/2`.

Staggered as Arakawa & Lamb (Mon. Weather Rev. 109, 1981): their fluxes of vorticity keep total
energy and potential enstrophy, both to rounding but for the steps in time.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between

_COURANT = 0.4
# Where in the step each rate is taken, by the rate before it, and its weight in the step.
_RUNGE_KUTTA = ((0.0, 1 / 6), (1 / 2, 1 / 3), (1 / 2, 1 / 3), (1.0, 1 / 6))

Field = Float[jax.Array, "*batch y x"]


class Water(NamedTuple):
    """A state, or frames of it; cell `(j, i)` has its west face, south face and corner with it.

    Attributes:
        depth: h at the centres of cells [length].
        east: u on the west faces [length/s].
        north: v on the south faces [length/s].
    """

    depth: Field
    east: Field
    north: Field


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["gravity", "coriolis", "spacing", "largest_step"],
    meta_fields=[],
)
@dataclass(frozen=True, slots=True)
class ShallowWater:
    """Water of one density over a flat bed, in hydrostatic balance.

    Attributes:
        gravity: g [length/s²].
        coriolis: f, twice the rate of turning [1/s]; 0 for a basin at rest.
        spacing: Side of a cell [length].
        largest_step: [s]. `wave_step` gives one.
    """

    gravity: Number
    coriolis: Number
    spacing: Number
    largest_step: Number

    def solve(self, start: Water, frames: int, frame_s: float) -> Water:
        """Return frames `(time, y, x)` of the water, the start first.

        Args:
            start: Depth above zero everywhere.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        count, step_s = steps_between(frame_s, self.largest_step)

        return rolled(_step, (self, step_s), start, frames, count)

    def rate(self, water: Water) -> Water:
        """Return the rate of change of depth and velocity."""
        h, u, v = water
        flux_x, flux_y = u * (h + _west(h)) / 2, v * (h + _south(h)) / 2
        turn_x, turn_y = _turned(self.potential_vorticity(water), flux_x, flux_y)
        kinetic = (u**2 + _east(u) ** 2 + v**2 + _north(v) ** 2) / 4
        head = self.gravity * h + kinetic
        return Water(
            -(_east(flux_x) - flux_x + _north(flux_y) - flux_y) / self.spacing,
            turn_x - (head - _west(head)) / self.spacing,
            turn_y - (head - _south(head)) / self.spacing,
        )

    def potential_vorticity(self, water: Water) -> Field:
        """Return q at the south-west corners [1/(length s)]."""
        return (self.coriolis + self._curl(water)) / _corner_depth(water.depth)

    def vorticity(self, water: Water) -> Field:
        """Return `∂v/∂x − ∂u/∂y` at the centres of cells [1/s]."""
        rows = self._curl(water)
        rows = rows + _east(rows)
        return (rows + _north(rows)) / 4

    def energy(self, water: Water) -> Float[jax.Array, "*batch"]:
        """Return the mean over the square of `(h (u² + v²) + g h²)/2` [length³/s²]."""
        h, u, v = water
        kinetic = (h + _west(h)) * u**2 / 4 + (h + _south(h)) * v**2 / 4
        return jnp.mean(kinetic + self.gravity * h**2 / 2, axis=(-2, -1))

    def potential_enstrophy(self, water: Water) -> Float[jax.Array, "*batch"]:
        """Return the mean over the square of `h q²/2` [1/(length s²)]."""
        square = self.potential_vorticity(water) ** 2
        return jnp.mean(_corner_depth(water.depth) * square / 2, axis=(-2, -1))

    def _curl(self, water: Water) -> Field:
        """Return the vorticity at the south-west corners."""
        _, u, v = water
        return (v - _west(v) - u + _south(u)) / self.spacing

    def step(self, water: Water, step_s: Number) -> Water:
        """Return the water one step on, by the classical Runge–Kutta method of order 4."""

        # A scan, so that the rate is compiled once.
        def stage(
            carried: tuple[Water, Water], weights: Float[jax.Array, "2"]
        ) -> tuple[tuple[Water, Water], None]:
            rate, after = carried
            rate = self.rate(_ahead(water, rate, weights[0] * step_s))
            return (rate, _ahead(after, rate, weights[1] * step_s)), None

        still = jax.tree.map(jnp.zeros_like, water)
        (_, after), _ = jax.lax.scan(stage, (still, water), jnp.asarray(_RUNGE_KUTTA))
        return after


def _step(parts: tuple[ShallowWater, Number], water: Water) -> Water:
    system, step_s = parts
    return system.step(water, step_s)


def wave_step(start: Water, gravity: float, spacing: float) -> float:
    """Return the time in which the fastest wave of a start crosses 0.4 of a cell [s].

    The scheme is stable for linear waves up to one cell.
    """
    speed = jnp.sqrt(start.east**2 + start.north**2).max()
    fastest = float(jnp.sqrt(gravity * start.depth.max()) + speed)
    return _COURANT * spacing / fastest


def centred(water: Water) -> Water:
    """Return depth and both velocities at the centres of cells."""
    h, u, v = water
    return Water(h, (u + _east(u)) / 2, (v + _north(v)) / 2)


def _turned(q: Field, flux_x: Field, flux_y: Field) -> tuple[Field, Field]:
    """Return `q h v` on west faces and `−q h u` on south faces."""
    east, north = _east(q), _north(q)
    far = _north(east)
    near_far = (2 * (far + q) + north + east) / 24
    sides = (far + q + 2 * (north + east)) / 24
    along_x = (far + north - q - east) / 24
    along_y = (north + q - far - east) / 24
    above, ahead = _north(flux_y), _east(flux_x)
    turn_x = (
        near_far * above
        + sides * flux_y
        + _west(sides * above + near_far * flux_y)
        - along_x * ahead
        + _west(along_x * flux_x)
    )
    turn_y = (
        -near_far * ahead
        - sides * flux_x
        - _south(near_far * flux_x + sides * ahead)
        - along_y * above
        + _south(along_y * flux_y)
    )
    return turn_x, turn_y


def _ahead(water: Water, rate: Water, step_s: Float[jax.Array, ""]) -> Water:
    return Water(
        water.depth + step_s * rate.depth,
        water.east + step_s * rate.east,
        water.north + step_s * rate.north,
    )


def _corner_depth(h: Field) -> Field:
    rows = h + _west(h)
    return (rows + _south(rows)) / 4


def _east(values: Field) -> Field:
    return jnp.roll(values, -1, axis=-1)


def _west(values: Field) -> Field:
    return jnp.roll(values, 1, axis=-1)


def _north(values: Field) -> Field:
    return jnp.roll(values, -1, axis=-2)


def _south(values: Field) -> Field:
    return jnp.roll(values, 1, axis=-2)
