"""Linear sound in a plane of fluids at rest: staggered grid, leapfrog in time.

`1/(ρc²) ∂p/∂t = −∇·v + q`, `ρ ∂v/∂t = −∇p`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary

from ._leapfrog import Edge, Medium, Motion, Pair, Staggered, at_cells, faces_of, largest_turning

Cells = Float[jax.Array, "y x"]
Faces = tuple[Float[jax.Array, "y face_x"], Float[jax.Array, "face_y x"]]
Inflow = Callable[[Float[jax.Array, ""]], Float[jax.Array, "y x"]]
_EDGES: dict[Boundary, Edge] = {"reflecting": "rigid", "periodic": "periodic", "open": "open"}


class Sound(NamedTuple):
    """Frames of a run, all fields at the centres of cells and at the same times.

    Attributes:
        pressure: `(time, y, x)` [Pa]. Above the fluid at rest.
        x: `(time, y, x)` [m/s]. Velocity along x.
        y: `(time, y, x)` [m/s]. Velocity along y.
        energy: `(time,)` [J/m]. Per length out of the plane, of the fields on the staggered grid.
        work: `(time,)` [J/m]. What the inflow has given since the start.
        volume: `(time,)` [m²]. By which the fluid is compressed, ∫ p/(ρc²): kept between rigid
            walls and where the plane repeats, without an inflow.
        turning: `(time,)` [1]. Largest |∇ × (ρv)| on a corner, times a cell's side, over the
            largest part of ρv: kept; a start at rest has none.
    """

    pressure: Float[jax.Array, "time y x"]
    x: Float[jax.Array, "time y x"]
    y: Float[jax.Array, "time y x"]
    energy: Float[jax.Array, "time"]
    work: Float[jax.Array, "time"]
    volume: Float[jax.Array, "time"]
    turning: Float[jax.Array, "time"]


@dataclass(frozen=True, slots=True)
class Acoustics:
    """Sound, small against the pressure at rest (Landau & Lifshitz, Fluid Mechanics, §64, §75).

    Attributes:
        density: `(y, x)` [kg/m³]. Of the fluid at rest, in each cell.
        speed: `(y, x)` [m/s]. Of sound, in each cell.
        spacing: [m]. Side of a cell.
        edges: What ends the plane, `(y, x)`; a `reflecting` edge is a rigid wall.
        fastest: [m/s]. Bound on the speed that sets the step; taken from the cells where it is 0,
            which needs numbers, not traced values.
        layer: Cells of the absorbing layer behind an `open` edge.
    """

    density: Float[jax.Array, "y x"]
    speed: Float[jax.Array, "y x"]
    spacing: float
    edges: tuple[Boundary, Boundary] = ("reflecting", "reflecting")
    fastest: float = 0.0
    layer: int = 12

    def __post_init__(self) -> None:
        """Refuse fluids without mass or without sound; traced values are not looked at."""
        for name, part in (("density", self.density), ("speed", self.speed)):
            if not isinstance(part, Tracer) and not bool((part > 0).all()):
                raise ContractError(f"The least {name} is {float(part.min()):g}, not above zero.")

    @property
    def medium(self) -> Medium:
        """Compressibility of cells, and density where the velocities lie."""
        repeats = (self.edges[0] == "periodic", self.edges[1] == "periodic")
        return Medium(1 / (self.density * self.speed**2), *faces_of(self.density, repeats))

    @property
    def grid(self) -> Staggered:
        """The staggered grid."""
        y, x = self.edges
        fastest = self.fastest or _fastest(self.medium)
        return Staggered(self.spacing, (_EDGES[y], _EDGES[x]), fastest, self.layer)

    def solve(
        self,
        start: Cells,
        frames: int,
        frame_s: float,
        *,
        velocity: Faces | None = None,
        inflow: Inflow | None = None,
    ) -> Sound:
        """Return the frames that follow a start.

        Args:
            start: [Pa]. Pressure.
            frames: At least 1.
            frame_s: [s]. Between frames.
            velocity: [m/s]. At faces across x and across y, at the start; zero without.
            inflow: From the time [s] to the volume that enters, q [1/s], at cells.
        """
        y, x = start.shape
        still = (jnp.zeros((y, x + 1)), jnp.zeros((y + 1, x)))
        medium = self.medium
        # The core's vector is −v, so that both of its equations have the same sign.
        begin = Pair(start, *(-part for part in (still if velocity is None else velocity)))
        motion = self.grid.march(medium, begin, frames, frame_s, inflow)
        return _sound(self.spacing, medium, motion)


def _fastest(medium: Medium) -> float:
    """Return the speed whose step is stable for this medium (Gershgorin's bound)."""
    storage, x, y = (np.asarray(part) for part in medium)
    light = (1 / x[:, 1:] + 1 / x[:, :-1] + 1 / y[1:] + 1 / y[:-1]) / 4
    return float(np.sqrt((light / storage).max()))


@partial(jax.jit, static_argnums=0)
def _sound(spacing: float, medium: Medium, motion: Motion) -> Sound:
    """Return a motion in the names of sound."""
    momentum = -motion.x * medium.inertia_x[None], -motion.y * medium.inertia_y[None]
    x, y = at_cells(-motion.x, -motion.y)
    volume = (motion.scalar * medium.storage[None]).sum(axis=(1, 2)) * spacing**2
    turning = largest_turning(*momentum)
    return Sound(motion.scalar, x, y, motion.energy, motion.work, volume, turning)
