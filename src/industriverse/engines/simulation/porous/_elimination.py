"""Exact solution of five-point systems: elimination row by row, each row one dense block.

`d_i p_i − Σ_j g_ij p_j = b_i`, with links g between neighbours of a rectangle, symmetric and
positive definite. For n × n cells the elimination takes n⁴ operations and n³ numbers, a solution
n³ operations; a change of the right-hand side needs no new elimination (Golub & Van Loan, Matrix
Computations, §4.5).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve
from jaxtyping import Float

Cells = Float[jax.Array, "y x"]


class Eliminated(NamedTuple):
    """A system whose rows are eliminated one after another.

    Attributes:
        inverses: `(y, x, x)` of each row's block, once the rows before are eliminated.
        links: `(y, x)` to the row before; zero for the first.
    """

    inverses: Float[jax.Array, "y x x"]
    links: Cells

    def solve(self, right: Cells) -> Cells:
        """Return p for a right-hand side."""
        nothing = jnp.zeros(right.shape[1])

        def down(before: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
            inverse, link, wanted = row
            here = inverse @ (wanted + link * before)
            return here, here

        def up(after: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
            inverse, link, here = row
            # What the row after hands over has its link in it already.
            answer = here + inverse @ after
            return link * answer, answer

        _, half = jax.lax.scan(down, nothing, (self.inverses, self.links, right))
        _, answers = jax.lax.scan(up, nothing, (self.inverses, self.links, half), reverse=True)
        return answers


def eliminated(
    diagonal: Cells, across_y: Float[jax.Array, "y1 x"], across_x: Float[jax.Array, "y x1"]
) -> Eliminated:
    """Return the system, ready to be solved.

    Args:
        diagonal: `(y, x)` d.
        across_y: `(y−1, x)` g between rows.
        across_x: `(y, x−1)` g between columns.
    """
    columns = diagonal.shape[1]
    links = jnp.concatenate([jnp.zeros((1, columns)), across_y])
    one = jnp.eye(columns)

    def row(before: jax.Array, parts: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        own, side, link = parts
        block = jnp.diag(own) - jnp.diag(side, 1) - jnp.diag(side, -1)
        block = block - link[:, None] * before * link[None, :]
        inverse = cho_solve(cho_factor(block), one)
        return inverse, inverse

    _, inverses = jax.lax.scan(row, jnp.zeros((columns, columns)), (diagonal, across_x, links))
    return Eliminated(inverses, links)
