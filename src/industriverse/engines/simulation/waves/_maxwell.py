"""Maxwell's equations in a plane of dielectrics: Yee's staggered grid, leapfrog in time.

With E out of the plane `ε ∂E/∂t = ∂H_y/∂x − ∂H_x/∂y − J`, `μ ∂H_x/∂t = −∂E/∂y`,
`μ ∂H_y/∂t = ∂E/∂x`; with H out of it `μ ∂H/∂t = ∂E_x/∂y − ∂E_y/∂x − M`, `ε ∂E_x/∂t = ∂H/∂y`,
`ε ∂E_y/∂t = −∂H/∂x`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary

from ._leapfrog import Edge, Medium, Motion, Pair, Staggered, at_cells, faces_of, largest_turning

LIGHT = 299_792_458.0
"""Speed of light in vacuum [m/s] (exact, SI)."""
MAGNETIC = 1.256_637_061_27e-6
"""Magnetic constant μ₀ [H/m] (CODATA 2022)."""
ELECTRIC = 1 / (MAGNETIC * LIGHT**2)
"""Electric constant ε₀ [F/m]: ε₀ μ₀ c² = 1."""

Cells = Float[jax.Array, "y x"]
Frames = Float[jax.Array, "time y x"]
InPlane = tuple[Float[jax.Array, "y face_x"], Float[jax.Array, "face_y x"]]
Current = Callable[[Float[jax.Array, ""]], Float[jax.Array, "y x"]]


class Light(NamedTuple):
    """Frames of a run, all fields at the centres of cells and at the same times.

    Attributes:
        out: `(time, y, x)` the field out of the plane, E [V/m] or H [A/m].
        x: `(time, y, x)` part along x of the field in the plane, H [A/m] or E [V/m].
        y: `(time, y, x)` its part along y.
        energy: `(time,)` [J/m]. Per length out of the plane, of the fields on the staggered grid.
        work: `(time,)` [J/m]. What the current has given to the fields since the start.
        divergence: `(time,)` [1]. Largest |∇·B| (H in the plane) or |∇·D| (E in the plane) on a
            corner, times a cell's side, over the largest part of B or D; a start at rest has none.
    """

    out: Float[jax.Array, "time y x"]
    x: Float[jax.Array, "time y x"]
    y: Float[jax.Array, "time y x"]
    energy: Float[jax.Array, "time"]
    work: Float[jax.Array, "time"]
    divergence: Float[jax.Array, "time"]


@dataclass(frozen=True, slots=True)
class Maxwell:
    """Light in a plane of dielectrics (Yee, IEEE Trans. Antennas Propag. 14, 1966).

    Attributes:
        permittivity: `(y, x)` [1]. ε/ε₀ of each cell, at least 1; μ = μ₀ throughout.
        spacing: [m]. Side of a cell.
        edges: What ends the plane, `(y, x)`; a `reflecting` edge is a perfect conductor.
        out_of_plane: Which field stands out of the plane; the other lies in it.
        layer: Cells of the absorbing layer behind an `open` edge.
    """

    permittivity: Float[jax.Array, "y x"]
    spacing: float
    edges: tuple[Boundary, Boundary] = ("reflecting", "reflecting")
    out_of_plane: Literal["electric", "magnetic"] = "electric"
    layer: int = 12

    def __post_init__(self) -> None:
        """Refuse what would make the step unstable; traced values are not looked at."""
        traced = isinstance(self.permittivity, Tracer)
        if not traced and not bool((self.permittivity >= 1).all()):
            least = float(self.permittivity.min())
            raise ContractError(f"Permittivity {least:g} is below that of vacuum, 1.")

    @property
    def grid(self) -> Staggered:
        """The staggered grid, its step stable in every dielectric."""
        y, x = self.edges
        return Staggered(self.spacing, (self._edge(y), self._edge(x)), LIGHT, self.layer)

    @property
    def medium(self) -> Medium:
        """ε and μ where the fields that they weigh lie."""
        rows, columns = self.permittivity.shape
        dielectric = ELECTRIC * self.permittivity
        if self.out_of_plane == "electric":
            across = (
                jnp.full((rows, columns + 1), MAGNETIC),
                jnp.full((rows + 1, columns), MAGNETIC),
            )
            return Medium(dielectric, *across)
        repeats = (self.edges[0] == "periodic", self.edges[1] == "periodic")
        return Medium(jnp.full((rows, columns), MAGNETIC), *faces_of(dielectric, repeats))

    def solve(
        self,
        start: Cells,
        frames: int,
        frame_s: float,
        *,
        in_plane: InPlane | None = None,
        current: Current | None = None,
    ) -> Light:
        """Return the frames that follow a start.

        Args:
            start: The field out of the plane.
            frames: At least 1.
            frame_s: [s]. Between frames.
            in_plane: The field in the plane at the start, zero without: H_y at faces across x and
                −H_x at faces across y; or −E_y and E_x.
            current: From the time [s] to J [A/m²] or M [V/m²] at cells.
        """
        y, x = start.shape
        still = (jnp.zeros((y, x + 1)), jnp.zeros((y + 1, x)))
        medium = self.medium
        source = None if current is None else _opposed(current)
        begin = Pair(start, *(still if in_plane is None else in_plane))
        motion = self.grid.march(medium, begin, frames, frame_s, source)
        return _light(self.out_of_plane == "electric", medium, motion)

    def _edge(self, edge: Boundary) -> Edge:
        if edge != "reflecting":
            return edge
        return "soft" if self.out_of_plane == "electric" else "rigid"


@partial(jax.jit, static_argnums=0)
def _light(electric_out: bool, medium: Medium, motion: Motion) -> Light:
    """Return a motion in the names of light."""
    flux_x, flux_y = motion.x * medium.inertia_x[None], motion.y * medium.inertia_y[None]
    apart = largest_turning(flux_x, flux_y)
    on_x, on_y = at_cells(motion.x, motion.y)
    x, y = (-on_y, on_x) if electric_out else (on_y, -on_x)
    return Light(motion.scalar, x, y, motion.energy, motion.work, apart)


def _opposed(current: Current) -> Current:
    """Return the source of the field that a current takes from."""

    def source(time: Float[jax.Array, ""]) -> Cells:
        return -current(time)

    return source
