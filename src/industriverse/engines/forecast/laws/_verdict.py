"""When frames have no law in the library: raised where it is seen, answered at the door."""

from collections.abc import Sequence

import numpy as np

from ._problem import Candidate, Problem

MOST_TERMS = 10


class Lawless(Exception):
    """No law fits.

    Attributes:
        reason: One sentence with the numbers.
        nearest: The best combination of terms.
        rivals: Others that explain the frames as well.
    """

    def __init__(self, reason: str, nearest: Candidate, rivals: Sequence[Candidate] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.nearest = nearest
        self.rivals = tuple(rivals)


def longest(problem: Problem, law: Candidate) -> int:
    """Return how many terms the longest equation has."""
    channels = [problem.library[term][0] for term in law.terms]
    return max((channels.count(channel) for channel in set(channels)), default=0)


def require_few(problem: Problem, law: Candidate) -> None:
    """Refuse a law that needs more than ten terms for a channel.

    Raises:
        Lawless: It does.
    """
    for channel in range(problem.frames.shape[1]):
        count = sum(problem.library[term][0] == channel for term in law.terms)
        if count > MOST_TERMS:
            raise Lawless(
                f"The changes of channel {channel} ask for more than {MOST_TERMS} terms; "
                "such a fit tells no law.",
                law,
            )


def require_told(problem: Problem, law: Candidate) -> None:
    """Refuse a law with a coefficient that twice its standard error does not tell from zero.

    Raises:
        Lawless: It has one.
    """
    doubts = 2 * np.sqrt(np.maximum(np.diagonal(law.covariance), 0.0))
    for place, value, doubt in zip(law.terms, law.coefficients, doubts, strict=True):
        channel, term = problem.library[place]
        if not doubt < abs(value):
            raise Lawless(
                f"The frames do not tell the coefficient of {term.name} in the equation of channel "
                f"{channel}: {value:.2g} ± {doubt:.2g}.",
                law,
            )


def require_alone(law: Candidate, rivals: Sequence[Candidate]) -> None:
    """Refuse a law beside others that explain the frames as well.

    Raises:
        Lawless: There are any.
    """
    if rivals:
        raise Lawless(
            f"Not identifiable: {len(rivals) + 1} sets of terms explain the frames about equally "
            "well, and nothing tells which of them is the law.",
            law,
            rivals,
        )


def blown_up(law: Candidate) -> Lawless:
    """Return the verdict on a law without a finite solution."""
    return Lawless(
        f"The best combination of terms, which leaves {law.misfit:.1e} of the changes, has no "
        "solution that stays finite to the next frame.",
        law,
    )
