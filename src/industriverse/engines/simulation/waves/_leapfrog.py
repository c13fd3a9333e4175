"""A scalar and a vector that drive each other, on a staggered grid, stepped by leapfrog.

`a ∂s/∂t = ∇·w + j`, `b ∂w/∂t = ∇s`.

Maxwell's equations in two dimensions and linear acoustics are both of this form. The scalar lies
at the centres of cells at whole steps, the vector's components on the faces that they cross at
half steps (Yee 1966). Walls are faces. Between walls, or where the plane repeats,
`½ a sⁿ·sⁿ + ½ b wⁿ⁻½·wⁿ⁺½`, summed over cells and faces (faces in a wall count half), is the same
at every step but for rounding, and `∇ × (b w)` is the same on every corner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from industriverse.engines.simulation.rollout import rollout, steps_between

from ._layers import Memory, Profile, fresh, profiles, stretched

Cells = Float[jax.Array, "y x"]
FacesX = Float[jax.Array, "y face_x"]
FacesY = Float[jax.Array, "face_y x"]
Source = Callable[[Float[jax.Array, ""]], Float[jax.Array, "y x"]]
Edge = Literal["periodic", "rigid", "soft", "open"]
_X, _Y = 1, 0
_COURANT = 0.95
"""Share of the largest stable step, so that rounding cannot cross it."""


class Medium(NamedTuple):
    """What the equations weigh with.

    Attributes:
        storage: `(y, x)` a, at cells.
        inertia_x: `(y, x+1)` b, at faces across x.
        inertia_y: `(y+1, x)` b, at faces across y.
    """

    storage: Float[jax.Array, "y x"]
    inertia_x: Float[jax.Array, "y face_x"]
    inertia_y: Float[jax.Array, "face_y x"]


class Pair(NamedTuple):
    """The scalar `(y, x)` and the vector's parts `(y, x+1)` and `(y+1, x)` at one time."""

    scalar: Float[jax.Array, "y x"]
    x: Float[jax.Array, "y face_x"]
    y: Float[jax.Array, "face_y x"]


class Motion(NamedTuple):
    """Frames of a run, scalar and vector at the same times.

    Attributes:
        scalar: `(time, y, x)` at cells.
        x: `(time, y, x+1)` at faces across x; the mean of half a step before and after.
        y: `(time, y+1, x)` at faces across y.
        energy: `(time,)` of the plane shown, in the unit of `a s²` times area.
        work: `(time,)` done by the source since the start.
    """

    scalar: Float[jax.Array, "time y x"]
    x: Float[jax.Array, "time y face_x"]
    y: Float[jax.Array, "time face_y x"]
    energy: Float[jax.Array, "time"]
    work: Float[jax.Array, "time"]


class _State(NamedTuple):
    """Scalar at a step, vector half a step before, memories of the absorbing layers."""

    pair: Pair
    memory: tuple[Memory, Memory]
    time: Float[jax.Array, ""]
    work: Float[jax.Array, ""]


@dataclass(frozen=True, slots=True)
class Staggered:
    """The grid, its edges and the bound on speed.

    Attributes:
        spacing: Side of a cell.
        edges: What ends the plane, `(y, x)`: `periodic`; `rigid`, no vector through the wall;
            `soft`, no scalar on the wall; `open`, an absorbing layer behind.
        fastest: Speed that no wave exceeds; sets the step.
        layer: Cells of an absorbing layer.
    """

    spacing: float
    edges: tuple[Edge, Edge]
    fastest: float
    layer: int = 12

    @property
    def largest_step(self) -> float:
        """Step that is stable for every wave (Courant, Friedrichs & Lewy 1928)."""
        return _COURANT * self.spacing / (2**0.5 * self.fastest)

    def march(
        self, medium: Medium, start: Pair, frames: int, frame_s: float, source: Source | None = None
    ) -> Motion:
        """Return the frames that follow a start.

        Args:
            medium: Its weights.
            start: Scalar and vector at one time, the start.
            frames: At least 1.
            frame_s: [s]. Between frames; steps are at most `largest_step`.
            source: From the time [s] to j at cells.
        """
        count, step_s = steps_between(frame_s, self.largest_step)
        return _march(_Scheme(self, step_s, source), medium, start, frames, count)


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One step, on the plane with its layers."""

    grid: Staggered
    step_s: float
    source: Source | None

    @property
    def margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Cells of layer before and after each axis."""
        y, x = (self.grid.layer if edge == "open" else 0 for edge in self.grid.edges)
        return (y, y), (x, x)

    def profile(self, axis: int, cells: int) -> Profile | None:
        """Return how the layers of an axis fade waves, if it has any."""
        if self.grid.edges[axis] != "open":
            return None
        return profiles(cells, self.grid.layer, self.grid.fastest / self.grid.spacing, self.step_s)

    def rates(self, medium: Medium) -> Pair:
        """Return what a slope and a spread weigh in a step: divided once a run, not once a step."""
        pace = self.step_s / self.grid.spacing
        return Pair(self.step_s / medium.storage, pace / medium.inertia_x, pace / medium.inertia_y)

    def push(self, rates: Pair, state: _State) -> tuple[Pair, tuple[Memory, Memory]]:
        """Carry the vector over a step that the scalar is in the middle of."""
        pair = state.pair
        x, seen_x = self._push(pair.x, rates.x, pair.scalar, state.memory[_X], _X)
        y, seen_y = self._push(pair.y, rates.y, pair.scalar, state.memory[_Y], _Y)
        return Pair(pair.scalar, x, y), (seen_y, seen_x)

    def _push(
        self, faces: jax.Array, rate: jax.Array, scalar: jax.Array, memory: Memory, axis: int
    ) -> tuple[jax.Array, Memory]:
        first, inner, last = (_along(axis, part) for part in _PARTS)
        slope = jnp.diff(scalar, axis=axis)
        slope, memory = stretched(slope, memory, self.profile(axis, scalar.shape[axis]), axis, 0)
        faces = faces.at[inner].add(rate[inner] * slope)
        edge = self.grid.edges[axis]
        if edge == "soft":
            # The scalar behind the wall mirrors the one before it, so that it is zero between.
            faces = faces.at[first].add(2 * rate[first] * scalar[first])
            faces = faces.at[last].add(-2 * rate[last] * scalar[last])
        if edge == "periodic":
            jump = scalar[first] - scalar[last]
            faces = faces.at[first].add(rate[first] * jump).at[last].add(rate[last] * jump)
        return faces, memory

    def pull(self, rates: Pair, state: _State, pair: Pair, memory: tuple[Memory, Memory]) -> _State:
        """Carry the scalar over a step that the vector is in the middle of."""
        rows, columns = pair.scalar.shape
        spread_x, seen_x = stretched(
            jnp.diff(pair.x, axis=_X), memory[_X], self.profile(_X, columns), _X, 1
        )
        spread_y, seen_y = stretched(
            jnp.diff(pair.y, axis=_Y), memory[_Y], self.profile(_Y, rows), _Y, 1
        )
        change = (spread_x + spread_y) / self.grid.spacing
        driven = self._driven(state.time)
        change = change if driven is None else change + driven
        scalar = pair.scalar + rates.scalar * change
        work = state.work
        if driven is not None:
            power = ((pair.scalar + scalar) / 2 * driven).sum() * self.grid.spacing**2
            work = work + self.step_s * power
        after = Pair(scalar, pair.x, pair.y)
        return _State(after, (seen_y, seen_x), state.time + self.step_s, work)

    def _driven(self, time: Float[jax.Array, ""]) -> Cells | None:
        """Return the source in the middle of a step, if there is one."""
        if self.source is None:
            return None
        return jnp.pad(self.source(time + self.step_s / 2), self.margins)


_PARTS = (slice(0, 1), slice(1, -1), slice(-1, None))


def _along(axis: int, part: slice) -> tuple[slice, slice]:
    """Return an index that cuts one axis of two."""
    return (part, slice(None)) if axis == _Y else (slice(None), part)


@partial(jax.jit, static_argnums=(0, 3, 4))
def _march(scheme: _Scheme, medium: Medium, start: Pair, frames: int, count: int) -> Motion:
    y, x = scheme.margins
    wide = Medium(*(jnp.pad(part, scheme.margins, mode="edge") for part in medium))
    placed = Pair(*(jnp.pad(part, scheme.margins) for part in start))
    shape = placed.scalar.shape
    memory = (
        fresh(shape, scheme.profile(_Y, shape[_Y]), _Y),
        fresh(shape, scheme.profile(_X, shape[_X]), _X),
    )
    now = _State(placed, memory, jnp.zeros(()), jnp.zeros(()))
    rates = scheme.rates(wide)
    # Half a step back, so that the mean of both sides is the start.
    ahead, _ = scheme.push(rates, now)
    before = Pair(placed.scalar, 1.5 * placed.x - ahead.x / 2, 1.5 * placed.y - ahead.y / 2)

    def step(state: _State) -> _State:
        return scheme.pull(rates, state, *scheme.push(rates, state))

    def shown(state: _State) -> tuple[Pair, Pair]:
        later, _ = scheme.push(rates, state)
        return _cut(state.pair, y[0], x[0]), _cut(later, y[0], x[0])

    path = rollout(step, now._replace(pair=before), frames, count)
    early, late = jax.vmap(shown)(path)
    energy = _energy(medium, early, late) * scheme.grid.spacing**2
    return Motion(early.scalar, (early.x + late.x) / 2, (early.y + late.y) / 2, energy, path.work)


def _cut(pair: Pair, y: int, x: int) -> Pair:
    """Return the plane without its layers."""
    return Pair(*(part[y : part.shape[0] - y, x : part.shape[1] - x] for part in pair))


def _energy(medium: Medium, early: Pair, late: Pair) -> Float[jax.Array, "time"]:
    """Return the sum over cells and faces; the faces in a wall belong to it by half."""
    half_x = jnp.ones(medium.inertia_x.shape[1]).at[jnp.array([0, -1])].set(0.5)[None, None, :]
    half_y = jnp.ones(medium.inertia_y.shape[0]).at[jnp.array([0, -1])].set(0.5)[None, :, None]
    stored = (medium.storage[None] * early.scalar**2).sum(axis=(1, 2))
    along_x = (half_x * medium.inertia_x[None] * early.x * late.x).sum(axis=(1, 2))
    along_y = (half_y * medium.inertia_y[None] * early.y * late.y).sum(axis=(1, 2))
    return (stored + along_x + along_y) / 2


def at_cells(
    x: Float[jax.Array, "time y face_x"], y: Float[jax.Array, "time face_y x"]
) -> tuple[Float[jax.Array, "time y x"], Float[jax.Array, "time y x"]]:
    """Return both parts of the vector at the centres of cells: means of opposite faces."""
    return (x[..., 1:] + x[..., :-1]) / 2, (y[:, 1:] + y[:, :-1]) / 2


def faces_of(cells: Cells, periodic: tuple[bool, bool]) -> tuple[FacesX, FacesY]:
    """Return a property of cells at the faces between them: the mean of both sides.

    The mean suits a property whose force is the same on both sides; a wall takes its cell's.
    """
    mode_y, mode_x = ("wrap" if repeats else "edge" for repeats in periodic)
    wide_x = jnp.pad(cells, ((0, 0), (1, 1)), mode=mode_x)
    wide_y = jnp.pad(cells, ((1, 1), (0, 0)), mode=mode_y)
    return (wide_x[:, 1:] + wide_x[:, :-1]) / 2, (wide_y[1:] + wide_y[:-1]) / 2


def largest_turning(
    x: Float[jax.Array, "time y face_x"], y: Float[jax.Array, "time face_y x"]
) -> Float[jax.Array, "time"]:
    """Return the largest curl on a corner inside, times a cell's side, over the largest part."""
    around = jnp.diff(y[:, 1:-1], axis=2) - jnp.diff(x[:, :, 1:-1], axis=1)
    size = jnp.maximum(jnp.abs(x).max(), jnp.abs(y).max())
    # What is at rest throughout turns nowhere.
    return jnp.abs(around).max(axis=(1, 2)) / jnp.maximum(size, jnp.finfo(size.dtype).tiny)
