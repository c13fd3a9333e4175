"""Thresholds learnt from honest cases: one conformal bound for all statistics together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

Statistics = Mapping[str, float]

NEGLIGIBLE = 1e-3
"""Statistics below it are all alike: a thousandth of a frame change or of a deviation."""
_HUGE = 1e12
_LEAST_SPREAD = 0.3
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """How the statistics of honest cases lie, in logarithms.

    Attributes:
        centre: Median of each.
        spread: From the median to the ninth tenth, of each.
        both: Those that may be too small as well as too large.
    """

    centre: Mapping[str, float]
    spread: Mapping[str, float]
    both: frozenset[str] = frozenset()

    @classmethod
    def of(cls, honest: Sequence[Statistics], both: frozenset[str] = frozenset()) -> "Shape":
        """Return the shape of some honest cases.

        Args:
            honest: The statistics of each case, all of the same names, eight or more.
            both: Names of those that are two-sided.

        Raises:
            ContractError: Too few cases, or cases that were not asked the same.
        """
        if len(honest) < _FEWEST:
            raise ContractError(
                f"{len(honest)} honest cases show no shape.", hint=f"Give {_FEWEST} or more."
            )
        names = set(honest[0])
        if unlike := [place for place, case in enumerate(honest) if set(case) != names]:
            raise ContractError(f"Case {unlike[0]} was not asked the same as the first.")
        logs = {name: np.array([_log(case[name]) for case in honest]) for name in sorted(names)}
        centre = {name: float(np.median(values)) for name, values in logs.items()}
        return cls(
            centre,
            {name: _spread(values, name in both) for name, values in logs.items()},
            both & names,
        )

    def score(self, name: str, statistic: float) -> float:
        """Return how far a statistic lies from the honest ones' centre, in their spreads."""
        away = float((_log(statistic) - self.centre[name]) / self.spread[name])
        return abs(away) if name in self.both else away

    def worst(self, statistics: Statistics) -> float:
        """Return the largest score of a case.

        Raises:
            ContractError: It was asked what honest cases were not.
        """
        if unknown := sorted(set(statistics) - set(self.centre)):
            raise ContractError(f"No honest case was asked {unknown}.")
        return max(self.score(name, value) for name, value in statistics.items())


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A shape, and how bad the worst statistic of an honest case is.

    Attributes:
        shape: Of honest cases.
        bound: No more than `alarm` of exchangeable honest cases have a worst score above it.
        alarm: That share.
        maxima: `(case,)` Sorted worst scores of the honest cases that set the bound; these are
            not those that set the shape.
    """

    shape: Shape
    bound: float
    alarm: float
    maxima: Float[np.ndarray, "case"]

    @classmethod
    def of(cls, shape: Shape, maxima: Float[np.ndarray, "case"], alarm: float) -> "Yardstick":
        """Return the yardstick whose bound is a conformal quantile.

        The `⌈(n + 1)(1 − alarm)⌉`-th smallest of `n` worst scores.

        Args:
            shape: Of honest cases.
            maxima: `(case,)`. Worst scores of other honest cases.
            alarm: Share of honest cases that may lie above, in (0, 1).

        Raises:
            ContractError: Too few cases for such a share.

        References:
            Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, ch. 2.
        """
        count = len(maxima)
        rank = int(np.ceil((count + 1) * (1 - alarm) - 1e-9))
        if not 0 < alarm < 1 or rank > count:
            raise ContractError(
                f"{count} honest cases bound no false alarm of {alarm:g}.",
                hint=f"Give {int(np.ceil(1 / alarm)) - 1 if alarm > 0 else 'more'} or more.",
            )
        ordered = np.sort(maxima)
        return cls(shape, float(ordered[rank - 1]), alarm, ordered)

    def threshold(self, name: str) -> float:
        """Return the largest statistic of a name that passes; see `lowest` for the other side."""
        return float(np.exp(self.shape.centre[name] + self.bound * self.shape.spread[name]))

    def lowest(self, name: str) -> float:
        """Return the smallest statistic that passes: 0 but for two-sided ones."""
        if name not in self.shape.both:
            return 0.0
        return float(np.exp(self.shape.centre[name] - self.bound * self.shape.spread[name]))

    def passes(self, name: str, statistic: float) -> bool:
        """Say whether a statistic is one that honest cases have."""
        return bool(self.shape.score(name, statistic) <= self.bound)

    def likeness(self, worst: float) -> float:
        """Return the conformal p-value: the share of honest cases at least as bad as a score."""
        as_bad = len(self.maxima) - int(np.searchsorted(self.maxima, worst, side="left"))
        return (1 + as_bad) / (1 + len(self.maxima))


def calibrated(
    groups: Mapping[str, Sequence[Statistics]],
    alarm: float,
    both: frozenset[str] = frozenset(),
) -> dict[str, Yardstick]:
    """Return a yardstick for each group: its own shape, and the bound of all groups together.

    Every second case of a group gives the shape, the others the bound, which therefore holds for
    a case drawn from the groups as these were.

    Args:
        groups: A name, such as a domain and its forecaster, to honest cases.
        alarm: Share of honest cases that may lie above.
        both: Names of statistics that are two-sided.

    Raises:
        ContractError: Too few cases.
    """
    shapes = {name: Shape.of(cases[::2], both) for name, cases in groups.items()}
    maxima = [shapes[name].worst(case) for name, cases in groups.items() for case in cases[1::2]]
    return {name: Yardstick.of(shape, np.array(maxima), alarm) for name, shape in shapes.items()}


def _log(statistic: float) -> float:
    return float(np.log(np.clip(np.nan_to_num(statistic, nan=_HUGE), NEGLIGIBLE, _HUGE)))


def _spread(values: Float[np.ndarray, "case"], both: bool) -> float:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(max(high - middle, middle - low if both else 0.0, _LEAST_SPREAD))
