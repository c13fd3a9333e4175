"""Rayleigh–Bénard convection: a layer heated from below, in the Boussinesq approximation.

`∂u/∂t + (u·∇)u = −∇p + ν ∇²u + gα (T − T̄) ŷ`, `∇·u = 0`, `∂T/∂t + u·∇T = κ ∇²T`,
between plates without slip at the temperatures `T̄ ± ΔT/2`, periodic along x.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number, rolled, steps_between

from ._layer import Field, Inner, Layer, Solve

_STAGE = 1 - 1 / math.sqrt(2)
_FIRST = 1 - 1 / (2 * _STAGE)
"""Coefficients γ and δ of the implicit–explicit scheme ARS(2,2,2), second order, L-stable."""

_SHARE_OF_A_CELL = 0.6
_SLOWEST = 20.0


class Flow(NamedTuple):
    """The state of the layer.

    Attributes:
        warmth: `(y, x)` [K]. Temperature above that of pure conduction, at cell centres.
        stream: `(y - 1, x)` [m²/s]. ψ at the corners between the plates.
        through: `(2,)` [K]. Heat taken in through the lower and the upper plate since the start, as
            the rise of the mean temperature that it makes.
    """

    warmth: Float[jax.Array, "*time y x"]
    stream: Float[jax.Array, "*time inner x"]
    through: Float[jax.Array, "*time 2"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["rayleigh", "prandtl", "diffusivity", "difference"],
    meta_fields=["layer"],
)
@dataclass(frozen=True, slots=True)
class RayleighBenard:
    """A layer of fluid heated from below.

    Attributes:
        rayleigh: `gα ΔT H³ / νκ`, H the depth.
        prandtl: `ν / κ`.
        diffusivity: κ [m²/s].
        difference: ΔT [K]. Lower plate minus upper.
        layer: The grid.
    """

    rayleigh: Number
    prandtl: Number
    diffusivity: Number
    difference: Number
    layer: Layer

    @property
    def viscosity(self) -> Number:
        """ν [m²/s]."""
        return self.prandtl * self.diffusivity

    @property
    def buoyancy(self) -> Number:
        """`gα` [m/s²/K]."""
        scale = self.viscosity * self.diffusivity / self.layer.depth**3
        return self.rayleigh * scale / self.difference

    @property
    def largest_step(self) -> float:
        """[s]. A share of a cell at the speed of free fall; plumes were seen just below it."""
        fall = math.sqrt(self.rayleigh * self.prandtl)
        speed = (fall + _SLOWEST) * self.diffusivity / self.layer.depth
        return _SHARE_OF_A_CELL * self.layer.spacing / speed

    @property
    def conduction(self) -> Float[np.ndarray | jax.Array, "y 1"]:
        """[K]. Temperature at rest, above the mean of the plates."""
        height = (np.arange(self.layer.rows) + 0.5) / self.layer.rows
        return self.difference * (0.5 - height)[:, None]

    def solve(self, start: Flow, frames: int, frame_s: float) -> Flow:
        """Return the flow at each frame, the start first.

        Args:
            start: As `perturbed` makes it.
            frames: At least 1.
            frame_s: [s]. Between frames.
        """
        count, step_s = steps_between(frame_s, self.largest_step)
        reach = _STAGE * step_s
        parts = _Parts(
            self,
            step_s,
            self.layer.heat_solve(reach * self.diffusivity),
            self.layer.stream_solve(reach * self.viscosity),
        )
        return rolled(_step, parts, start, frames, count)

    def explicit(self, warmth: Field, stream: Inner) -> tuple[Field, Inner]:
        """Return the rates of warmth and of vorticity but for diffusion."""
        along, up = self.layer.velocity(stream)
        carried = self.layer.carried(warmth + self.conduction, along, up)
        force_along, force_up = self.layer.inertia(along, up)
        lifted = force_up + self.buoyancy * self.layer.on_faces(warmth)
        return carried, self.layer.curl(force_along, lifted)

    def intake(self, warmth: Field) -> Float[jax.Array, "2"]:
        """Return what both plates give to the mean temperature [K/s]."""
        low, high = self.layer.plate_gradients(warmth)
        at_rest = self.difference / self.layer.depth
        into = jnp.stack([at_rest - low, high - at_rest])
        return self.diffusivity * into / self.layer.depth


class _Parts(NamedTuple):
    system: RayleighBenard
    step_s: Number
    heat: Solve
    stream: Solve


def _step(parts: _Parts, flow: Flow) -> Flow:
    """Return the flow one step of ARS(2,2,2) on."""
    system, step_s, layer = parts.system, parts.step_s, parts.system.layer
    reach = _STAGE * step_s

    def implicit(warmth: Field, vorticity: Inner) -> tuple[Field, Inner]:
        return parts.heat(warmth), parts.stream(vorticity)

    turning = layer.curl(*layer.velocity(flow.stream))
    carried, turned = system.explicit(flow.warmth, flow.stream)
    asked = flow.warmth + reach * carried, turning + reach * turned
    warmth, middle = implicit(*asked)
    # What the implicit part did in the first stage, by difference.
    spread = (warmth - asked[0]) / reach
    slowed = (layer.curl(*layer.velocity(middle)) - asked[1]) / reach
    again, returned = system.explicit(warmth, middle)

    def closing(old: jax.Array, *rates: jax.Array) -> jax.Array:
        first, second, implicit_rate = rates
        change = _FIRST * first + (1 - _FIRST) * second + (1 - _STAGE) * implicit_rate
        return old + step_s * change

    last, last_stream = implicit(
        closing(flow.warmth, carried, again, spread),
        closing(turning, turned, returned, slowed),
    )
    rate = (1 - _STAGE) * system.intake(warmth) + _STAGE * system.intake(last)
    return Flow(last, last_stream, flow.through + step_s * rate)


def perturbed(system: RayleighBenard, size: float, seed: int, waves: int = 4) -> Flow:
    """Return fluid at rest whose temperature is conduction and a few drawn waves.

    Args:
        system: The layer.
        size: Largest departure from conduction, as a share of ΔT.
        seed: Draws the waves.
        waves: Waves along x and half waves across.
    """
    random = np.random.default_rng(seed)
    layer = system.layer
    x = 2 * np.pi * (np.arange(layer.cells) + 0.5) / layer.cells
    y = np.pi * (np.arange(layer.rows) + 0.5) / layer.rows
    count = np.arange(1, waves + 1)
    across = np.sin(count[:, None] * y[None, :])
    phase = random.uniform(0, 2 * np.pi, (waves, waves))
    along = np.cos(count[:, None, None] * x[None, None, :] + phase[:, :, None])
    warmth = np.einsum("nm,ny,mnx->yx", random.normal(size=(waves, waves)), across, along)
    warmth *= size * system.difference / np.abs(warmth).max()
    return Flow(
        warmth=jnp.asarray(warmth),
        stream=jnp.zeros((layer.rows - 1, layer.cells)),
        through=jnp.zeros(2),
    )
