"""The two-dimensional Ising model in a heat bath, by Metropolis' rule or by clusters.

`H = −J Σ_⟨ij⟩ s_i s_j`, `s = ±1`, on a periodic square lattice.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.engines.simulation.rollout import Number, rolled, steps_between
from industriverse.kernel.errors import ContractError

from ._clusters import turned

Sites = Int[jax.Array, "y x"]
_SWEEP_S = 1.0


class Spins(NamedTuple):
    """The state of the lattice.

    Attributes:
        spin: `(y, x)`. +1 or −1.
        key: Of the draws to come.
        time: [s]. Since the start; a sweep takes at most one second.
        heat: [J]. Energy taken from the bath since the start, flip by flip; a whole number.
    """

    spin: Int[jax.Array, "*time y x"]
    key: jax.Array
    time: Float[jax.Array, "*time"]
    heat: Int[jax.Array, "*time"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["temperature", "heating"],
    meta_fields=["by_clusters"],
)
@dataclass(frozen=True, slots=True)
class Ising:
    """A lattice of spins in a bath whose temperature may change steadily.

    Attributes:
        temperature: `k_B T / J` at the start.
        heating: Its rate of change [1/s].
        by_clusters: Whether whole clusters are turned at each sweep, which soon forgets the start,
            in place of single spins, which order as matter does.
    """

    temperature: Number
    heating: Number = 0.0
    by_clusters: bool = False

    def solve(self, start: Spins, frames: int, frame_s: float) -> Spins:
        """Return the spins at each frame, the start first.

        Args:
            start: As `drawn` makes it; sides must be even, or a chessboard has no two colours.
            frames: At least 1.
            frame_s: [s]. Between frames; a sweep over all sites takes at most one second.

        Raises:
            ContractError: An odd side, or a temperature that the run takes to zero.
        """
        rows, columns = start.spin.shape
        if rows % 2 or columns % 2:
            raise ContractError(f"A lattice of {rows} × {columns} has no two colours.")
        if min(self.temperature, self.temperature + self.heating * frame_s * (frames - 1)) <= 0:
            raise ContractError("The temperature must stay above zero.")
        count, step_s = steps_between(frame_s, _SWEEP_S)

        return rolled(_sweep, (self, step_s), start, frames, count)

    def sweep(self, state: Spins, step_s: Number) -> Spins:
        """Return the lattice after every site, or cluster, was offered one flip."""
        key, now = jax.random.split(state.key)
        temperature = jnp.asarray(self.temperature + self.heating * state.time)
        if self.by_clusters:
            spin = turned(state.spin, temperature, now)
            heat = state.heat + energy(spin) - energy(state.spin)
        else:
            spin, heat = _offered(state.spin, temperature, now)
            heat = heat + state.heat
        return Spins(spin, key, state.time + step_s, heat)


def _sweep(parts: tuple[Ising, Number], state: Spins) -> Spins:
    system, step_s = parts
    return system.sweep(state, step_s)


def _offered(
    spin: Sites, temperature: Float[jax.Array, ""], key: jax.Array
) -> tuple[Sites, Int[jax.Array, ""]]:
    """Return the spins after Metropolis' rule, white sites first, and the heat that they took."""
    draws = jax.random.uniform(key, spin.shape)
    heat = jnp.zeros((), jnp.int64)
    for colour in (0, 1):
        flips = draws < flip_chances(spin, temperature, colour)
        heat = heat + jnp.where(flips, flip_costs(spin), 0).sum()
        spin = jnp.where(flips, -spin, spin)
    return spin, heat


def flip_costs(spin: Sites) -> Sites:
    """Return the energy that each flip alone would take [J]: `2 s_i Σ s_j`."""
    around = sum(jnp.roll(spin, shift, axis) for shift in (1, -1) for axis in (0, 1))
    return 2 * spin * jnp.asarray(around)


def flip_chances(
    spin: Sites, temperature: float | Float[jax.Array, ""], colour: int
) -> Float[jax.Array, "y x"]:
    """Return Metropolis' chance `min(1, exp(−ΔE/T))` on sites of one colour, zero on the other.

    Sites of one colour are no neighbours, so their flips do not change each other's cost.
    """
    chances = jnp.exp(-jnp.maximum(flip_costs(spin), 0) / temperature)
    return jnp.where(jnp.asarray(_of_colour(spin.shape, colour)), chances, 0.0)


def _of_colour(shape: tuple[int, ...], colour: int) -> Bool[np.ndarray, "y x"]:
    return np.indices(shape).sum(axis=0) % 2 == colour


def energy(spin: Int[jax.Array, "*time y x"]) -> Int[jax.Array, "*time"]:
    """Return the energy of each frame [J]; of 4 bonds a site, two are its own."""
    bonds = spin * (jnp.roll(spin, 1, axis=-1) + jnp.roll(spin, 1, axis=-2))
    return -bonds.sum(axis=(-1, -2))


def drawn(cells: int, seed: int, up: float = 0.5) -> Spins:
    """Return a square lattice of spins that are up with a given chance, each by itself."""
    random = np.random.default_rng(seed)
    spin = np.where(random.random((cells, cells)) < up, 1, -1)
    # Another stream than the start's, or the first flips would follow from the spins.
    key = jax.random.key(int(random.integers(2**31)))
    return Spins(jnp.asarray(spin), key, jnp.zeros(()), jnp.zeros((), jnp.int64))
