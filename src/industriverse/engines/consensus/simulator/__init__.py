"""Runs of the protocol under faults drawn from a seed, which repeats its run to the microsecond."""

from ._schedule import BREAKS, STRATEGIES, Schedule, draw
from ._verdict import Report, judge
from ._world import Run, run

__all__ = [
    "BREAKS",
    "STRATEGIES",
    "Report",
    "Run",
    "Schedule",
    "draw",
    "judge",
    "run",
]
