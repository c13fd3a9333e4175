"""A periodic box of equal atoms: energy, forces, virial, and where they start."""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._neighbours import Neighbours, apart, everyone, near
from ._potential import LennardJones

Vectors = Float[jax.Array, "atom axis"]
MOST_ATOMS = 4096
"""All pairs are looked at when lists are made: beyond this they fill memory."""


class Atoms(NamedTuple):
    """Where atoms are and how they move, in reduced units: mass, diameter and depth are one.

    Attributes:
        q: `(atom, axis)` places, not folded into the box.
        p: `(atom, axis)` momenta.
    """

    q: Vectors
    p: Vectors


class Pairs(NamedTuple):
    """What the pairs do.

    Attributes:
        share: `(atom)` half the energy of each atom's pairs.
        force: `(atom, axis)` on each atom.
        virial: `Σ r·F` over pairs.
    """

    share: Float[jax.Array, "atom"]
    force: Vectors
    virial: Float[jax.Array, ""]


@dataclass(frozen=True, slots=True)
class Fluid:
    """Equal atoms in a periodic box of two or three dimensions.

    Attributes:
        potential: Between each two.
        sides: Of the box, in diameters; each at least twice the reach of a list.
        margin: By which lists reach beyond the cutoff.
        room: Most neighbours in an atom's list; at most `MOST_ATOMS` atoms in the box.

    Raises:
        ContractError: The box is smaller than twice the cutoff.
    """

    potential: LennardJones
    sides: tuple[float, ...]
    margin: float = 0.4
    room: int = 64

    def __post_init__(self) -> None:
        if min(self.sides) < 2 * self.potential.cutoff:
            raise ContractError(
                f"A box of {min(self.sides):.3g} diameters is too small for a cutoff of"
                f" {self.potential.cutoff:.3g}: an atom would meet another twice.",
                hint="Take a box at least twice the cutoff wide.",
            )

    def listed(self, q: Vectors) -> Neighbours:
        """Return the neighbours of each atom; all pairs where the box is too small for lists.

        Raises:
            ContractError: There are more than `MOST_ATOMS`.
        """
        if len(q) > MOST_ATOMS:
            raise ContractError(f"{len(q)} atoms are more than {MOST_ATOMS}.")
        reach = self.potential.cutoff + self.margin
        if len(q) - 1 <= self.room or min(self.sides) < 2 * reach:
            return everyone(q)
        return near(q, self.sides, reach, self.room)

    def renewed(self, q: Vectors, known: Neighbours) -> Neighbours:
        """Return the list, made anew if an atom has moved more than half the margin."""
        if known.others.shape[1] == len(q) - 1:
            return known
        moved = ((q - known.places) ** 2).sum(axis=1).max() > (self.margin / 2) ** 2

        def again(at: Vectors) -> Neighbours:
            made = self.listed(at)
            return made._replace(full=made.full | known.full)

        def kept(at: Vectors) -> Neighbours:
            del at
            return known

        return jax.lax.cond(moved, again, kept, q)

    def pairs(self, q: Vectors, known: Neighbours | None = None) -> Pairs:
        """Return energies, forces and virial; NaN where a list was too short.

        Args:
            q: `(atom, axis)`.
            known: Who is near whom; all pairs without it.
        """
        known = everyone(q) if known is None else known
        # Axis by axis: lines of numbers are gathered and summed faster than small vectors.
        ways = [
            apart(line[:, None], line.at[known.others].get(mode="promise_in_bounds"), side)
            for line, side in zip(q.T, self.sides, strict=True)
        ]
        other = known.others != jnp.arange(len(q), dtype=known.others.dtype)[:, None]
        # Not zero where an atom stands for nobody: slopes would be no numbers there.
        square = jnp.where(other, sum((way**2 for way in ways), jnp.zeros(())), 1.0)
        energy, push = (jnp.where(other, part, 0.0) for part in self.potential.pair(square))
        lost = jnp.where(known.full, jnp.nan, 1.0)
        force = jnp.stack([(push * way).sum(axis=1) for way in ways], axis=1)
        virial = (push * square).sum() / 2
        return Pairs(energy.sum(axis=1) / 2 * lost, force * lost, virial * lost)

    def pressure(self, atoms: Atoms, pairs: Pairs) -> Float[jax.Array, ""]:
        """Return `(Σ p² + Σ r·F) / (d V)`, without a tail."""
        axes = len(self.sides)
        return ((atoms.p**2).sum() + pairs.virial) / (axes * float(np.prod(self.sides)))

    def energy(self, atoms: Atoms, known: Neighbours | None = None) -> Float[jax.Array, ""]:
        """Return kinetic and potential energy."""
        return (atoms.p**2).sum() / 2 + self.pairs(atoms.q, known).share.sum()


def lattice(a_side: int, sides: tuple[float, ...]) -> Float[np.ndarray, "atom axis"]:
    """Return a square or cubic lattice that fills a box, `a_side` atoms along each axis."""
    lines = [(np.arange(a_side) + 0.5) * side / a_side for side in sides]
    return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, len(sides))


def warmed(places: Float[np.ndarray, "atom axis"], temperature: float, seed: int) -> Atoms:
    """Return atoms at places with drawn momenta: no net momentum, and the temperature exact.

    Args:
        places: `(atom, axis)`.
        temperature: k_B T over the depth; of `d(N − 1)` degrees of freedom.
        seed: Of the draw.
    """
    p = np.random.default_rng(seed).normal(size=places.shape)
    p -= p.mean(axis=0)
    free = places.shape[1] * (len(places) - 1)
    p *= np.sqrt(free * temperature / (p**2).sum())
    return Atoms(jnp.asarray(places), jnp.asarray(p))
