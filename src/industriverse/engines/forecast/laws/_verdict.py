"""When frames have no law in the library: raised where it is seen, answered at the door."""

from ._problem import Candidate, Problem

MOST_TERMS = 10


class Lawless(Exception):
    """No law fits.

    Attributes:
        reason: One sentence with the numbers.
        nearest: The best combination of terms.
    """

    def __init__(self, reason: str, nearest: Candidate) -> None:
        super().__init__(reason)
        self.reason = reason
        self.nearest = nearest


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


def blown_up(law: Candidate) -> Lawless:
    """Return the verdict on a law without a finite solution."""
    return Lawless(
        f"The best combination of terms, which leaves {law.misfit:.1e} of the changes, has no "
        "solution that stays finite to the next frame.",
        law,
    )
