"""From atoms to fields: what each atom carries, spread over the cells that it touches."""

import jax
import jax.numpy as jnp
from jaxtyping import Float


def binned(
    q: Float[jax.Array, "atom axis"],
    carried: Float[jax.Array, "atom"],
    sides: tuple[float, float],
    cells: int,
) -> Float[jax.Array, "y x"]:
    """Return the density on a grid of what atoms in the plane carry.

    Each atom is a square of a cell's size: the four cells it touches share what it carries by
    area, so that the density times a cell's area adds up to the whole.

    Args:
        q: `(atom, 2)` places, y first; folded into the periodic box here.
        carried: `(atom)`.
        sides: Of the box, y first.
        cells: A side of the grid.
    """
    lengths = jnp.asarray(sides)[None, :]
    places = q / lengths * cells - 0.5
    first = jnp.floor(places)
    share = places - first
    corner = first.astype(jnp.int32)
    total = jnp.zeros((cells, cells), carried.dtype)
    for down in (0, 1):
        for right in (0, 1):
            y, x = (corner[:, 0] + down) % cells, (corner[:, 1] + right) % cells
            part_y = share[:, 0] if down else 1 - share[:, 0]
            part_x = share[:, 1] if right else 1 - share[:, 1]
            total = total.at[y, x].add(carried * part_y * part_x)
    return total * cells**2 / (sides[0] * sides[1])
