"""Gauss–Newton through the solver: coefficients under which each frame runs into the next."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from ._problem import Candidate, Problem
from ._program import Program, rates
from ._solver import Count, Stepper, Weights, step, stepper

Starts = Complex[jax.Array, "start channel ky kx"]


def polished(problem: Problem, law: Candidate, count: int) -> Candidate:
    """Return a law after one Gauss–Newton step on what its solutions miss of the next frames.

    Args:
        problem: Frames and library.
        law: Near the solution; its linear part stays the one that is solved exactly.
        count: Steps a frame.
    """
    program = problem.law_program(law)
    exact = stepper(program, law.coefficients, problem.frame_s / count).weights
    frames = jnp.asarray(problem.frames)
    missed, slopes = _misses(
        program, exact, jnp.asarray(law.coefficients), (frames[:-1], frames[1:]), count
    )
    mask = np.broadcast_to(problem.noise.trusted, missed.shape)
    share = np.sqrt(np.broadcast_to(problem.box.shares, missed.shape))[mask]
    rest = _parts(np.asarray(missed)[mask] * share)
    columns = np.stack([_parts(np.asarray(slope)[mask] * share) for slope in slopes], axis=1)
    scale = np.linalg.norm(columns, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    orthogonal, triangle = np.linalg.qr(columns / scale)
    change = np.linalg.solve(triangle, orthogonal.T @ rest)
    inverse = np.linalg.inv(triangle)
    left = rest - orthogonal @ (orthogonal.T @ rest)
    # What is left of clean frames is the error of their own solver, all of one piece.
    variance = float(left @ left)
    return Candidate(
        law.terms,
        law.coefficients + change / scale,
        (inverse @ inverse.T) / np.outer(scale, scale) * variance,
        law.misfits,
        law.spreads,
    )


def _parts(values: Complex[np.ndarray, "row"]) -> Float[np.ndarray, "twice"]:
    return np.concatenate([np.real(values), np.imag(values)])


@jax.jit
def _misses(
    program: Program,
    exact: Weights,
    coefficients: Float[jax.Array, "term"],
    pairs: tuple[Starts, Starts],
    count: Count,
) -> tuple[Starts, Complex[jax.Array, "term start channel ky kx"]]:
    """Return what the solutions miss, and their derivatives in the coefficients."""

    def ends(at: Float[jax.Array, "term"]) -> Starts:
        parts = Stepper(program, rates(program, at), exact)
        one = jax.vmap(partial(step, parts))

        def next_one(_: Count, states: Starts) -> Starts:
            return one(states)

        return jax.lax.fori_loop(0, count, next_one, pairs[0])

    def slope(direction: Float[jax.Array, "term"]) -> Starts:
        return jax.jvp(ends, (coefficients,), (direction,))[1]

    return pairs[1] - ends(coefficients), jax.lax.map(slope, jnp.eye(coefficients.shape[0]))
