"""The Socratic loop: ask, mend what can be mended, ask again, then accept or reject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from ._questions import QUESTIONS, findings
from ._repair import REFINEMENTS
from ._scene import Hypothesis
from ._yardstick import Yardstick

Outcome = Literal["accept", "reweight", "repair", "reject"]
_DOUBTFUL = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was found.

    Attributes:
        question: Its name.
        statistic: What was measured.
        lowest, highest: Where honest forecasts lie, save the stated share.
        passed: Whether it lies there.
        evidence: One sentence with the numbers.
    """

    question: str
    statistic: float
    lowest: float
    highest: float
    passed: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a questioning.

    Attributes:
        outcome: `accept`; `reweight` where it passes but is among the worst tenth of honest
            forecasts; `repair` where it passes after a change; `reject`.
        hypothesis: The forecast as accepted, or as it was.
        answers: To the last round of questions, of the forecast as it then was.
        first: To the first round.
        refinements: What was changed, in order.
        likeness: Share of honest forecasts at least as bad as the accepted one, 0 if rejected;
            the weight of the forecast among others.
        reason: One sentence.
    """

    outcome: Outcome
    hypothesis: Hypothesis
    answers: tuple[Answer, ...]
    first: tuple[Answer, ...]
    refinements: tuple[str, ...]
    likeness: float
    reason: str


def examine(
    hypothesis: Hypothesis, yardstick: Yardstick, *, thorough: bool = True
) -> tuple[Answer, ...]:
    """Ask all questions that the yardstick knows and return the answers.

    Args:
        hypothesis: The forecast in question.
        yardstick: Where honest forecasts of this kind lie.
        thorough: Whether to go on after an answer that no refinement can mend.
    """
    asked = [name for name in QUESTIONS if name in yardstick.shape.centre or name == "finite"]
    mendable = frozenset[str]().union(*(one.answers for one in REFINEMENTS))
    answers: list[Answer] = []
    for name in asked:
        answers += [
            _answer(found, measure.statistic, measure.sentence, yardstick)
            for found, measure in findings(hypothesis, (name,)).items()
        ]
        broken = [one.question for one in answers if not one.passed]
        if "finite" in broken or (not thorough and set(broken) - mendable):
            break
    return tuple(answers)


def question(hypothesis: Hypothesis, yardstick: Yardstick, *, thorough: bool = True) -> Verdict:
    """Question a forecast: accept it, give it less weight, mend it, or reject it.

    A failed question that a refinement answers has the forecast changed accordingly, each
    refinement once, and all questions asked again; what is asked and how strictly never changes.

    Args:
        hypothesis: The forecast in question.
        yardstick: Where honest forecasts of this kind lie.
        thorough: Whether to ask on after an answer that no refinement can mend.
    """
    answers = first = examine(hypothesis, yardstick, thorough=thorough)
    now, done = hypothesis, list[str]()
    while failed := {answer.question for answer in answers if not answer.passed}:
        fitting = [r for r in REFINEMENTS if r.answers & failed and r.name not in done]
        if not fitting or not _mendable(failed):
            return _rejected(hypothesis, answers, first, done)
        now = fitting[0].refine(now)
        done.append(fitting[0].name)
        answers = examine(now, yardstick, thorough=thorough)
    worst = yardstick.shape.worst(
        {a.question: a.statistic for a in answers if a.question in yardstick.shape.centre}
    )
    likeness = yardstick.likeness(worst)
    if done:
        reason = f"It passes all {len(answers)} questions with {' and '.join(done)}."
        return Verdict("repair", now, answers, first, tuple(done), likeness, reason)
    outcome = "reweight" if likeness < _DOUBTFUL else "accept"
    reason = f"It passes all {len(answers)} questions; {likeness:.2g} of honest ones do no better."
    return Verdict(outcome, now, answers, first, (), likeness, reason)


def weights(verdicts: Sequence[Verdict]) -> Float[np.ndarray, "forecast"]:
    """Return the weights of questioned forecasts in a blend: their likeness, summing to one.

    Returns:
        `(forecast,)`. All zero where every one was rejected.
    """
    likeness = np.array([verdict.likeness for verdict in verdicts], np.float64)
    return likeness / max(float(likeness.sum()), np.finfo(np.float64).tiny)


def _mendable(failed: set[str]) -> bool:
    """Say whether a refinement may help: some failure has one.

    A failure without one may be a consequence of another, as a lost sum breaks the motion too.
    """
    return any(refinement.answers & failed for refinement in REFINEMENTS)


def _answer(name: str, statistic: float, sentence: str, yardstick: Yardstick) -> Answer:
    if name == "finite":
        return Answer(name, statistic, 0.0, 0.0, statistic == 0, sentence)
    low, high = yardstick.lowest(name), yardstick.threshold(name)
    passed = yardstick.passes(name, statistic)
    bound = (
        f"Honest ones stay below {high:.3g}."
        if low == 0
        else f"Honest ones lie within {low:.3g} and {high:.3g}."
    )
    return Answer(name, statistic, low, high, passed, f"{sentence} {bound}")


def _rejected(
    hypothesis: Hypothesis,
    answers: tuple[Answer, ...],
    first: tuple[Answer, ...],
    done: list[str],
) -> Verdict:
    failed = next(answer for answer in answers if not answer.passed)
    reason = f"{QUESTIONS[failed.question].text} No: {failed.evidence}"
    return Verdict("reject", hypothesis, answers, first, tuple(done), 0.0, reason)
