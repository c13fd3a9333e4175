"""The law of frames without noise: search, bend its solution to the frames, search again."""

import jax.numpy as jnp
import numpy as np

from ._integrals import BLOCK, Integrals, along_path, over_frames
from ._outcome import Outcome
from ._polish import polished
from ._problem import Candidate, Problem
from ._solver import path, pattern_size, substeps
from ._verdict import Lawless, blown_up, longest, require_alone, require_few

_FIRST_FLOOR = 1e-3
_LEAST_FLOOR = 1e-5
"""Of the changes; the data's own solver seldom does better."""
_ROUNDING = 1e-6
"""Of the state's deviation, what solvers of data make by their steps."""
_SHARE_OF_BEND = 0.1
_PASSES = 8
_LARGEST_MISFIT = 1e-3
_MANY = 6
_LARGEST_OF_MANY = 1e-4
_STEP_TOLERANCE = 1e-8
_STEP_SHARE = 1e-3
"""Of what a law leaves of the changes, what its steps may err by."""
_SETTLED = 1e-4
_NEAR, _HERE = 0.1, 1e-4
"""Misfits between which the solver is differentiated to come nearer."""
_STUCK_FIRST, _STUCK = 0.9, 0.5
"""Shares of the misfit before; the first pass along solutions still bends them far."""


def clean_law(problem: Problem) -> Outcome:
    """Return the law and what it leaves of the changes.

    Frames lie far apart, so the first integrals, of polynomials through them, are coarse. The
    next are taken along the solution of the law that these gave, bent to end in the next frame;
    their error falls with the square of the law's.

    Raises:
        Lawless: No combination of few terms leaves less than 1e-3, or of up to ten 1e-4.
    """
    integrals = over_frames(problem.program.products, problem.frames, problem.frame_s)
    law = problem.searched(integrals, _FIRST_FLOOR)
    steps = BLOCK
    for turn in range(_PASSES):
        require_few(problem, law)
        integrals, bend, steps = along_solution(problem, law)
        before = law
        law = problem.searched(integrals, _floor(problem, bend), before)
        if _settled(before, law) or _stuck(problem, before, law, _STUCK if turn else _STUCK_FIRST):
            break
        if law.terms == before.terms and _HERE < law.misfit < _NEAR:
            # The same terms again: now only their coefficients have to move.
            law = polished(problem, law, steps)
    _require_close(problem, law)
    require_alone(law, problem.rivals(integrals, law))
    return Outcome(polished(problem, law, steps), problem.frames[-1], law.misfit)


def _allowed(problem: Problem, law: Candidate) -> float:
    """Return what a law may leave: many terms mimic one that is missing, so must leave less."""
    return _LARGEST_MISFIT if longest(problem, law) <= _MANY else _LARGEST_OF_MANY


def _require_close(problem: Problem, law: Candidate) -> None:
    """Refuse a law that leaves too much.

    Raises:
        Lawless: It does.
    """
    if law.misfit > _allowed(problem, law):
        raise Lawless(
            f"The best combination of terms, {longest(problem, law)} for one channel, leaves "
            f"{law.misfit:.1e} of the changes between frames, more than the "
            f"{_allowed(problem, law):.0e} that it may leave.",
            law,
        )


def _stuck(problem: Problem, before: Candidate, law: Candidate, share: float) -> bool:
    return law.misfit > max(_allowed(problem, law), share * before.misfit)


def along_solution(problem: Problem, law: Candidate) -> tuple[Integrals, float, int]:
    """Return the library's integrals along a law's solutions, what these miss, their steps.

    Raises:
        Lawless: It has no solution that stays finite.
    """
    program, frames = problem.law_program(law), jnp.asarray(problem.frames)
    # A poor law, which often is a stiff one, is not worth exact steps.
    tolerance = max(_STEP_TOLERANCE, _STEP_SHARE * law.misfit * _moved(problem))
    count = substeps(program, law.coefficients, frames[0], problem.frame_s, tolerance)
    if not count:
        raise blown_up(law)
    steps = BLOCK * -(-count // BLOCK)
    found = path(problem.stepper(law, steps), frames[:-1], steps)
    with np.errstate(over="ignore"):
        missed = np.linalg.norm(np.asarray(found[-1] - frames[1:]))
    # The steps were chosen from the first frame; another may not bear them.
    if not np.isfinite(missed):
        raise blown_up(law)
    bend = float(missed / np.linalg.norm(problem.changes))
    products = problem.program.products
    return along_path(products, found, frames[1:], problem.frame_s), bend, steps


def _floor(problem: Problem, bend: float) -> float:
    """Return the misfit of a regression that its own errors account for."""
    return max(_LEAST_FLOOR, _SHARE_OF_BEND * bend, _ROUNDING / _moved(problem))


def _moved(problem: Problem) -> float:
    """Return how large the changes between frames are beside the frames' deviation."""
    return float(np.linalg.norm(problem.changes)) / pattern_size(problem.frames[:-1])


def _settled(before: Candidate, law: Candidate) -> bool:
    if before.terms != law.terms:
        return False
    return bool(np.all(np.abs(law.coefficients / before.coefficients - 1) < _SETTLED))
