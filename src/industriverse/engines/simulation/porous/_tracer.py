"""A tracer that the fluid carries through the pores: `∂(ms)/∂t + ∇·(F s) = q⁺ s_in − q⁻ s`.

m = φ (1 + c p) is the fluid that a cell holds. Face values are limited after van Leer, and two
stages are means of Euler steps, each of which makes a cell's s a mean of its own and its
neighbours': so s stays between its extremes (Shu & Osher, J. Comput. Phys. 77, 1988).
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float

from industriverse.engines.simulation.rollout import refused, rollout, steps_between
from industriverse.kernel.errors import ContractError

from ._elimination import Cells
from ._reservoir import Reservoir
from ._seepage import Faces, Flow, Rock, Stepper, gathered

_COURANT = 0.9
_MOST_SQUEEZED = 0.3


class Sweep(NamedTuple):
    """Frames of a flow and its tracer.

    Attributes:
        flow: Pressure, and what was dissipated and worked.
        tracer: `(time, y, x)` [1]. Share of injected fluid.
        balance: `(time,)` [1]. Mean tracer held, less that put in, plus that taken out.
    """

    flow: Flow
    tracer: Float[jax.Array, "*time y x"]
    balance: Float[jax.Array, "*time"]


class _Carried(NamedTuple):
    flow: Flow
    held: Cells  # m
    tracer: Cells  # s
    given: Float[jax.Array, ""]  # net, by wells


def swept(reservoir: Reservoir, source: Cells, frames: int, frame_s: float) -> Sweep:
    """Return frames of a flow from rest, whose injected fluid carries the tracer.

    Between walls; a fluid that cannot be compressed flows steadily from the start. Has forward
    derivatives, no reverse ones, since the number of steps follows from the flow.

    Args:
        reservoir: Between walls.
        source: `(y, x)` [1/s]. What wells put into a cell, per volume.
        frames: At least 1.
        frame_s: [s]. Between frames.

    Raises:
        ContractError: Sides that are held; or the pressure squeezes the fluid by more than 30 %,
            where the linear law ends; under `vmap` such a run is NaN instead.
    """
    if reservoir.held is not None:
        raise ContractError("A tracer needs walls: what comes in at held sides is not known.")
    porosity = jnp.broadcast_to(jnp.asarray(reservoir.porosity), source.shape)
    if steady := not float(reservoir.compressibility) > 0:
        start, count, step_s = reservoir.steady(source), 1, frame_s
    else:
        start = jnp.zeros(source.shape)
        count, step_s = steps_between(frame_s, reservoir.largest_step)
    forced = source, jnp.asarray(step_s), jnp.asarray(reservoir.compressibility)
    path = _march(reservoir.rock, (porosity, start), forced, (frames, count), steady=steady)
    squeezed = jnp.abs(path.flow.pressure).max() * reservoir.compressibility
    lawful = squeezed <= _MOST_SQUEEZED
    if refused(~lawful):
        raise ContractError(
            f"The pressure squeezes the fluid by {float(squeezed):.0%}; the linear law ends at"
            f" {_MOST_SQUEEZED:.0%}.",
            hint="Take a smaller rate, more permeable rock or a stiffer fluid.",
        )

    def told(part: jax.Array) -> jax.Array:
        return jnp.where(lawful, part, jnp.nan)

    return jax.tree.map(told, path)


@partial(jax.jit, static_argnums=(3,), static_argnames=("steady",))
def _march(
    rock: Rock,
    begin: tuple[Cells, Cells],
    forced: tuple[Cells, Float[jax.Array, ""], Float[jax.Array, ""]],
    counts: tuple[int, int],
    *,
    steady: bool,
) -> Sweep:
    source, step_s, compressibility = forced
    porosity, start = begin
    flow = Flow(start, jnp.zeros(()), jnp.zeros(()))
    stepper = None if steady else Stepper.of(rock, source, step_s)

    def step(state: _Carried) -> _Carried:
        if stepper is None:
            took = step_s * rock.dissipation(start)
            dissipated, worked = state.flow.dissipated + took, state.flow.worked + took
            later, fluxes = Flow(start, dissipated, worked), rock.fluxes(start)
        else:
            later, fluxes = stepper(state.flow)
        # A run that will be refused must still end: its fluxes want parts without number.
        lawful = jnp.abs(later.pressure).max() * compressibility <= _MOST_SQUEEZED
        return _carry(state._replace(flow=later), fluxes, source, (step_s, lawful))

    first = _Carried(flow, porosity, jnp.zeros_like(start), jnp.zeros(()))
    path = rollout(step, first, *counts)
    balance = (path.held * path.tracer).mean(axis=(1, 2)) - path.given
    return Sweep(path.flow, path.tracer, balance)


def _carry(
    state: _Carried,
    fluxes: Faces,
    source: Cells,
    taken: tuple[Float[jax.Array, ""], Bool[jax.Array, ""]],
) -> _Carried:
    """Return the tracer after a step of steady fluxes, in as many parts as monotony needs.

    Args:
        state: Before the step; its flow after it.
        fluxes: Through the faces in the step.
        source: What wells put in.
        taken: The step's length, and whether the flow is lawful; else one part is enough.
    """
    step_s, lawful = taken
    growth = gathered(fluxes) + source
    least = jnp.minimum(state.held, state.held + step_s * growth)
    passing = _touching(fluxes) + jnp.abs(source)
    parts = jnp.ceil(step_s * (passing / least).max() / _COURANT).astype(int) + 1
    parts = jnp.where(lawful, parts, 1)
    part_s = step_s / parts

    def rate(tracer: Cells) -> Cells:
        given = jnp.maximum(source, 0.0) + jnp.minimum(source, 0.0) * tracer
        return gathered(_carried(fluxes, tracer)) + given

    def one(at: jax.Array, now: tuple[Cells, jax.Array]) -> tuple[Cells, jax.Array]:
        tracer, given = now
        before, after = (state.held + part_s * (at + more) * growth for more in (0.0, 1.0))
        first = before * tracer + part_s * rate(tracer)
        middle = first / after
        second = (before * tracer + first + part_s * rate(middle)) / 2
        wells = jnp.maximum(source, 0.0) + jnp.minimum(source, 0.0) * (tracer + middle) / 2
        return second / after, given + part_s * wells.mean()

    tracer, given = jax.lax.fori_loop(0, parts, one, (state.tracer, state.given))
    return _Carried(state.flow, state.held + step_s * growth, tracer, given)


def _touching(fluxes: Faces) -> Cells:
    """Return the sizes of all fluxes through a cell's faces, summed."""
    along_y, along_x = (jnp.abs(flux) for flux in fluxes)
    sizes = jnp.pad(along_y, ((1, 0), (0, 0))) + jnp.pad(along_y, ((0, 1), (0, 0)))
    return sizes + jnp.pad(along_x, ((0, 0), (1, 0))) + jnp.pad(along_x, ((0, 0), (0, 1)))


def _carried(fluxes: Faces, tracer: Cells) -> Faces:
    """Return the tracer that passes the inner faces."""
    return _along_x(fluxes[0].T, tracer.T).T, _along_x(fluxes[1], tracer)


def _along_x(flux: Float[jax.Array, "y x1"], tracer: Cells) -> Float[jax.Array, "y x1"]:
    step = jnp.diff(tracer, axis=1)
    before, after = jnp.pad(step, ((0, 0), (1, 0))), jnp.pad(step, ((0, 0), (0, 1)))
    # Twice the slope's harmonic mean where both sides agree, none at extremes.
    both = before * after
    slope = jnp.where(both > 0, 2 * both / jnp.where(both > 0, before + after, 1.0), 0.0)
    from_left, from_right = tracer + slope / 2, tracer - slope / 2
    return flux * jnp.where(flux > 0, from_left[:, :-1], from_right[:, 1:])
