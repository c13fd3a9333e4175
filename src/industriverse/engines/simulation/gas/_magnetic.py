"""A gas that conducts perfectly, with its magnetic field, on a periodic rectangle of cells.

`∂ρ/∂t + ∇·(ρu) = 0`, `∂(ρu)/∂t + ∇·(ρuu − BB) + ∇(p + B²/2) = 0`, `∂B/∂t = ∇×(u×B)`,
`∂E/∂t + ∇·((E + p + B²/2)u − (u·B)B) = 0`, `E = p/(γ − 1) + ρ|u|²/2 + B²/2`.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from industriverse.engines.simulation.rollout import refused
from industriverse.kernel.errors import ContractError

from ._clock import frames_of, third_order
from ._hlld import conserved_magnetic, fast_speed, five_wave_flux, primitive_magnetic
from ._weno import GHOSTS, face_values

Field = Float[jax.Array, "*time y x"]
Values = Float[jax.Array, "8 y x"]

_COURANT = 0.5
_TURN = np.array([0, 2, 1, 3, 4, 6, 5, 7])
_PRESSURE, _ALONG_Y, _ALONG_X = 4, 5, 6


class Plasma(NamedTuple):
    """The state of a magnetised gas; the field is in units in which its pressure is B²/2.

    Attributes:
        cells: `(6, y, x)` density, momentum along y, x and z, energy, field along z: averages.
        across_y: `(y, x)` field along y through the lower face of each cell.
        across_x: `(y, x)` field along x through the left face of each cell.
        Runs have time as a first axis of each.
    """

    cells: Float[jax.Array, "*time 6 y x"]
    across_y: Field
    across_x: Field


@dataclass(frozen=True, slots=True)
class MagneticGas:
    """Ideal magnetohydrodynamics; momentum and field have three parts, all free of z.

    The reconstruction and the stages of `Gas`, the flux HLLD, and constrained transport: the field
    lives on faces and changes by the electric field along their edges, so that its divergence
    stays what it is (upwinding of Gardiner & Stone, J. Comput. Phys. 205, 2005). Of second order.
    Nothing forces the pressure to stay positive where the field dwarfs it.

    Attributes:
        gamma: Ratio of specific heats, above 1.
        spacing: Side of a cell [m].
    """

    gamma: float
    spacing: float

    def plasma(self, values: Float[jax.Array, "6 y x"], across_y: Field, across_x: Field) -> Plasma:
        """Return a state.

        Args:
            values: Density, velocity along y, x and z, pressure, field along z.
            across_y: The field through the lower face of each cell.
            across_x: The field through the left face of each cell.
        """
        middle = jnp.stack([_middle(across_y, 0), _middle(across_x, 1)])
        whole = jnp.concatenate([values[:5], middle, values[5:]])
        state = conserved_magnetic(whole, self.gamma)
        return Plasma(jnp.concatenate([state[:5], state[7:]]), across_y, across_x)

    def values(self, plasma: Plasma) -> Values:
        """Return density, velocity along y, x and z, pressure, and field along y, x and z."""
        middle = jnp.stack([_middle(plasma.across_y, 0), _middle(plasma.across_x, 1)])
        state = jnp.concatenate([plasma.cells[:5], middle, plasma.cells[5:]])
        return primitive_magnetic(state, self.gamma)

    def divergence(self, plasma: Plasma) -> Field:
        """Return ∇·B of each cell [field/m]."""
        up = jnp.roll(plasma.across_y, -1, -2) - plasma.across_y
        return (up + jnp.roll(plasma.across_x, -1, -1) - plasma.across_x) / self.spacing

    def entropy(self, plasma: Plasma) -> Float[jax.Array, ""]:
        """Return `∫ ρ ln(p / ρ^γ) dA` [kg/m]; times c_v it is the thermodynamic entropy."""
        values = self.values(plasma)
        local = values[0] * (jnp.log(values[4]) - self.gamma * jnp.log(values[0]))
        return local.sum() * self.spacing**2

    def solve(self, start: Plasma, frames: int, frame_s: float) -> Plasma:
        """Return frames, the start first; time is a new first axis of each array.

        Args:
            start: `plasma` makes one.
            frames: At least 1.
            frame_s: [s]. Between frames; the steps follow from the fastest wave.

        Raises:
            ContractError: Motion or field dwarf the pressure so far that it was lost; under `vmap`
                nothing is raised, and its pressure is not above zero.
        """
        path = _frames(self, start, frames, jnp.asarray(frame_s))
        if refused(~(jax.vmap(self.values)(path)[:, _PRESSURE] > 0).all()):
            raise ContractError(
                "The pressure was lost beside the energy of motion and field.",
                hint="Take a slower flow, a weaker field, more pressure or fewer frames.",
            )
        return path

    def largest_step(self, plasma: Plasma) -> Float[jax.Array, ""]:
        """Return the longest safe step [s]."""
        values = self.values(plasma)
        speeds = [
            (jnp.abs(at[2]) + fast_speed(at, self.gamma)).max() for at in (values, values[_TURN])
        ]
        return _COURANT * self.spacing / (speeds[0] + speeds[1])

    def step(self, plasma: Plasma, step_s: Float[jax.Array, ""]) -> Plasma:
        """Return the state a step later; differentiable but for the kinks of the flux."""
        return third_order(self._rate, plasma, step_s)

    def _rate(self, plasma: Plasma) -> Plasma:
        values = self.values(plasma)
        up, right = self._sweeps(values, plasma)
        # Of the fluxes of the field, one is the electric field along z, the other minus it.
        edges = _along_edges(
            (up[_ALONG_X], -right[_ALONG_Y]),
            values[2] * -values[_ALONG_Y] + values[1] * values[_ALONG_X],
            (up[0], right[0]),
        )
        flows = [jnp.concatenate([flux[:5], flux[7:]]) for flux in (up, right)]
        gone = jnp.roll(flows[0], -1, 1) - flows[0] + jnp.roll(flows[1], -1, 2) - flows[1]
        return Plasma(
            -gone / self.spacing,
            (jnp.roll(edges, -1, 1) - edges) / self.spacing,
            (edges - jnp.roll(edges, -1, 0)) / self.spacing,
        )

    def _sweeps(self, values: Values, plasma: Plasma) -> tuple[Values, Values]:
        """Return the fluxes through the lower and through the left face of each cell."""
        rows, columns = values.shape[1:]
        across = values[_TURN].swapaxes(1, 2), values
        through = plasma.across_y.T, plasma.across_x
        if rows != columns:
            up, right = (self._sweep(*both) for both in zip(across, through, strict=True))
        else:
            # One sweep for both axes of a square: half the code to compile.
            flux = self._sweep(jnp.concatenate(across, axis=1), jnp.concatenate(through))
            up, right = flux[:, :rows], flux[:, rows:]
        return up.swapaxes(1, 2)[_TURN], right

    def _sweep(self, values: Values, through: Float[jax.Array, "y x"]) -> Values:
        """Return the fluxes through the left face of each cell, given the field through it."""
        padded = jnp.pad(values, ((0, 0), (0, 0), (GHOSTS, GHOSTS - 1)), mode="wrap")
        # Else the compiler folds the padding, and below the flux, into each of their many uses.
        padded = jax.lax.optimization_barrier(padded)
        near = padded[..., 2:-3], padded[..., 3:-2]
        left, right = (
            jnp.where(_is_gas(at)[None], at, cell).at[_ALONG_X].set(through)
            for at, cell in zip(face_values(padded), near, strict=True)
        )
        return jax.lax.optimization_barrier(five_wave_flux(left, right, self.gamma))


@partial(jax.jit, static_argnums=(0, 2))
def _frames(gas: MagneticGas, start: Plasma, frames: int, frame_s: Float[jax.Array, ""]) -> Plasma:
    return frames_of(gas.step, gas.largest_step, start, (frames, frame_s))


def _middle(faces: Field, axis: int) -> Field:
    return (faces + jnp.roll(faces, -1, axis)) / 2


def _is_gas(values: Values) -> Bool[jax.Array, "y x"]:
    return (values[0] > 0) & (values[4] > 0)


def _along_edges(faces: tuple[Field, Field], cells: Field, flows: tuple[Field, Field]) -> Field:
    """Return the electric field along z at the lower left corner of each cell.

    The mean of the four faces around, each carried on by the slope from the upwind cell.

    Args:
        faces: Electric field on the lower and on the left faces.
        cells: Electric field in the cells.
        flows: Mass flux through the lower and through the left faces; their signs say upwind.
    """
    lower, left = faces
    total = lower + jnp.roll(lower, 1, 1) + left + jnp.roll(left, 1, 0)
    for face, flow, axis in ((lower, flows[1], 0), (left, flows[0], 1)):
        behind, ahead = face - jnp.roll(cells, 1, axis), cells - face
        total += _upwind(behind, jnp.roll(flow, 1, axis), 1 - axis)
        total -= _upwind(ahead, flow, 1 - axis)
    return total / 4


def _upwind(slopes: Field, flow: Field, axis: int) -> Field:
    part = (1 + jnp.sign(flow)) / 2
    return part * jnp.roll(slopes, 1, axis) + (1 - part) * slopes
