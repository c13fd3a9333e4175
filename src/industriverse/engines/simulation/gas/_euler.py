"""An ideal gas without friction, by finite volumes on a square of cells.

`∂ρ/∂t + ∇·(ρu) = 0`, `∂(ρu)/∂t + ∇·(ρuu) + ∇p = 0`, `∂E/∂t + ∇·((E + p)u) = 0`,
`E = p/(γ − 1) + ρ|u|²/2`.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float

from ._clock import frames_of, third_order
from ._edges import Edge, turned, with_ghosts
from ._hllc import conserved, primitive, simplest_flux, sound_speed, three_wave_flux
from ._weno import face_values

State = Float[jax.Array, "4 y x"]
Frames = Float[jax.Array, "time 4 y x"]

# Positivity is proved for half; the rest is room for speeds that grow within a step.
_COURANT = 0.4
_LEAST_SHARE = 1e-10


@dataclass(frozen=True, slots=True)
class Gas:
    """Euler's equations; states are density, momentum along y and x, and energy, per volume.

    Fifth-order weighted reconstruction of density, velocity and pressure, the flux HLLC, three
    stages in time: of second order in two dimensions, since a face's flux is taken at its centre.
    Where a high-order flux would empty a cell it is mixed with Rusanov's, just as much as needed
    (Hu, Adams, Shu, J. Comput. Phys. 242, 2013).

    Attributes:
        gamma: Ratio of specific heats, above 1.
        spacing: Side of a cell [m].
        edges: What the ends along y and along x do.
    """

    gamma: float
    spacing: float
    edges: tuple[Edge, Edge] = ("periodic", "periodic")

    def values(self, state: State) -> State:
        """Return density, velocity along y and x, and pressure."""
        return primitive(state, self.gamma)

    def solve(self, start: State, frames: int, frame_s: float) -> Frames:
        """Return `(time, 4, y, x)` frames, the start first.

        Args:
            start: Conserved values; `conserved` makes them.
            frames: At least 1.
            frame_s: [s]. Between frames; the steps follow from the fastest wave.
        """
        return _frames(self, start, frames, jnp.asarray(frame_s))

    def largest_step(self, state: State) -> Float[jax.Array, ""]:
        """Return the longest safe step [s]."""
        return _COURANT * self.spacing / self._speeds(state).sum()

    def step(self, state: State, step_s: Float[jax.Array, ""]) -> State:
        """Return the state a step later; has reverse derivatives too."""
        ratios = self.ratios(state, step_s)
        return third_order(lambda now: self.change(self.fluxes(now, ratios)), state, step_s)

    def ratios(self, state: State, step_s: Float[jax.Array, ""]) -> Float[jax.Array, "2"]:
        """Return step over spacing for each axis, as if it had the step for itself [s/m]."""
        speeds = self._speeds(state)
        return step_s / self.spacing * speeds.sum() / speeds

    def fluxes(
        self, state: State, ratios: Float[jax.Array, "2"]
    ) -> tuple[Float[jax.Array, "4 y1 x"], Float[jax.Array, "4 y x1"]]:
        """Return the fluxes through the faces across y and across x, edges included."""
        values = primitive(state, self.gamma)
        rows, columns = values.shape[1:]
        across = with_ghosts(turned(values), self.edges[0]), with_ghosts(values, self.edges[1])
        if rows != columns:
            along_y, along_x = (
                self._sweep(padded, ratio.reshape(1, 1, 1))
                for padded, ratio in zip(across, ratios, strict=True)
            )
            return turned(along_y), along_x
        # One sweep for both axes of a square: half the code to compile.
        ratio = jnp.broadcast_to(ratios[:, None], (2, rows)).reshape(1, 2 * rows, 1)
        both = self._sweep(jnp.concatenate(across, axis=1), ratio)
        return turned(both[:, :rows]), both[:, rows:]

    def change(
        self, fluxes: tuple[Float[jax.Array, "4 y1 x"], Float[jax.Array, "4 y x1"]]
    ) -> State:
        """Return how fast the state changes by what passes through the faces."""
        across_y, across_x = fluxes
        return -(jnp.diff(across_y, axis=1) + jnp.diff(across_x, axis=2)) / self.spacing

    def entropy(self, state: Float[jax.Array, "*batch 4 y x"]) -> Float[jax.Array, "*batch"]:
        """Return `∫ ρ ln(p / ρ^γ) dA` [kg/m]; times c_v it is the thermodynamic entropy."""
        density, momentum_y, momentum_x, energy = jnp.moveaxis(state, -3, 0)
        motion = (momentum_y**2 + momentum_x**2) / (2 * density)
        pressure = (self.gamma - 1) * (energy - motion)
        local = density * (jnp.log(pressure) - self.gamma * jnp.log(density))
        return local.sum(axis=(-2, -1)) * self.spacing**2

    def _speeds(self, state: State) -> Float[jax.Array, "2"]:
        """Return the fastest wave along y and along x."""
        values = primitive(state, self.gamma)
        sound = sound_speed(values, self.gamma)
        return (jnp.abs(values[1:3]) + sound[None]).max(axis=(1, 2))

    def _sweep(
        self, padded: Float[jax.Array, "4 y padded"], ratio: Float[jax.Array, "1 rows 1"]
    ) -> Float[jax.Array, "4 y x1"]:
        """Return the fluxes through the faces across x, positive ones."""
        near = padded[..., 2:-3], padded[..., 3:-2]
        left, right = (
            jnp.where(_is_gas(at)[None], at, cell)
            for at, cell in zip(face_values(padded), near, strict=True)
        )
        fine = three_wave_flux(left, right, self.gamma)
        cells = tuple(conserved(at, self.gamma) for at in near)
        # Rare, and as dear as all the rest: only where some cell would be emptied.
        return jax.lax.cond(
            self._lasts(cells[0] - 2 * ratio * fine) & self._lasts(cells[1] + 2 * ratio * fine),
            lambda: fine,
            lambda: self._mixed(fine, near, ratio),
        )

    def _lasts(self, state: State) -> Bool[jax.Array, ""]:
        return _is_gas(primitive(state, self.gamma)).all()

    def _mixed(
        self, fine: State, near: tuple[State, State], ratio: Float[jax.Array, "1 rows 1"]
    ) -> Float[jax.Array, "4 y x1"]:
        """Return fluxes mixed with the simplest ones as far as it takes to stay positive."""
        safe = simplest_flux(*near, self.gamma)
        cells = jnp.stack([conserved(at, self.gamma) for at in near])
        signs = jnp.asarray([-2.0, 2.0])
        shares = jax.vmap(self._room, (0, 0, None))(
            cells, signs[:, None, None, None] * ratio[None], (fine, safe)
        )
        return safe + shares.min(axis=0)[None] * (fine - safe)

    def _room(
        self, cell: State, ratio: Float[jax.Array, "1 rows 1"], fluxes: tuple[State, State]
    ) -> Float[jax.Array, "y x"]:
        """Return the share of the fine flux that leaves a cell with density and pressure."""
        fine, safe = (cell + ratio * flux for flux in fluxes)
        share = _share(fine[0], safe[0], _LEAST_SHARE * cell[0])
        mixed = safe + share[None] * (fine - safe)
        inner = [primitive(at, self.gamma)[3] for at in (mixed, safe, cell)]
        return share * _share(inner[0], inner[1], _LEAST_SHARE * inner[2])


@partial(jax.jit, static_argnums=(0, 2))
def _frames(gas: Gas, start: State, frames: int, frame_s: Float[jax.Array, ""]) -> Frames:
    return frames_of(gas.step, gas.largest_step, start, (frames, frame_s))


def _is_gas(values: State) -> Bool[jax.Array, "y x"]:
    return (values[0] > 0) & (values[3] > 0)


def _share(
    fine: Float[jax.Array, "y x"], safe: Float[jax.Array, "y x"], floor: Float[jax.Array, "y x"]
) -> Float[jax.Array, "y x"]:
    """Return the largest part in [0, 1] of the way from `safe` to `fine` that stays above."""
    short = fine < floor
    part = (safe - floor) / jnp.where(short, safe - fine, 1.0)
    return jnp.where(short, jnp.clip(part, 0.0, 1.0), 1.0)
