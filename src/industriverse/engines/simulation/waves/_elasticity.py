"""Waves of an elastic body in plane strain: velocity and stress on a staggered grid.

`ρ ∂v/∂t = ∇·σ`, `∂σ/∂t = λ (∇·v) 1 + μ (∇v + ∇vᵀ)`.

The pulls σ_xx and σ_yy lie at the centres of cells, the shear σ_xy at their corners, each part of
v on the faces that it crosses (Virieux, Geophysics 51, 1986). Walls are faces. Stress is known at
whole steps, velocity at half steps, and `½ ρ vⁿ⁻½·vⁿ⁺½ + ½ σⁿ : C⁻¹ : σⁿ`, summed with the weight
½ for what lies in a wall (¼ in a corner of walls), is kept but for rounding.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float

from industriverse.engines.simulation.rollout import rollout, steps_between
from industriverse.kernel.errors import ContractError

Side = Literal["periodic", "rigid", "free"]
Cells = Float[jax.Array, "y x"]
Faces = tuple[Float[jax.Array, "y face_x"], Float[jax.Array, "face_y x"]]
_Y, _X = 0, 1
_COURANT = 0.95
"""Share of the largest stable step, so that rounding cannot cross it."""


class Quake(NamedTuple):
    """Frames of a run, all fields at the centres of cells and at the same times.

    Attributes:
        x: `(time, y, x)` [m/s]. Velocity along x.
        y: `(time, y, x)` [m/s]. Velocity along y.
        pull_x: `(time, y, x)` [Pa]. Stress σ_xx.
        pull_y: `(time, y, x)` [Pa]. Stress σ_yy.
        shear: `(time, y, x)` [Pa]. Stress σ_xy, the mean of four corners.
        energy: `(time,)` [J/m]. Per length out of the plane, of the fields on the staggered grid.
        momentum: `(time, 2)` [kg/s]. Along x and y, per length out of the plane: kept
            where no wall is rigid.
    """

    x: Float[jax.Array, "time y x"]
    y: Float[jax.Array, "time y x"]
    pull_x: Float[jax.Array, "time y x"]
    pull_y: Float[jax.Array, "time y x"]
    shear: Float[jax.Array, "time y x"]
    energy: Float[jax.Array, "time"]
    momentum: Float[jax.Array, "time 2"]


class Body(NamedTuple):
    """Moduli and densities where the stresses and velocities lie.

    Attributes:
        lame: `(y, x)` [Pa]. λ, of cells.
        rigidity: `(y, x)` [Pa]. μ, of cells.
        corner: `(y+1, x+1)` [Pa]. μ, of corners.
        density_x: `(y, x+1)` [kg/m³]. Of faces across x.
        density_y: `(y+1, x)` [kg/m³]. Of faces across y.
    """

    lame: Float[jax.Array, "y x"]
    rigidity: Float[jax.Array, "y x"]
    corner: Float[jax.Array, "corner_y corner_x"]
    density_x: Float[jax.Array, "y face_x"]
    density_y: Float[jax.Array, "face_y x"]


class _State(NamedTuple):
    """Stresses at a step, velocities half a step before."""

    pull_x: Float[jax.Array, "y x"]
    pull_y: Float[jax.Array, "y x"]
    shear: Float[jax.Array, "corner_y corner_x"]
    x: Float[jax.Array, "y face_x"]
    y: Float[jax.Array, "face_y x"]


@dataclass(frozen=True, slots=True)
class Elasticity:
    """A body of which every cell is isotropic (Landau & Lifshitz, Theory of Elasticity, §22).

    Attributes:
        density: `(y, x)` [kg/m³].
        pressure_speed: `(y, x)` [m/s]. Of waves that squeeze, √((λ + 2μ)/ρ).
        shear_speed: `(y, x)` [m/s]. Of waves that shear, √(μ/ρ); less than √½ of the other keeps
            λ above zero.
        spacing: [m]. Side of a cell.
        sides: What ends the plane, `(y, x)`: `rigid` walls do not move, `free` ones feel no force.
        fastest: [m/s]. Bound on the speed that sets the step; taken from the cells where it is 0,
            which needs numbers, not traced values.
    """

    density: Float[jax.Array, "y x"]
    pressure_speed: Float[jax.Array, "y x"]
    shear_speed: Float[jax.Array, "y x"]
    spacing: float
    sides: tuple[Side, Side] = ("free", "free")
    fastest: float = 0.0

    def __post_init__(self) -> None:
        """Refuse bodies without mass or rigidity; traced values are not looked at."""
        parts = (self.density, self.pressure_speed, self.shear_speed)
        if any(isinstance(part, Tracer) for part in parts):
            return
        least = min(float(part.min()) for part in (self.density, self.shear_speed))
        if not least > 0:
            raise ContractError(f"The least density or shear speed is {least:g}, not above zero.")
        if not bool((self.shear_speed**2 <= 0.75 * self.pressure_speed**2).all()):
            ratio = float((self.shear_speed / self.pressure_speed).max())
            raise ContractError(
                f"Shear runs at {ratio:.3g} of the pressure speed; above √¾ a body would swell "
                "when squeezed."
            )

    @property
    def body(self) -> Body:
        """Moduli and densities where stresses and velocities lie."""
        rigidity = self.density * self.shear_speed**2
        lame = self.density * self.pressure_speed**2 - 2 * rigidity
        modes = ["wrap" if side == "periodic" else "edge" for side in self.sides]
        soft = _both(1 / rigidity, (1, 1), modes)
        # A shear passes the four cells of a corner unbroken, so their compliances have a mean.
        corner = 4 / (soft[1:, 1:] + soft[1:, :-1] + soft[:-1, 1:] + soft[:-1, :-1])
        across, up = _both(self.density, (0, 1), modes), _both(self.density, (1, 0), modes)
        means = (across[:, 1:] + across[:, :-1]) / 2, (up[1:] + up[:-1]) / 2
        return Body(lame, rigidity, corner, *means)

    @property
    def largest_step(self) -> float:
        """Step that is stable for every wave."""
        fastest = self.fastest or _fastest(self.body)
        return _COURANT * self.spacing / (2**0.5 * fastest)

    def solve(
        self, start: Faces, frames: int, frame_s: float, *, pull: tuple[Cells, Cells] | None = None
    ) -> Quake:
        """Return the frames that follow a start.

        Args:
            start: [m/s]. Velocity at faces across x and across y; zero in rigid walls.
            frames: At least 1.
            frame_s: [s]. Between frames.
            pull: [Pa]. σ_xx and σ_yy at the start, zero without.
        """
        count, step_s = steps_between(frame_s, self.largest_step)
        rest = jnp.zeros(self.density.shape)
        shear = jnp.zeros((rest.shape[0] + 1, rest.shape[1] + 1))
        begin = _State(*((rest, rest) if pull is None else pull), shear, *start)
        scheme = _Scheme(self.spacing, self.sides, step_s)
        return _march(scheme, self.body, begin, frames, count)


def _both(field: jax.Array, margins: tuple[int, int], modes: list[str]) -> jax.Array:
    """Return a field with margins on both axes, as their sides continue it."""
    tall = jnp.pad(field, ((margins[0],) * 2, (0, 0)), mode=modes[0])
    return jnp.pad(tall, ((0, 0), (margins[1],) * 2), mode=modes[1])


def _fastest(body: Body) -> float:
    """Return the speed whose step is stable for this body (Gershgorin's bound)."""
    lame, rigidity, corner, density_x, density_y = (np.asarray(part) for part in body)
    stiff_x = np.pad(lame + rigidity, ((0, 0), (1, 1)), mode="edge")
    stiff_y = np.pad(lame + rigidity, ((1, 1), (0, 0)), mode="edge")
    x = (stiff_x[:, 1:] + stiff_x[:, :-1] + corner[1:] + corner[:-1]) / 2 / density_x
    y = (stiff_y[1:] + stiff_y[:-1] + corner[:, 1:] + corner[:, :-1]) / 2 / density_y
    return float(np.sqrt(max(x.max(), y.max())))


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One step."""

    spacing: float
    sides: tuple[Side, Side]
    step_s: float

    def push(self, body: Body, state: _State) -> _State:
        """Carry the velocities over a step that the stresses are in the middle of."""
        force_x = self._jump(state.pull_x, _X, "free") + jnp.diff(state.shear, axis=_Y)
        force_y = self._jump(state.pull_y, _Y, "free") + jnp.diff(state.shear, axis=_X)
        rate = self.step_s / self.spacing
        x = state.x + rate / body.density_x * self._held(force_x, _X, "rigid")
        y = state.y + rate / body.density_y * self._held(force_y, _Y, "rigid")
        return state._replace(x=x, y=y)

    def pull(self, body: Body, state: _State) -> _State:
        """Carry the stresses over a step that the velocities are in the middle of."""
        rate = self.step_s / self.spacing
        along_x, along_y = jnp.diff(state.x, axis=_X), jnp.diff(state.y, axis=_Y)
        swelling = body.lame * (along_x + along_y)
        sliding = self._jump(state.x, _Y, "rigid") + self._jump(state.y, _X, "rigid")
        sliding = self._held(self._held(sliding, _Y, "free"), _X, "free")
        return state._replace(
            pull_x=state.pull_x + rate * (swelling + 2 * body.rigidity * along_x),
            pull_y=state.pull_y + rate * (swelling + 2 * body.rigidity * along_y),
            shear=state.shear + rate * body.corner * sliding,
        )

    def _jump(self, field: jax.Array, axis: int, vanishes: Side) -> jax.Array:
        """Return differences along an axis, at both ends too.

        Where the side makes the field vanish, it is mirrored with its sign turned behind the wall.
        """
        first, last = (jax.lax.slice_in_dim(field, at, at + 1, axis=axis)
                       for at in (0, field.shape[axis] - 1))  # fmt: skip
        side = self.sides[axis]
        if side == "periodic":
            ends = first - last, first - last
        elif side == vanishes:
            ends = 2 * first, -2 * last
        else:
            ends = 0 * first, 0 * last
        return jnp.concatenate([ends[0], jnp.diff(field, axis=axis), ends[1]], axis=axis)

    def _held(self, field: jax.Array, axis: int, side: Side) -> jax.Array:
        """Return a field that is zero in the walls of an axis, if they are of this kind."""
        if self.sides[axis] != side:
            return field
        return field * _ends(field.shape[axis], 0.0, axis)


def _ends(count: int, value: float, axis: int) -> jax.Array:
    """Return ones along an axis, with another value at both ends."""
    weights = np.ones(count)
    weights[[0, -1]] = value
    return jnp.asarray(np.expand_dims(weights, 1 - axis))


@partial(jax.jit, static_argnums=(0, 3, 4))
def _march(scheme: _Scheme, body: Body, start: _State, frames: int, count: int) -> Quake:
    ahead = scheme.push(body, start)
    # Half a step back, so that the mean of both sides is the start.
    before = start._replace(x=1.5 * start.x - ahead.x / 2, y=1.5 * start.y - ahead.y / 2)

    def step(state: _State) -> _State:
        return scheme.pull(body, scheme.push(body, state))

    def shown(state: _State) -> Quake:
        return _quake(scheme.spacing, body, state, scheme.push(body, state))

    return jax.vmap(shown)(rollout(step, before, frames, count))


def _quake(spacing: float, body: Body, early: _State, late: _State) -> Quake:
    """Return one frame: stresses at a step, velocities from half a step before and after."""
    x, y = (early.x + late.x) / 2, (early.y + late.y) / 2
    wall_x, wall_y = _ends(x.shape[1], 0.5, _X), _ends(y.shape[0], 0.5, _Y)
    mass_x, mass_y = wall_x * body.density_x, wall_y * body.density_y
    moving = (mass_x * early.x * late.x).sum() + (mass_y * early.y * late.y).sum()
    energy = (moving + _strain(body, early, wall_x, wall_y)) / 2 * spacing**2
    momentum = jnp.stack([(mass_x * x).sum(), (mass_y * y).sum()]) * spacing**2
    corners = early.shear
    shear = (corners[1:, 1:] + corners[1:, :-1] + corners[:-1, 1:] + corners[:-1, :-1]) / 4
    at_x, at_y = (x[:, 1:] + x[:, :-1]) / 2, (y[1:] + y[:-1]) / 2
    return Quake(at_x, at_y, early.pull_x, early.pull_y, shear, energy, momentum)


def _strain(body: Body, state: _State, wall_x: jax.Array, wall_y: jax.Array) -> jax.Array:
    """Return σ : C⁻¹ : σ, summed."""
    stiff, soft = body.lame + 2 * body.rigidity, body.lame
    squares = stiff * (state.pull_x**2 + state.pull_y**2) - 2 * soft * state.pull_x * state.pull_y
    cells = (squares / (stiff**2 - soft**2)).sum()
    return cells + (wall_x * wall_y * state.shear**2 / body.corner).sum()
