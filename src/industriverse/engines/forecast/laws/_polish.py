"""Gauss–Newton through the solver: coefficients under which each frame runs into the next."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from ._problem import Candidate, Problem
from ._program import Program, rates
from ._solver import Count, Stepper, Weights, step, stepper

_HARDLY = 1.05
"""Growth of what is left up to which a term is hardly needed."""
Starts = Complex[jax.Array, "start channel ky kx"]


def polished(problem: Problem, law: Candidate, count: int) -> Candidate:
    """Return a law after one Gauss–Newton step on what its solutions miss of the next frames.

    Args:
        problem: Frames and library.
        law: Near the solution; its linear part stays the one that is solved exactly.
        count: Steps a frame.
    """
    columns, rest = _linearised(problem, law, count)
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


def simplified(problem: Problem, law: Candidate, count: int) -> Candidate:
    """Return a law without the terms that its solutions hardly need, the others refitted.

    Terms go one by one while what is left grows by less than a twentieth.

    Args:
        problem: Frames and library.
        law: Its linear part stays the one that is solved exactly.
        count: Steps a frame.
    """
    columns, rest = _linearised(problem, law, count)
    target = rest + columns @ law.coefficients
    # The triangle has all that least squares of any of the columns need.
    every = np.concatenate([columns, target[:, None]], axis=1)
    whole = np.asarray(np.linalg.qr(every, mode="r"))
    kept = list(range(len(law.terms)))
    found, error = _fitted(whole, kept)
    while kept:
        fewer = [[j for j in kept if j != out] for out in kept]
        fits = [_fitted(whole, one) for one in fewer]
        best = int(np.argmin([left for _, left in fits]))
        if fits[best][1] > _HARDLY * error:
            break
        kept, (found, error) = fewer[best], fits[best]
    return Candidate(
        tuple(law.terms[j] for j in kept),
        found,
        law.covariance[np.ix_(kept, kept)],
        law.misfits,
        law.spreads,
    )


def _fitted(
    whole: Float[np.ndarray, "row column"], kept: list[int]
) -> tuple[Float[np.ndarray, "chosen"], float]:
    """Return the coefficients of some columns that make the last one, and what is left of it."""
    scale = np.maximum(np.linalg.norm(whole[:, kept], axis=0), 1e-300)
    chosen = whole[:, kept] / scale
    found = np.linalg.lstsq(chosen, whole[:, -1], rcond=None)[0]
    return found / scale, float(np.linalg.norm(whole[:, -1] - chosen @ found))


def _linearised(
    problem: Problem, law: Candidate, count: int
) -> tuple[Float[np.ndarray, "row term"], Float[np.ndarray, "row"]]:
    """Return how the solutions' ends change with each coefficient, and what they miss."""
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
    return columns, rest


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
