"""A drop of thirteen atoms in empty space: the smallest Lennard-Jones cluster with a core."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ._fluid import Atoms
from ._potential import LennardJones

_FREE = LennardJones(math.inf, "cut")
_GOLDEN = (1 + math.sqrt(5)) / 2


def icosahedron() -> Float[np.ndarray, "atom axis"]:
    """Return the places of least energy of 13 atoms: one in the middle, 12 around it.

    References:
        M. Hoare, P. Pal, Adv. Phys. 20 (1971); its energy is −44.326801 wells.
    """
    around = [
        np.roll([0.0, one, other * _GOLDEN], turn)
        for turn, one, other in itertools.product(range(3), (-1, 1), (-1, 1))
    ]
    unit = np.stack([np.zeros(3), *around]) / math.sqrt(1 + _GOLDEN**2)
    first, second = np.triu_indices(len(unit), 1)
    distance = np.linalg.norm(unit[first] - unit[second], axis=1)
    # Of all sizes of this shape: the energy 4(a/R¹² − b/R⁶) is least at R⁶ = 2a/b.
    twelfth, sixth = (distance**-12.0).sum(), (distance**-6.0).sum()
    return unit * float(2 * twelfth / sixth) ** (1 / 6)


def heated(places: Float[np.ndarray, "atom axis"], temperature: float, seed: int) -> Atoms:
    """Return atoms at these places with drawn momenta that neither move nor turn them as a whole.

    Args:
        places: In diameters.
        temperature: k_B T over the depth, of the motion that is left.
        seed: Of the momenta.
    """
    drawn = np.random.default_rng(seed).normal(size=places.shape)
    centred = places - places.mean(axis=0)
    drawn -= drawn.mean(axis=0)
    inertia = (centred**2).sum() * np.eye(3) - centred.T @ centred
    drawn -= np.cross(np.linalg.solve(inertia, np.cross(centred, drawn).sum(axis=0)), centred)
    free = places.size - 6
    drawn *= math.sqrt(temperature * free / (drawn**2).sum())
    return Atoms(jnp.asarray(places), jnp.asarray(drawn))


def cluster_energy(q: Float[jax.Array, "atom axis"]) -> Float[jax.Array, ""]:
    """Return the potential energy of atoms in empty space, every pair counted, no cutoff [depth].

    Args:
        q: Places in diameters.
    """
    square = ((q[:, None] - q[None]) ** 2).sum(axis=-1)
    # An atom with itself: at a distance of one diameter the energy is zero.
    return _FREE.pair(square + jnp.eye(len(q)))[0].sum() / 2
