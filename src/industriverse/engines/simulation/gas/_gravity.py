"""Gas that its own gravity draws together, on a periodic square.

Euler's equations with `ρ g` in the momentum and `ρ u·g` in the energy, `g = −∇φ`,
`∇²φ = 4πG (ρ − ρ̄)`: the gas is alike along the third axis, and what is alike everywhere does not
pull, since in a periodic square there is nowhere to pull to (Jeans 1902; Binney & Tremaine,
Galactic Dynamics, §5.2).
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from industriverse.engines.simulation.rollout import refused
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

from ._clock import frames_of, third_order
from ._euler import Frames, Gas, State
from ._noise import smooth_noise

Field = Float[jax.Array, "y x"]
Faces = Float[jax.Array, "y x"]
Seconds = Float[jax.Array, ""]

_FALL = 0.2
"""Share of the free-fall rate's inverse that a step may take."""
_WAVES = 8


class Budget(NamedTuple):
    """What a gas that draws itself together holds, a number a frame, per metre of depth.

    Attributes:
        mass: [kg/m].
        momentum: `(time, 2)` [kg/s]. Along y and x.
        energy: [J/m]. Of motion, heat and gravity together.
        gravity: [J/m]. Of gravity alone, at most zero.
        entropy: [kg/m]. ∫ρ ln(p/ρ^γ) dA.
    """

    mass: Float[jax.Array, "time"]
    momentum: Float[jax.Array, "time 2"]
    energy: Float[jax.Array, "time"]
    gravity: Float[jax.Array, "time"]
    entropy: Float[jax.Array, "time"]


@dataclass(frozen=True, slots=True)
class HeavyGas:
    """A gas under its own gravity.

    Half a pull, a step of flow, half a pull: of second order. The pull is an odd sum over the gas,
    so that no net force is left and momentum is kept to rounding. A pull leaves heat alone; what
    the fluxes of mass through the faces fell, beyond what the pulls gave, becomes heat of the cells
    beside the face, so that energy, gravity's included, is kept to rounding too (after Springel,
    MNRAS 401, 2010) wherever these cells hold that heat.

    Attributes:
        flow: How it moves; periodic.
        gravity: G [m³/(kg s²)].
        share: Of the longest safe step; less is finer.

    Raises:
        ContractError: The flow is not periodic.
    """

    flow: Gas
    gravity: float
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.flow.edges != ("periodic", "periodic"):
            raise ContractError(
                f"Gravity needs a periodic square, not edges {self.flow.edges}.",
                hint="Take periodic edges; the gas' images then pull as well.",
            )

    def jeans_length(self, density: float, sound: float) -> float:
        """Return `c √(π/Gρ)` [m], above which waves grow.

        Args:
            density: [kg/m³].
            sound: c [m/s], √(γp/ρ).
        """
        return float(sound * np.sqrt(np.pi / (self.gravity * density)))

    def potential(self, density: Field) -> Field:
        """Return φ [m²/s²], of mean zero."""
        return self._waves(density).back(self._deep(density))

    def pull(self, density: Field) -> Float[jax.Array, "2 y x"]:
        """Return g along y and x [m/s²]."""
        falls = self._falls(density)
        return jnp.stack([(fall + jnp.roll(fall, -1, axis)) / 2 for axis, fall in enumerate(falls)])

    def solve(self, start: State, frames: int, frame_s: float) -> Frames:
        """Return `(time, 4, y, x)` frames, the start first.

        Args:
            start: Conserved values on a square of an even number of cells a side.
            frames: At least 1.
            frame_s: [s]. Between frames; the steps follow from the fastest wave and the densest
                place.

        Raises:
            ContractError: The square is none, or its cells are odd; or a place collapsed until its
                pressure was lost, which under `vmap` is left as NaN.
        """
        rows, columns = start.shape[1:]
        if rows != columns or rows % 2:
            raise ContractError(f"{rows} × {columns} cells are no square of an even side.")
        path = _frames(self, start, frames, jnp.asarray(frame_s))
        if refused(~jnp.isfinite(path).all()):
            raise ContractError(
                "The gas fell together until its pressure was lost.",
                hint="Take fewer frames, more cells, or a smaller share of the step.",
            )
        return path

    def step(self, state: State, step_s: Seconds) -> State:
        """Return the state a step later."""
        ratios = self.flow.ratios(state, step_s)

        def rate(now: tuple[State, Faces, Faces]) -> tuple[State, Faces, Faces]:
            fluxes = self.flow.fluxes(now[0], ratios)
            across_y, across_x = fluxes[0][0, :-1], fluxes[1][0, :, :-1]
            return self.flow.change(fluxes), across_y, across_x

        pushed, first = self._pushed(state, step_s / 2)
        nothing = jnp.zeros_like(state[0])
        moved, *passed = third_order(rate, (pushed, nothing, nothing), step_s)
        pulled, second = self._pushed(moved, step_s / 2)
        falls = self._falls(state[0]), self._falls(pulled[0])
        heat = jnp.zeros_like(state[0])
        for axis in (0, 1):
            owed = passed[axis] * (falls[0][axis] + falls[1][axis]) / 2
            for own, fall in ((first, falls[0]), (second, falls[1])):
                both = own[axis] + jnp.roll(own[axis], 1, axis)
                owed = owed - step_s / 4 * both * fall[axis]
            heat = heat + self._warmed(pulled, owed, axis)
        return pulled.at[3].add(heat)

    def _pushed(self, state: State, step_s: Seconds) -> tuple[State, Float[jax.Array, "2 y x"]]:
        """Return gas pulled for a time where it is, its heat the same, and its mean momentum."""
        density, momentum = state[0], state[1:3]
        gain = step_s * density[None] * self.pull(density)
        middle = momentum + gain / 2
        gained = (middle * gain).sum(axis=0) / density
        return jnp.concatenate([state[:1], momentum + gain, (state[3] + gained)[None]]), middle

    def _falls(self, density: Field) -> Float[jax.Array, "2 y x"]:
        """Return the potential's fall over the face before each cell, along y and x [m/s²]."""
        deep = self.potential(density)
        falls = [jnp.roll(deep, 1, axis) - deep for axis in (0, 1)]
        return jnp.stack(falls) / self.flow.spacing

    def _warmed(self, state: State, owed: Field, axis: int) -> Field:
        """Return heat [J/m³] that faces owe, given to both sides as their pressures.

        Cold gas that falls onto a hot clump could not give it. An eighth of what both sides hold is
        the most that a face takes, so that pressures stay above zero.
        """
        pressure = self.flow.values(state)[3]
        both = pressure + jnp.roll(pressure, 1, axis)
        share = jnp.maximum(owed / both, -1 / (8 * (self.flow.gamma - 1)))
        return pressure * (share + jnp.roll(share, -1, axis))

    def largest_step(self, state: State) -> Seconds:
        """Return the longest step allowed [s]."""
        fall = _FALL / jnp.sqrt(4 * jnp.pi * self.gravity * state[0].max())
        return self.share * jnp.minimum(self.flow.largest_step(state), fall)

    def budget(self, path: Frames) -> Budget:
        """Return what each frame holds."""
        return _budget(self, path)

    def _waves(self, density: Field) -> Waves:
        cells = density.shape[-1]
        return Waves(cells, cells * self.flow.spacing)

    def _deep(self, density: Field) -> Complex[jax.Array, "ky kx"]:
        waves = self._waves(density)
        square = waves.square
        square[0, 0] = np.inf
        return -4 * jnp.pi * self.gravity * waves.forward(density) / jnp.asarray(square)


@partial(jax.jit, static_argnums=(0, 2))
def _frames(gas: HeavyGas, start: State, frames: int, frame_s: Seconds) -> Frames:
    return frames_of(gas.step, gas.largest_step, start, (frames, frame_s))


@partial(jax.jit, static_argnums=0)
def _budget(gas: HeavyGas, path: Frames) -> Budget:
    area = gas.flow.spacing**2
    totals = path.sum(axis=(2, 3)) * area
    deep = jax.vmap(gas.potential)(path[:, 0])
    gravity = (path[:, 0] * deep).sum(axis=(1, 2)) * area / 2
    entropy = gas.flow.entropy(path)
    return Budget(totals[:, 0], totals[:, 1:3], totals[:, 3] + gravity, gravity, entropy)


def stirred(cells: int, size: float, seed: int) -> Float[np.ndarray, "y x"]:
    """Return a drawn density of mean 1, of up to eight waves a side.

    Args:
        cells: A side.
        size: Standard deviation; small enough that no place is empty.
        seed: Of the draw.

    Raises:
        ContractError: A place would be empty.
    """
    density = 1 + size * smooth_noise(np.random.default_rng(seed), cells, _WAVES)
    if not density.min() > 0:
        raise ContractError(
            f"Ripples of {size:g} leave a place with {density.min():.3g} of the mean density.",
            hint="Take smaller ripples.",
        )
    return density
