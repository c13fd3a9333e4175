"""A square of rock, its wells, and the pressure and flow in it."""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float

from industriverse.engines.simulation.rollout import rollout, steps_between
from industriverse.kernel.errors import ContractError

from ._elimination import Cells
from ._seepage import Flow, Number, Rock, Stepper

_STEPS_TO_SETTLE = 20
_BALANCED = 1e-10


@dataclass(frozen=True, slots=True)
class Reservoir:
    """Rock that holds a slightly compressible fluid; all values may be traced.

    Attributes:
        permeability: `(y, x)` [m²]. Above zero.
        spacing: [m]. Side of a cell.
        porosity: `(y, x)`, or one for all cells [1].
        compressibility: [1/Pa]. Of fluid and pores together; 0 for steady flow alone.
        viscosity: [Pa s].
        held: [Pa]. Pressures of the sides at the least and the largest x; walls without. The
            sides across y are walls.

    Raises:
        ContractError: Some rock lets nothing through, or less than nothing.
    """

    permeability: Cells
    spacing: float
    porosity: float | Cells = 0.2
    compressibility: float | Number = 1e-9
    viscosity: float | Number = 1e-3
    held: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.permeability, Tracer):
            return
        least = float(jnp.asarray(self.permeability).min())
        if not least > 0:
            raise ContractError(
                f"The least permeability is {least:g} m², not above zero.",
                hint="Give tight rock a small permeability instead of none.",
            )

    @property
    def rock(self) -> Rock:
        """Storage of cells and conductances of faces."""
        ease = jnp.asarray(self.permeability) / self.viscosity / self.spacing**2
        storage = jnp.broadcast_to(jnp.asarray(self.porosity * self.compressibility), ease.shape)
        return _rock(ease, storage, self.held)

    @property
    def largest_step(self) -> float:
        """A twentieth of the time in which pressure crosses the square [s].

        Every step is stable; longer ones blur how pressure settles.
        """
        middle = float(np.exp(np.log(np.asarray(self.permeability)).mean()))
        side = self.spacing * max(self.permeability.shape)
        storage = float(np.mean(self.porosity)) * float(self.compressibility)
        return storage * float(self.viscosity) * side**2 / middle / _STEPS_TO_SETTLE

    def steady(self, source: Cells) -> Cells:
        """Return the pressure of steady flow [Pa]; between walls its mean is zero.

        Args:
            source: `(y, x)` [1/s]. What wells put into a cell, per volume.

        Raises:
            ContractError: Between walls, wells that do not take out what they put in.
        """
        if self.held is None and not isinstance(source, Tracer):
            net, size = abs(float(source.sum())), float(jnp.abs(source).sum())
            if net > _BALANCED * size:
                raise ContractError(
                    f"The wells leave {net / size:.3g} of what they move between walls; such flow"
                    " is never steady.",
                    hint="Take out as much as is put in, or hold a side at a pressure.",
                )
        return _steady(self.rock, source)

    def solve(
        self,
        start: Cells,
        source: Cells,
        frames: int,
        frame_s: float,
        *,
        largest_step: float | None = None,
    ) -> Flow:
        """Return frames of the flow, the start first; has derivatives of both kinds.

        Args:
            start: `(y, x)` [Pa].
            source: `(y, x)` [1/s]. Wells, as in `steady`.
            frames: At least 1.
            frame_s: [s]. Between frames.
            largest_step: [s]. Without it, this reservoir's own, which needs numbers.

        Raises:
            ContractError: A fluid that cannot be compressed: it has only a steady flow.
        """
        if not isinstance(self.compressibility, Tracer) and not self.compressibility > 0:
            raise ContractError(
                "A fluid that cannot be compressed has no pressure that settles.",
                hint="Ask for the steady flow.",
            )
        count, step_s = steps_between(frame_s, largest_step or self.largest_step)
        return _solved(self.rock, start, (source, jnp.asarray(step_s)), frames, count)


def effective_permeability(permeability: Cells) -> Number:
    """Return the permeability of a block along x, held at both ends, with walls along its sides.

    Args:
        permeability: `(y, x)` [m²]. Of square cells.

    References:
        G. Matheron, Éléments pour une théorie des milieux poreux (1967).
    """
    rows, columns = permeability.shape
    block = Reservoir(permeability, 1.0, viscosity=1.0, held=(1.0, 0.0))
    pressure = block.steady(jnp.zeros(permeability.shape))
    through = 2 * permeability[:, 0] * (1 - pressure[:, 0])
    return through.sum() * columns / rows


@jax.jit
def _rock(ease: Cells, storage: Cells, held: tuple[Number | float, ...] | None) -> Rock:
    leak, outside = jnp.zeros_like(ease), jnp.zeros_like(ease)
    if held is not None:
        leak = leak.at[:, 0].add(2 * ease[:, 0]).at[:, -1].add(2 * ease[:, -1])
        outside = outside.at[:, 0].set(held[0]).at[:, -1].set(held[1])
    across_y, across_x = _harmonic(ease[1:], ease[:-1]), _harmonic(ease[:, 1:], ease[:, :-1])
    return Rock(storage, across_y, across_x, leak, outside)


def _harmonic(one: jax.Array, other: jax.Array) -> jax.Array:
    return 2 / (1 / one + 1 / other)


_steady = jax.jit(Rock.steady)


@partial(jax.jit, static_argnums=(3, 4))
def _solved(
    rock: Rock,
    start: Cells,
    forced: tuple[Cells, Float[jax.Array, ""]],
    frames: int,
    count: int,
) -> Flow:
    step = Stepper.of(rock, *forced)
    nothing = jnp.zeros(())
    return rollout(lambda flow: step(flow)[0], Flow(start, nothing, nothing), frames, count)
