"""The statistical branch: what a stream's own past says about its present."""

from ._branch import STATES, StatisticalBranch

__all__ = ["STATES", "StatisticalBranch"]
