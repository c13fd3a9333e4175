"""Values at cell faces from cell averages: weighted, essentially non-oscillatory, fifth order.

Borges, Carmona, Costa, Don, J. Comput. Phys. 227 (2008), the weights called Z.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

GHOSTS = 3
"""Cells that a face needs on either side."""

# Differences this small against the values, squared, are rounding and no structure.
_ROUNDING = 1e-24
# Keeps 0 / 0 out; its square is still a number.
_TINY = 1e-80

Cells = Float[jax.Array, "*batch padded"]
Faces = Float[jax.Array, "*batch face"]


def face_values(cells: Cells) -> tuple[Faces, Faces]:
    """Return the values just left and just right of each face along the last axis.

    Args:
        cells: `(*batch, n + 6)` averages, three ghosts at either end.

    Returns:
        Two arrays `(*batch, n + 1)`, the first from the cells on the left.
    """
    count = cells.shape[-1] - 2 * GHOSTS + 1
    near = [cells[..., at : at + count] for at in range(2 * GHOSTS)]
    return _upwind(near[:5]), _upwind(near[:0:-1])


def _upwind(five: list[Faces]) -> Faces:
    """Return the value at the far side of the middle of five cells."""
    a, b, c, d, e = five
    rough = (
        13 / 12 * (a - 2 * b + c) ** 2 + (a - 4 * b + 3 * c) ** 2 / 4,
        13 / 12 * (b - 2 * c + d) ** 2 + (b - d) ** 2 / 4,
        13 / 12 * (c - 2 * d + e) ** 2 + (3 * c - 4 * d + e) ** 2 / 4,
    )
    least = _ROUNDING * (a**2 + c**2 + e**2) + _TINY
    spread = jnp.abs(rough[0] - rough[2])
    weights = [
        share * (1 + (spread / (one + least)) ** 2)
        for share, one in zip((0.1, 0.6, 0.3), rough, strict=True)
    ]
    parts = (
        (2 * a - 7 * b + 11 * c) / 6,
        (-b + 5 * c + 2 * d) / 6,
        (2 * c + 5 * d - e) / 6,
    )
    total = weights[0] + weights[1] + weights[2]
    return (weights[0] * parts[0] + weights[1] * parts[1] + weights[2] * parts[2]) / total
