"""All questions, in the order in which they are asked: what needs no new run comes first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ._again import disturbed, equivariance, hindsight, in_two_parts, thinned
from ._lawful import conservation, entropy, finite, positivity
from ._measure import Measure
from ._motion import continuity, copy, neighbours, order, spectrum, steadiness, stillness
from ._scene import Hypothesis


@dataclass(frozen=True, slots=True)
class Question:
    """An executable check of a forecast.

    Attributes:
        name: In a word or two.
        text: The question.
        find: Gives the statistic, or None where the question does not apply.
        runs: Whether it runs the forecaster again.
        both: Whether too little is as wrong as too much.
    """

    name: str
    text: str
    find: Callable[[Hypothesis], Measure | None]
    runs: bool = False
    both: bool = False


def _same(name: str, word: str, symmetry: str) -> Question:
    find = partial(equivariance, symmetry=symmetry)
    return Question(name, f"Is a {word} of the frames one of the forecast?", find, runs=True)


_ALL = (
    Question("finite", "Are all values numbers?", finite),
    Question("conservation", "Do conserved sums stay?", conservation),
    Question("positivity", "Does nothing fall below zero that cannot?", positivity),
    Question("entropy", "Does the entropy law hold?", entropy),
    Question("continuity", "Does it go on from the known frames?", continuity),
    Question("steadiness", "Does it change as fast as the known frames?", steadiness),
    Question("order", "Do the frames follow one another?", order),
    Question("stillness", "Does each place move as it did?", stillness),
    Question("spectrum", "Is the energy of each octave one that could come?", spectrum),
    Question("copy", "Is it more than a known frame, moved?", copy),
    Question("neighbours", "Did like states move as far?", neighbours),
    Question("hindsight", "Would it have foreseen the known frames?", hindsight, runs=True),
    _same("translation", "shift", "translation"),
    _same("reflection", "mirror", "mirror"),
    _same("rotation", "turn", "turn"),
    _same("scale", "doubling", "scale"),
    Question("half steps", "Does every second frame lead to the same?", thinned, runs=True),
    Question("two parts", "Do two halves make the whole?", in_two_parts, runs=True),
    Question(
        "perturbation",
        "Does a little more lead to somewhat more?",
        disturbed,
        runs=True,
        both=True,
    ),
)

QUESTIONS: Mapping[str, Question] = {question.name: question for question in _ALL}
TWO_SIDED = frozenset(question.name for question in _ALL if question.both)


def findings(
    hypothesis: Hypothesis, names: tuple[str, ...] = tuple(QUESTIONS)
) -> dict[str, Measure]:
    """Return the findings of the questions that apply, by name.

    Args:
        hypothesis: The forecast in question.
        names: Of the questions. Those that run the forecaster again are left out where it cannot
            be run, and all but the first where values are not finite.
    """
    found: dict[str, Measure] = {}
    for name in names:
        question = QUESTIONS[name]
        if question.runs and hypothesis.again is None:
            continue
        measure = question.find(hypothesis)
        if measure is not None:
            found[name] = measure
        if name == "finite" and measure is not None and measure.statistic > 0:
            break
    return found
