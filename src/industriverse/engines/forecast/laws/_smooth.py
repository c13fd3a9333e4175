"""First frame and coefficients together, such that the solution runs through all noisy frames.

Four-dimensional variational assimilation (Le Dimet & Talagrand 1986): the solver is
differentiated backwards, and the waves of the first frame are drawn to the power of their ring.
"""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float
from scipy.optimize import minimize

from ._problem import Candidate, Problem
from ._program import Program, rates
from ._solver import Stepper, Weights, advance, step, stepper

TURNS = 40
_STATE_TURNS = 12
_LEAST_NOISE = 1e-5
"""Of a channel's deviation, where only other channels have noise."""


class Smoothed(NamedTuple):
    """A law and the solution that it draws through noisy frames.

    Attributes:
        law: With its coefficients refined.
        last: Waves of the solution at the last frame.
        misfit: Root mean square of what it misses, in units of the noise.
        cost: Minus the logarithm of the posterior, but for a constant.
    """

    law: Candidate
    last: Complex[np.ndarray, "channel ky kx"]
    misfit: float
    cost: float


class _Question(NamedTuple):
    """What the cost depends on.

    Attributes:
        program, exact: The law and its weights.
        fields: Noisy frames over the noise.
        guess: Waves of the first frame.
        reach: By how much each may err.
        pull: Share over power of each wave, the weight of the prior.
        noise: Of each channel.
        coefficients, spread: The law's, and a root of their covariance.
    """

    program: Program
    exact: Weights
    fields: Float[Array, "time channel y x"]
    guess: Complex[Array, "channel ky kx"]
    reach: Float[Array, "channel ky kx"]
    pull: Float[Array, "channel ky kx"]
    noise: Float[Array, "channel"]
    coefficients: Float[Array, "term"]
    spread: Float[Array, "term term"]


def smoothed(problem: Problem, law: Candidate, count: int, turns: int = TURNS) -> Smoothed:
    """Return the law and the solution nearest to the frames.

    Args:
        problem: Noisy frames.
        law: Near the truth; its covariance scales the search.
        count: Steps a frame.
        turns: Of the search, at most.
    """
    asked = _asked(problem, law, count)
    fields = asked.fields.shape[1:]
    size = int(np.prod(fields))

    def cost(at: Float[np.ndarray, "unknown"]) -> tuple[float, Float[np.ndarray, "unknown"]]:
        split = jnp.asarray(at[:size]).reshape(fields), jnp.asarray(at[size:])
        value, slopes = _slopes(asked, *split, count)
        whole = np.concatenate([np.asarray(slope).ravel() for slope in slopes])
        # A trial step far off may blow up; the line search then comes back.
        return (float(value), whole) if np.isfinite(value) else (1e300, np.zeros_like(whole))

    start = np.zeros(size + len(law.coefficients))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": turns})
    first, coefficients = _unfolded(
        asked, jnp.asarray(found.x[:size]).reshape(fields), jnp.asarray(found.x[size:])
    )
    # Both estimates err; how far they are apart is told with the error of the first.
    moved = np.asarray(coefficients) - law.coefficients
    covariance = law.covariance + np.diag(moved**2)
    better = Candidate(law.terms, np.asarray(coefficients), covariance, law.misfits, law.spreads)
    last, misfit = _finished(problem, better, asked, first, count)
    return Smoothed(better, last, misfit, float(found.fun) if np.isfinite(misfit) else np.inf)


def state_of(
    problem: Problem, law: Candidate, count: int, turns: int = _STATE_TURNS
) -> Complex[np.ndarray, "channel ky kx"]:
    """Return the waves at the last frame of the law's solution nearest to noisy frames.

    Args:
        problem: The frames.
        law: As it is; only the first frame is sought.
        count: Steps a frame.
        turns: Of the search, at most.
    """
    fixed = replace(law, covariance=np.zeros_like(law.covariance))
    return smoothed(problem, fixed, count, turns).last


def _finished(
    problem: Problem, law: Candidate, asked: _Question, first: jax.Array, count: int
) -> tuple[Complex[np.ndarray, "channel ky kx"], float]:
    """Return the solution's last frame and the root mean square of what it misses."""
    parts = problem.stepper(law, count)
    at, last, missed = first, first, []
    for frame in asked.fields:
        last = at
        missed.append(np.asarray(frame - _field(at, frame.shape[-1]) / asked.noise[:, None, None]))
        at = advance(parts, at, count)
    misfit = float(np.sqrt(np.mean(np.square(missed))))
    return np.asarray(last), misfit


def _asked(problem: Problem, law: Candidate, count: int) -> _Question:
    box, noise = problem.box, problem.noise
    fields = np.fft.irfft2(problem.frames)
    deviations = np.maximum(noise.deviations, _LEAST_NOISE * fields.std(axis=(0, 2, 3)))
    floor = (deviations * box.cells)[:, None, None] ** 2
    power = np.maximum(noise.signal, 1e-6 * floor)
    program = problem.law_program(law)
    exact = stepper(program, law.coefficients, problem.frame_s / count).weights
    values, vectors = np.linalg.eigh(law.covariance)
    spread = vectors * np.sqrt(np.maximum(values, 0.0))[None, :]
    return _Question(
        program,
        exact,
        jnp.asarray(fields / deviations[:, None, None]),
        jnp.asarray(problem.frames[0] * power / (power + floor)),
        jnp.asarray(1 / np.sqrt(len(fields) / floor + 1 / power)),
        jnp.asarray(box.shares[None] * box.cells**4 / power),
        jnp.asarray(deviations),
        jnp.asarray(law.coefficients),
        jnp.asarray(spread),
    )


def _unfolded(
    asked: _Question, whitened: Float[Array, "channel y x"], moved: Float[Array, "term"]
) -> tuple[Complex[Array, "channel ky kx"], Float[Array, "term"]]:
    """Return the first frame's waves and the coefficients from what the search moves."""
    waves = jnp.fft.rfft2(whitened) / whitened.shape[-1]
    return asked.guess + asked.reach * waves, asked.coefficients + asked.spread @ moved


def _field(waves: Complex[Array, "channel ky kx"], cells: int) -> Float[Array, "channel y x"]:
    return jnp.fft.irfft2(waves, s=(cells, cells))


@partial(jax.jit, static_argnames=("count",))
def _slopes(
    asked: _Question,
    whitened: Float[Array, "channel y x"],
    moved: Float[Array, "term"],
    count: int,
) -> tuple[Float[Array, ""], tuple[Float[Array, "channel y x"], Float[Array, "term"]]]:
    """Return the cost, minus the logarithm of the posterior, and its slopes."""

    def cost(whitened: jax.Array, moved: jax.Array) -> Float[Array, ""]:
        first, coefficients = _unfolded(asked, whitened, moved)
        parts = Stepper(asked.program, rates(asked.program, coefficients), asked.exact)

        # Nothing inside a step is kept for the way back: memory, not arithmetic, is short.
        @jax.checkpoint
        def one(at: jax.Array, _: None) -> tuple[jax.Array, None]:
            return step(parts, at), None

        def frame(at: jax.Array, seen: jax.Array) -> tuple[jax.Array, jax.Array]:
            field = _field(at, seen.shape[-1]) / asked.noise[:, None, None]
            missed = jnp.square(field - seen).sum() / 2
            return jax.lax.scan(one, at, None, length=count)[0], missed

        last, missed = jax.lax.scan(frame, first, asked.fields)
        del last
        return missed.sum() + (asked.pull * jnp.abs(first) ** 2).sum() / 2

    return jax.value_and_grad(cost, argnums=(0, 1))(whitened, moved)
