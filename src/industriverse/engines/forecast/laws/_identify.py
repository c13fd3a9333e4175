"""Find the law of a few frames: search, refine along the law's own solution, search again."""

from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ._integrals import BLOCK, Integrals, along_path, over_frames
from ._law import Law, NoLaw, Term
from ._library import LibraryTerm
from ._polish import polished
from ._problem import Candidate, Problem
from ._question import Walls, question
from ._solver import path, substeps
from ._words import unit

_FIRST_FLOOR = 1e-3
_LEAST_FLOOR = 1e-5
"""Of the changes; the data's own solver seldom does better."""
_ROUNDING = 1e-6
"""Of the state's deviation, what solvers of data make by their steps."""
_SHARE_OF_BEND = 0.03
_PASSES = 6
_LARGEST_MISFIT = 1e-4
_MOST_TERMS = 10
_STEP_TOLERANCE = 1e-8
_SETTLED = 1e-6


class _Lawless(Exception):  # noqa: N818 - an answer on its way up, not an error
    """No law fits: the reason, and what came nearest."""

    def __init__(self, reason: str, nearest: Candidate) -> None:
        super().__init__(reason)
        self.reason = reason
        self.nearest = nearest


def identify(
    context: Float[np.ndarray, "time channel y x"],
    spacing: float | tuple[float, float],
    frame_s: float,
    *,
    names: Sequence[str],
    given: Mapping[str, Float[np.ndarray, "y x"]] | None = None,
    boundary: Walls = "periodic",
    library: Mapping[str, Sequence[LibraryTerm]] | None = None,
) -> Law | NoLaw:
    """Return the governing equation of a few frames, or why there is none.

    Args:
        context: `(time, channel, y, x)`. Two to eight frames on a square grid with an even
            number of cells a side, 16 or more.
        spacing: Side of a cell [m]; a pair must be equal.
        frame_s: Between frames [s].
        names: Of the channels.
        given: `(y, x)` each. Known fields that do not change: `velocity_x` with `velocity_y`
            carry, any other may force, feed or bend the diffusion of each channel.
        boundary: `periodic`, or walls half a cell outside the frame: `neumann` without flux,
            `dirichlet` at zero.
        library: For each channel the terms that may stand in its equation; all by default.

    Raises:
        ContractError: The frames cannot be read as such: too few, gaps, cells that are not
            square, an odd number of them, a channel without any change in space.

    References:
        Schaeffer, Proc. R. Soc. A 473 (2017); Messenger & Bortz, J. Comput. Phys. 443 (2021).
    """
    problem = question(context, spacing, frame_s, names, given or {}, boundary, library)
    noise = dict(zip(names, map(float, problem.noise.deviations), strict=True))
    try:
        law, start, misfit = _clean(problem)
    except _Lawless as none:
        nearest = none.nearest
        return NoLaw(none.reason, nearest.misfit, noise, _terms(problem, nearest, names))
    return Law(
        tuple(names),
        _terms(problem, law, names),
        misfit,
        noise,
        frame_s,
        problem.law_program(law),
        start,
        context.shape[-1],
    )


def _clean(problem: Problem) -> tuple[Candidate, Float[np.ndarray, "..."], float]:
    """Return the law of frames without noise, where to start from, and its misfit."""
    integrals = over_frames(problem.program.products, problem.frames, problem.frame_s)
    law = problem.searched(integrals, _FIRST_FLOOR)
    steps = BLOCK
    for turn in range(_PASSES):
        _require_few(problem, law)
        integrals, bend, steps = _integrals(problem, law)
        before = law
        law = problem.searched(integrals, _floor(problem, bend), before)
        if turn and law.misfit > max(_LARGEST_MISFIT, before.misfit / 2):
            raise _Lawless(_left_over(law), law)
        if _settled(before, law):
            break
    if law.misfit > _LARGEST_MISFIT:
        raise _Lawless(_left_over(law), law)
    law = polished(problem, law, steps)
    return law, problem.frames[-1], law.misfit


def _integrals(problem: Problem, law: Candidate) -> tuple[Integrals, float, int]:
    """Return the library's integrals along a law's solutions, what these miss, their steps."""
    program, frames = problem.law_program(law), jnp.asarray(problem.frames)
    count = substeps(program, law.coefficients, frames[0], problem.frame_s, _STEP_TOLERANCE)
    if not count:
        raise _Lawless(
            f"The best combination of terms, which leaves {law.misfit:.1e} of the changes, "
            "has no solution that stays finite to the next frame.",
            law,
        )
    steps = BLOCK * -(-count // BLOCK)
    found = path(problem.stepper(law, steps), frames[:-1], steps)
    missed = np.linalg.norm(np.asarray(found[-1] - frames[1:]))
    bend = float(missed / np.linalg.norm(problem.changes))
    products = problem.program.products
    return along_path(products, found, frames[1:], problem.frame_s), bend, steps


def _floor(problem: Problem, bend: float) -> float:
    """Return the misfit of a regression that its own errors account for."""
    deviation = np.linalg.norm(problem.frames[:-1].reshape(-1, *problem.box.shape)[:, 1:])
    change = np.linalg.norm(problem.changes)
    return max(_LEAST_FLOOR, _SHARE_OF_BEND * bend, _ROUNDING * float(deviation / change))


def _require_few(problem: Problem, law: Candidate) -> None:
    for channel in range(problem.frames.shape[1]):
        count = sum(problem.library[term][0] == channel for term in law.terms)
        if count > _MOST_TERMS:
            raise _Lawless(
                f"The changes of channel {channel} ask for more than {_MOST_TERMS} terms; "
                "such a fit tells no law.",
                law,
            )


def _left_over(law: Candidate) -> str:
    return (
        f"The best combination of terms leaves {law.misfit:.1e} of the changes between frames, "
        f"more than the {_LARGEST_MISFIT:.0e} that a law may leave."
    )


def _settled(before: Candidate, law: Candidate) -> bool:
    if before.terms != law.terms:
        return False
    return bool(np.all(np.abs(law.coefficients / before.coefficients - 1) < _SETTLED))


def _terms(problem: Problem, law: Candidate, names: Sequence[str]) -> tuple[Term, ...]:
    errors = np.sqrt(np.maximum(np.diagonal(law.covariance), 0.0))
    return tuple(
        Term(
            names[problem.library[place][0]],
            problem.library[place][1].name,
            problem.library[place][1].latex,
            problem.library[place][1].words,
            float(value),
            float(error),
            unit(names[problem.library[place][0]], problem.library[place][1]),
        )
        for place, value, error in zip(law.terms, law.coefficients, errors, strict=True)
    )
