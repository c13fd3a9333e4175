"""Steps in time: velocity Verlet alone, or with a Langevin bath in its middle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from ._fluid import Atoms, Fluid
from ._neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Bath:
    """A Langevin bath: friction, and the noise that belongs to it.

    Attributes:
        temperature: k_B T over the depth.
        friction: Rate at which momentum is lost, per reduced unit of time.
    """

    temperature: float
    friction: float


class Moving(NamedTuple):
    """Atoms on their way.

    Attributes:
        atoms: Places and momenta.
        force: `(atom, axis)` at these places.
        known: Who is near whom.
        key: Of the bath's next noise.
    """

    atoms: Atoms
    force: Float[jax.Array, "atom axis"]
    known: Neighbours
    key: Key[jax.Array, ""]


def moving(fluid: Fluid, atoms: Atoms, seed: int = 0) -> Moving:
    """Return atoms ready to move."""
    known = fluid.listed(atoms.q)
    force = fluid.pairs(atoms.q, known).force
    return Moving(atoms, force, known, jax.random.key(seed))


def stepper(fluid: Fluid, step: float, bath: Bath | None = None) -> Callable[[Moving], Moving]:
    """Return a step: velocity Verlet, which with a bath becomes BAOAB.

    Without a bath it is symplectic and reversible, of order 2, and keeps momentum to rounding.
    With one, places are sampled at the bath's temperature with an error of order `step²` that
    vanishes for harmonic wells.

    Args:
        fluid: The box and the potential.
        step: In reduced units; 0.001 to 0.005 are usual.
        bath: None for constant energy.

    References:
        L. Verlet, Phys. Rev. 159 (1967); B. Leimkuhler, C. Matthews, Appl. Math. Res. Express
        (2013).
    """

    def advance(state: Moving) -> Moving:
        half = state.atoms.p + step / 2 * state.force
        q = state.atoms.q + step / 2 * half
        key = state.key
        if bath is not None:
            key, now = jax.random.split(key)
            kept = jnp.exp(-bath.friction * step)
            noise = jax.random.normal(now, half.shape, half.dtype)
            half = kept * half + jnp.sqrt((1 - kept**2) * bath.temperature) * noise
        q = q + step / 2 * half
        known = fluid.renewed(q, state.known)
        force = fluid.pairs(q, known).force
        return Moving(Atoms(q, half + step / 2 * force), force, known, key)

    return advance
