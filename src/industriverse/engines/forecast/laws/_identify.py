"""The door: frames in, a law or the reason why there is none out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Complex, Float

from industriverse.kernel.results import LawTerm

from ._clean import clean_law
from ._law import Law, NoLaw
from ._library import LibraryTerm
from ._nearest import nearest_law
from ._noisy import noisy_law
from ._outcome import Outcome
from ._problem import Candidate, Problem
from ._question import Question
from ._smooth import state_of
from ._verdict import Lawless, require_told
from ._walls import Walls
from ._words import unit


def identify(  # noqa: PLR0913 - what a question is made of
    context: Float[np.ndarray, "time channel y x"],
    spacing: float | tuple[float, float],
    frame_s: float,
    *,
    names: Sequence[str],
    given: Mapping[str, Float[np.ndarray, "rows columns"]] | None = None,
    boundary: Walls = "periodic",
    library: Mapping[str, Sequence[LibraryTerm]] | None = None,
) -> Law | NoLaw:
    """Return the governing equation of a few frames, or why there is none.

    Where several sets of terms explain the frames equally well there is none either: the answer
    then names the `rivals`.

    Args:
        context: `(time, channel, y, x)`. Two to 32 frames on a square grid with an even
            number of cells a side, 16 or more.
        spacing: Side of a cell [m]; a pair must be equal.
        frame_s: Between frames [s].
        names: Of the channels.
        given: `(y, x)` each, like a frame. Known fields that do not change: `velocity_x` with
            `velocity_y` carry, any other, or its reciprocal, may force, feed or bend the diffusion
            of each channel, or weigh what slopes of channels do.
        boundary: `periodic`, or walls half a cell outside the frame: `neumann` without flux,
            `dirichlet` at zero, `reflecting` either, each channel as it goes on smoothly.
        library: For each channel the terms that may stand in its equation; all by default.

    Raises:
        ContractError: The frames cannot be read as such: too few, gaps, cells that are not
            square, an odd number of them, a channel without any change in space.

    References:
        Schaeffer, Proc. R. Soc. A 473 (2017); Messenger & Bortz, J. Comput. Phys. 443 (2021).
    """
    asked = Question.of(
        context, spacing, frame_s, tuple(names), given or {}, boundary=boundary, terms=library
    )
    problem = asked.problem()
    noise = dict(zip(names, map(float, problem.noise.deviations), strict=True))
    try:
        problem, found = _found(problem)
    except Lawless as none:
        tried = _terms(problem, none.nearest, names)
        rivals = tuple(_terms(problem, rival, names) for rival in none.rivals)
        # With products cut what is solved for long is stabler, and exactness is lost already.
        bent = nearest_law(problem)
        nearest = _law(asked, *bent) if bent else None
        return NoLaw(none.reason, none.nearest.misfit, noise, tried, rivals, nearest)
    except np.linalg.LinAlgError:
        reason = "Some terms cannot be told apart in these frames: their equations are singular."
        return NoLaw(reason, float("nan"), noise)
    return _law(asked, problem, found)


def _found(problem: Problem) -> tuple[Problem, Outcome]:
    """Return the law, and the problem in whose numerics it is one.

    Raises:
        Lawless: There is none.
    """
    if not problem.noise.clean:
        return problem, _told(problem, noisy_law(problem))
    try:
        return problem, _told(problem, clean_law(problem))
    except Lawless as none:
        if none.rivals or not problem.reaches_beyond:
            raise
        first = none
    uncut = problem.uncut()
    try:
        return uncut, _told(uncut, clean_law(uncut))
    except Lawless as none:
        raise none if none.nearest.misfit < first.nearest.misfit else first from None


def _told(problem: Problem, found: Outcome) -> Outcome:
    require_told(problem, found.law)
    return found


def _law(asked: Question, problem: Problem, found: Outcome) -> Law:
    return Law(
        asked.names,
        _terms(problem, found.law, asked.names),
        found.misfit,
        dict(zip(asked.names, map(float, problem.noise.deviations), strict=True)),
        asked.frame_s,
        problem.law_program(found.law),
        found.last,
        asked.context.shape[-1],
        partial(_start, asked, found),
    )


def _start(
    asked: Question, found: Outcome, frames: Float[np.ndarray, "time channel y x"]
) -> Complex[np.ndarray, "channel ky kx"]:
    """Return the waves from which the law goes on after other frames than it was found from."""
    if found.exact:
        return asked.waves(frames[-1:])[0]
    problem = replace(asked, context=frames).problem()
    return state_of(problem, found.law, found.steps)


def _terms(problem: Problem, law: Candidate, names: Sequence[str]) -> tuple[LawTerm, ...]:
    errors = np.sqrt(np.maximum(np.diagonal(law.covariance), 0.0))
    terms: list[LawTerm] = []
    for place, value, error in zip(law.terms, law.coefficients, errors, strict=True):
        channel, term = problem.library[place]
        name = names[channel]
        terms.append(
            LawTerm(
                name, term.name, term.latex, term.words, float(value), float(error),
                unit(name, term),
            )
        )  # fmt: skip
    return tuple(terms)
