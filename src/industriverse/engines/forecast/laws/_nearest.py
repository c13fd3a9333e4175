"""What is no law but may forecast: the nearest equation, bent to the frames.

Frames of a solver on a grid obey the equation that it solves only to the error of its differences.
For those of second order that error is the third derivative where the equation has the first, and
the second where it has another channel without any, brought over from where that lies on the grid
(Warming & Hyett, J. Comput. Phys. 14 (1974)); so each such term gets a partner.
"""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from ._clean import along_solution
from ._integrals import Integrals, over_frames
from ._library import ONE, Factor, LibraryTerm, Piece
from ._outcome import Outcome
from ._polish import polished, simplified
from ._problem import Candidate, Problem
from ._solver import path, substeps
from ._verdict import Lawless, longest, require_few
from ._waves import Symbol

_LARGEST_MISFIT = 0.3
"""Share of the changes up to which it is worth solving."""
_FLOORS = (0.01, 0.03, 0.1)
"""Shares of the changes that a further term must at least explain, the next where these make the
equation long: what is less is the error of a grid, or of integrals between frames far apart."""
_LONG = 6
_FAINT = 0.03
_PASSES = 2
_TOLERANCE = 1e-4
_WORTH = 0.7
"""What partners must at most leave of the misfit without them."""


def nearest_law(problem: Problem) -> tuple[Problem, Outcome] | None:
    """Return an equation that is no law, bent to the frames; None where none comes near.

    Args:
        problem: Frames without a law. Noise far below their changes is taken as a part of them:
            sharp edges may look like it.

    Returns:
        The problem, its library with what was added to it, and the equation.
    """
    if not problem.noise.clean:
        if _noise_share(problem) > _FAINT:
            return None
        problem = replace(problem, noise=problem.noise.ignored())
    try:
        law = _chosen(problem)
    except (Lawless, np.linalg.LinAlgError):
        return None
    bent = _bent(problem, law)
    if bent is None:
        return None
    wider, partnered = _with_partners(problem, bent.law)
    better = _bent(wider, partnered) if len(partnered.terms) > len(law.terms) else None
    if better is not None and better.misfit < _WORTH * bent.misfit:
        return wider, better
    return (problem, bent) if bent.misfit < _LARGEST_MISFIT else None


def _noise_share(problem: Problem) -> float:
    """Return the largest share of a channel's changes that the noise of two frames makes."""
    changes = np.abs(problem.changes) ** 2
    power = (problem.box.shares * changes).sum(axis=(2, 3)).mean(axis=0)
    noise = 2 * problem.noise.deviations**2
    return float(np.sqrt((noise / np.maximum(power, 1e-300)).max()))


def _chosen(problem: Problem) -> Candidate:
    """Return the few terms that make most of the changes.

    Raises:
        Lawless: Their equation has no finite solution, or explains little.
    """
    products = problem.program.products
    law = _short(problem, over_frames(products, problem.frames, problem.frame_s))
    for _ in range(_PASSES):
        require_few(problem, law)
        law = _short(problem, along_solution(problem, law)[0], law)
    if not law.terms or law.misfit > _LARGEST_MISFIT:
        raise Lawless("No equation comes near.", law)
    return law


def _short(problem: Problem, integrals: Integrals, before: Candidate | None = None) -> Candidate:
    first, *further = _FLOORS
    law = problem.searched(integrals, first, before)
    for floor in further:
        if longest(problem, law) <= _LONG:
            break
        law = problem.searched(integrals, floor, before)
    return law


def _bent(problem: Problem, law: Candidate) -> Outcome | None:
    """Return a law after some Gauss–Newton steps; None where it has no solution to bend."""
    program, start = problem.law_program(law), jnp.asarray(problem.frames[0])
    count = substeps(program, law.coefficients, start, problem.frame_s, _TOLERANCE)
    if not count:
        return None
    try:
        law = polished(problem, law, count)
        law = polished(problem, simplified(problem, law, count), count)
    except np.linalg.LinAlgError:
        return None
    left = _left(problem, law, count)
    return Outcome(law, problem.frames[-1], left) if np.isfinite(left) else None


def _left(problem: Problem, law: Candidate, steps: int) -> float:
    """Return the largest share of a channel's changes that solutions miss of the next frames."""
    frames = jnp.asarray(problem.frames)
    with np.errstate(over="ignore", invalid="ignore"):
        ends = np.asarray(path(problem.stepper(law, steps), frames[:-1], steps)[-1])
        missed = (np.abs(ends - problem.frames[1:]) ** 2).sum(axis=(0, 2, 3))
        shares = np.sqrt(missed / (np.abs(problem.changes) ** 2).sum(axis=(0, 2, 3)))
    return float(np.nan_to_num(shares, nan=np.inf).max())


def _with_partners(problem: Problem, law: Candidate) -> tuple[Problem, Candidate]:
    """Return a law whose terms with one derivative have partners with three, of no weight yet."""
    chosen = [problem.library[place] for place in law.terms]
    told = [(channel, _partner(term, problem.names[channel])) for channel, term in chosen]
    added = [(channel, partner) for channel, partner in told if partner is not None]
    first = len(problem.library)
    wider = replace(problem, library=[*problem.library, *added])
    size = len(law.terms) + len(added)
    covariance = np.zeros((size, size))
    covariance[: len(law.terms), : len(law.terms)] = law.covariance
    terms = (*law.terms, *range(first, first + len(added)))
    weights = np.concatenate([law.coefficients, np.zeros(len(added))])
    return wider, Candidate(terms, weights, covariance, law.misfits, law.spreads)


def _partner(term: LibraryTerm, channel: str) -> LibraryTerm | None:
    """Return what a grid's differences add to a term; None where that is not known."""
    brought = term.order == 0 and all(
        len(piece.factors) == 1 and piece.factors[0].field not in (ONE, channel)
        for piece in term.pieces
    )
    pieces = [_smoother(piece) if brought else _sharper(piece) for piece in term.pieces]
    if not all(pieces):
        return None
    return LibraryTerm(
        f"δ²({term.name})",
        rf"\delta^2({term.latex})",
        f"error of a grid's differences in: {term.words}",
        tuple(piece for piece in pieces if piece),
    )


def _smoother(piece: Piece) -> Piece:
    return piece._replace(outer=Symbol(laplace=1))


def _sharper(piece: Piece) -> Piece | None:
    if sum(_slope(f.inner) for f in piece.factors) + _slope(piece.outer) != 1:
        return None
    if _slope(piece.outer):
        return piece._replace(outer=_twice_more(piece.outer))
    factors = tuple(
        Factor(f.field, _twice_more(f.inner)) if _slope(f.inner) else f for f in piece.factors
    )
    return piece._replace(factors=factors)


def _slope(symbol: Symbol) -> int:
    """Return 1 for a first derivative along an axis, 0 for none, 9 for any other."""
    return {0: 0, 1: 1}.get(symbol.x + symbol.y + 9 * abs(symbol.laplace), 9)


def _twice_more(symbol: Symbol) -> Symbol:
    return symbol._replace(x=3 * symbol.x, y=3 * symbol.y)
