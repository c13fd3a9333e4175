"""The law of noisy frames: total least squares, then state and coefficients together."""

from collections.abc import Callable
from itertools import product

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ._integrals import BLOCK, Integrals, along_path, over_frames
from ._noisy_search import Balance, best_balances
from ._outcome import Outcome
from ._problem import Candidate, Frames, Problem
from ._smooth import smoothed
from ._solver import path, pattern_size, substeps
from ._verdict import Lawless, blown_up, require_alone, require_few

_FEWEST_WAVES = 20
_DRAWS = 3
_SEED = 0
_LARGEST_RATIO = 1.3
"""Of the misfit to that of the noise alone, which drawn noise tells to a tenth or so; what decides
is how near the law's solution comes to the frames."""
_TRIAL_TURNS = 8
_MOST_TIES = 4
_PER_TERM = 10.0
"""Of minus the logarithm of the posterior, what a further term must gain."""
_AS_LIKELY = 3.0
"""Of the same: two laws nearer than this are equally likely."""
_LARGEST_MISFIT = 1.1
"""Root mean square over the noise."""
_STEP_SHARE = 0.02
"""Of the noise, what steps may err by."""
_WHITENINGS = 1
_BLOWN_UP = 1e6
"""Size of a solution over that of the frames from which it has left all bounds."""
Integrator = Callable[[Frames], Integrals]
Matrix = Float[np.ndarray, "row column"]


def noisy_law(problem: Problem) -> Outcome:
    """Return the law, and the root mean square of what its solution misses over the noise.

    Raises:
        Lawless: What the best combination leaves is well above the noise.
    """
    _require_signal(problem)
    damped = problem.frames * problem.noise.passed
    products = problem.program.products
    coarse = _balanced(problem, damped, lambda at: over_frames(products, at, problem.frame_s))
    first, count = _first_solved(problem, coarse, damped)
    require_few(problem, first)
    laws = _balanced(problem, damped, _along(problem, first, BLOCK * -(-count // BLOCK)))
    law = laws[0]
    require_few(problem, law)
    if law.misfit > _LARGEST_RATIO:
        raise Lawless(
            f"The best combination of terms leaves {law.misfit:.2f} times the power that the "
            f"estimated noise accounts for; a law leaves less than {_LARGEST_RATIO}.",
            law,
        )
    law = _decided(problem, {one.terms: one for one in (first, *laws)}, count)
    found = smoothed(problem, law, count)
    # Written so that a solution that is not finite fails too.
    if not found.misfit <= _LARGEST_MISFIT:
        raise Lawless(
            f"The solution nearest to the frames misses them by {found.misfit:.2f} times the "
            f"estimated noise; that of a law misses by less than {_LARGEST_MISFIT}.",
            found.law,
        )
    return Outcome(found.law, found.last, found.misfit, count)


def _require_signal(problem: Problem) -> None:
    for channel, trusted in enumerate(problem.noise.trusted):
        if trusted.sum() < _FEWEST_WAVES:
            raise Lawless(
                f"{trusted.sum()} waves of channel {channel} stand well above its noise; a law "
                f"is sought from {_FEWEST_WAVES} or more.",
                problem.nothing(),
            )


def _decided(problem: Problem, laws: dict[tuple[int, ...], Candidate], count: int) -> Candidate:
    """Return the law whose solution comes nearest to the frames after a few turns.

    Raises:
        Lawless: The solution of another comes as near.
    """
    if len(laws) == 1:
        return next(iter(laws.values()))
    costs = {
        terms: smoothed(problem, law, count, _TRIAL_TURNS).cost + _PER_TERM * len(terms)
        for terms, law in laws.items()
    }
    first, *others = sorted(laws, key=costs.__getitem__)
    rivals = [laws[terms] for terms in others if costs[terms] - costs[first] < _AS_LIKELY]
    require_alone(laws[first], rivals)
    return laws[first]


def _first_solved(problem: Problem, laws: list[Candidate], damped: Frames) -> tuple[Candidate, int]:
    """Return the first law with a finite solution, and how many steps a frame it needs."""
    for law in laws:
        count = _steps(problem, law, damped)
        if count:
            return law, count
    raise blown_up(laws[0])


def _steps(problem: Problem, law: Candidate, damped: Frames) -> int:
    deviation = pattern_size(damped[0]) / problem.box.cells**2
    noise = np.linalg.norm(problem.noise.deviations)
    tolerance = _STEP_SHARE * float(noise / max(deviation, 1e-300))
    program = problem.law_program(law)
    start = jnp.asarray(damped[0])
    return substeps(program, law.coefficients, start, problem.frame_s, tolerance)


def _along(problem: Problem, law: Candidate, steps: int) -> Integrator:
    """Return what integrates along a law's solutions from any frames."""
    parts = problem.stepper(law, steps)

    def integrals(frames: Frames) -> Integrals:
        at = jnp.asarray(frames)
        found = path(parts, at[:-1], steps)
        # The steps were chosen from the first frame; another may not bear them.
        if not pattern_size(np.asarray(found[-1])) < _BLOWN_UP * pattern_size(frames):
            raise blown_up(law)
        return along_path(problem.program.products, found, at[1:], problem.frame_s)

    return integrals


def _balanced(problem: Problem, damped: Frames, integrals: Integrator) -> list[Candidate]:
    """Return the laws that balance rows and their noise, the latter from drawn noise."""
    apart = _decorrelating(len(damped) - 1)

    def rows(frames: Frames) -> list[Matrix]:
        return [_mixed(one, apart) for one in problem.matrices(integrals(frames), frames)]

    random = np.random.default_rng(_SEED)
    here = rows(damped)
    drawn: list[list[Matrix]] = [[] for _ in here]
    for _ in range(_DRAWS):
        waves = problem.drawn_noise(random) * problem.noise.passed
        for own, up, down in zip(drawn, rows(damped + waves), rows(damped - waves), strict=True):
            own.append((up - down) / 2)
    balances = [
        _whitened(one, np.stack(own), ring)
        for one, own, ring in zip(here, drawn, problem.rings(), strict=True)
    ]
    ties = list(product(*(best_balances(one, thorough=True) for one in balances)))
    ties.sort(key=lambda tie: sum(ratio * (1 + len(chosen) / 100) for chosen, ratio in tie))
    return [problem.joined(list(zip(tie, balances, strict=True))) for tie in ties[:_MOST_TIES]]


def _decorrelating(intervals: int) -> Float[np.ndarray, "interval interval"]:
    """Return what makes the noise of successive changes independent.

    Neighbours share a frame, with opposite signs: what moves slowly shows in their sum, where that
    noise cancels, and hardly in each.
    """
    shared = 2 * np.eye(intervals) - np.eye(intervals, k=1) - np.eye(intervals, k=-1)
    values, vectors = np.linalg.eigh(shared)
    return vectors.T / np.sqrt(values)[:, None]


def _mixed(rows: Matrix, apart: Float[np.ndarray, "interval interval"]) -> Matrix:
    """Return rows, the intervals of each wave combined."""
    split = rows.reshape(2, len(apart), -1, rows.shape[1])
    return np.einsum("ij,pjwc->piwc", apart, split).reshape(rows.shape)


def _whitened(
    rows: Matrix, drawn: Float[np.ndarray, "draw row column"], ring: Int[np.ndarray, "row"]
) -> Balance:
    """Return the balance of rows over the noise that a law makes of each ring of waves.

    Short waves carry most noise where a law spreads or damps them; unweighed they would drown
    what the long ones tell. The noise depends on the law, so the two are found in turns.
    """
    weight = np.ones(len(rows))
    for _ in range(_WHITENINGS):
        balance = _moments(rows, drawn, weight)
        support, _ = best_balances(balance, thorough=False)[0]
        law = np.append(-balance.solved(support)[0], 1.0)
        missed = drawn[:, :, [*support, -1]] @ law
        power = np.bincount(ring, (missed**2).mean(axis=0)) / np.maximum(np.bincount(ring), 1)
        weight = 1 / np.sqrt(np.maximum(power, 1e-300))[ring]
    return _moments(rows, drawn, weight)


def _moments(
    rows: Matrix, drawn: Float[np.ndarray, "draw row column"], weight: Float[np.ndarray, "row"]
) -> Balance:
    noise = drawn * weight[None, :, None]
    flat = noise.reshape(-1, noise.shape[-1])
    return Balance.of(rows * weight[:, None], flat.T @ flat / len(drawn))
