"""Agents that set a goal, question their own forecasts, and abstain where they know nothing."""

from ._again import hindsight
from ._dialogue import Answer, Outcome, Verdict, examine, question, weights
from ._familiar import Familiarity, distance, ensemble_spread, familiarity
from ._goal import Aspiration, Goal, Offer, Score, aspire, evaluate, relative_errors
from ._intervals import interval_radii
from ._measure import Measure
from ._questions import QUESTIONS, TWO_SIDED, Question, findings
from ._scene import Channel, Forecaster, Frames, Hypothesis, Scene, Symmetry
from ._yardstick import Shape, Statistics, Yardstick, calibrated

__all__ = [
    "QUESTIONS",
    "TWO_SIDED",
    "Answer",
    "Aspiration",
    "Channel",
    "Familiarity",
    "Forecaster",
    "Frames",
    "Goal",
    "Hypothesis",
    "Measure",
    "Offer",
    "Outcome",
    "Question",
    "Scene",
    "Score",
    "Shape",
    "Statistics",
    "Symmetry",
    "Verdict",
    "Yardstick",
    "aspire",
    "calibrated",
    "distance",
    "ensemble_spread",
    "evaluate",
    "examine",
    "familiarity",
    "findings",
    "hindsight",
    "interval_radii",
    "question",
    "relative_errors",
    "weights",
]
