"""What a question finds: a number that grows with what is wrong, and a sentence with numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """The finding of one question.

    Attributes:
        statistic: At least zero; see the question for its unit.
        sentence: What was found, with its numbers.
    """

    statistic: float
    sentence: str
