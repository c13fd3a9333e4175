"""Asking for a forecast with a goal: abstain or answer, with questions asked and evidence given."""

from ._ask import ABSTAINED_INSIDE, FALSE_ALARM, Expert, Reply, ask, experts, score
from ._study import Example, Known, Skill, Study, statistics, study
from ._vectors import vector_of

__all__ = [
    "ABSTAINED_INSIDE",
    "FALSE_ALARM",
    "Example",
    "Expert",
    "Known",
    "Reply",
    "Skill",
    "Study",
    "ask",
    "experts",
    "score",
    "statistics",
    "study",
    "vector_of",
]
