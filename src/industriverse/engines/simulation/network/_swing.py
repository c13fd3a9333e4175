"""The swing equation on a lattice of generators and consumers in turn.

`m θ̈_i + d θ̇_i = P_i + K Σ_j sin(θ_j − θ_i)` over the four neighbours j, `P_i = ±P` as on a
chessboard, periodic. In step, each generator leads its neighbours by δ with `4K sin δ = P`; so
there is such a state only where `K ≥ P/4`.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.kernel.errors import ContractError

Nodes = Float[jax.Array, "*time y x"]
_STEPS_A_PERIOD = 40
_SAFELY_IN_STEP = 1.1


class Machines(NamedTuple):
    """The state of the grid, in the frame that turns at the nominal frequency.

    Attributes:
        phase: `(y, x)` [rad]. θ, counted on over whole turns.
        frequency: `(y, x)` [rad/s]. θ̇.
        lost: `()`. Energy that damping took since the start, in the unit of P times radians.
    """

    phase: Nodes
    frequency: Nodes
    lost: Float[jax.Array, "*time"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["inertia", "damping", "power", "strength"],
    meta_fields=[],
)
@dataclass(frozen=True, slots=True)
class PowerGrid:
    """Generators and consumers of equal power, each linked to four of the other kind.

    Attributes:
        inertia: m [s²]. `2H/ω₀` for power in units of a machine's rating.
        damping: d [s].
        power: P that a generator feeds in and a consumer takes [1].
        strength: `4K/P`, a line's limit over the least at which the grid can stay in step.
    """

    inertia: Number
    damping: Number
    power: Number
    strength: Number

    @property
    def coupling(self) -> Number:
        """K, the most that a line carries [1]."""
        return self.strength * self.power / 4

    @property
    def lead(self) -> float:
        """δ [rad]. Of generators over consumers in step; a quarter turn where there is none."""
        return math.asin(min(1.0, 1 / self.strength)) if self.strength else math.pi / 2

    def largest_step(self, until: float) -> float:
        """Return a fortieth of the fastest swing's period, or slip's where the grid falls apart.

        Args:
            until: [s]. Length of the run; slip grows until damping or its end stops it.
        """
        fastest = math.sqrt(8 * self.coupling / self.inertia)
        if self.strength < _SAFELY_IN_STEP:
            free = self.damping * until / self.inertia
            share = -math.expm1(-free) / free if free else 1.0
            fastest += 2 * self.power * until / self.inertia * share
        return 2 * math.pi / max(fastest, 1e-12) / _STEPS_A_PERIOD

    def solve(self, start: Machines, frames: int, frame_s: float) -> Machines:
        """Return the grid at each frame, the start first.

        Args:
            start: As `kicked` makes it; sides must be even.
            frames: At least 1.
            frame_s: [s]. Between frames.

        Raises:
            ContractError: An odd side: the lattice would not alternate.
        """
        rows, columns = start.phase.shape
        if rows % 2 or columns % 2:
            raise ContractError(f"{rows} × {columns} nodes cannot alternate around the lattice.")
        count, step_s = steps_between(frame_s, self.largest_step(frame_s * max(frames - 1, 1)))

        return rolled(_step, (self, step_s), start, frames, count)

    def step(self, state: Machines, step_s: Number) -> Machines:
        """Return the grid one step on: Strang's splitting, damping solved exactly, then Verlet."""
        half = step_s / 2
        kept = jnp.exp(-self.damping * half / self.inertia)
        frequency, lost = self._damped(state.frequency, kept)
        frequency = frequency + half * self._acceleration(state.phase)
        phase = state.phase + step_s * frequency
        frequency = frequency + half * self._acceleration(phase)
        frequency, again = self._damped(frequency, kept)
        return Machines(phase, frequency, state.lost + lost + again)

    def _damped(
        self, frequency: Nodes, kept: Float[jax.Array, ""]
    ) -> tuple[Nodes, Float[jax.Array, ""]]:
        lost = self.inertia * (1 - kept**2) * (frequency**2).sum() / 2
        return kept * frequency, lost

    def _acceleration(self, phase: Nodes) -> Nodes:
        pull = sum(jnp.sin(jnp.roll(phase, s, axis) - phase) for s in (1, -1) for axis in (-1, -2))
        feed = self.power * jnp.asarray(_sign(phase.shape[-2:]))
        return (feed + self.coupling * jnp.asarray(pull)) / self.inertia

    def density(self, state: Machines) -> Nodes:
        """Return each node's energy above that of being in step, half of each line's its own.

        A line holds `K (cos δ − cos Δ) − ¼P (Δ − δ)`, Δ the generator's lead: the powers of both
        its ends are in it, a quarter each. It is below zero once a line has slipped.
        """
        sign = jnp.asarray(_sign(state.phase.shape[-2:]))
        sign = sign.reshape((1,) * (state.phase.ndim - 2) + sign.shape)
        lines = jnp.zeros_like(state.phase)
        for shift in (1, -1):
            for axis in (-1, -2):
                lead = sign * (state.phase - jnp.roll(state.phase, shift, axis))
                swing = self.coupling * (math.cos(self.lead) - jnp.cos(lead))
                lines = lines + swing - self.power / 4 * (lead - self.lead)
        return self.inertia * state.frequency**2 / 2 + lines / 2


def _step(parts: tuple[PowerGrid, Number], state: Machines) -> Machines:
    grid, step_s = parts
    return grid.step(state, step_s)


def _sign(shape: tuple[int, ...]) -> Float[np.ndarray, "y x"]:
    """Return +1 at generators, −1 at consumers."""
    return 1.0 - 2.0 * (np.indices(shape).sum(axis=0) % 2)


def kicked(grid: PowerGrid, cells: int, size: float, seed: int, places: int = 3) -> Machines:
    """Return a grid in step but for drawn places where machines run too fast or too slow.

    Args:
        grid: Its phases in step.
        cells: Nodes a side.
        size: [rad/s]. Largest departure of the frequency.
        seed: Draws places and sizes.
        places: How many.
    """
    random = np.random.default_rng(seed)
    nodes = np.arange(cells)
    frequency = np.zeros((cells, cells))
    width = max(1.0, cells / 32)
    for y, x in random.uniform(0, cells, (places, 2)):
        away = [(nodes - at + cells / 2) % cells - cells / 2 for at in (y, x)]
        square = away[0][:, None] ** 2 + away[1][None, :] ** 2
        frequency += random.uniform(-1, 1) * np.exp(-square / (2 * width**2))
    frequency *= size / np.abs(frequency).max()
    phase = grid.lead / 2 * _sign((cells, cells))
    return Machines(jnp.asarray(phase), jnp.asarray(frequency), jnp.zeros(()))
