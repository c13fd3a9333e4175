"""Which regime the stream is in: a vector that grows logistically towards the fitter ones."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

_LEAST = 0.01
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class RegimeAssignment:
    """The regime now.

    Attributes:
        regime: Number of the regime, in order of birth; -1 before the first.
        regimes: `(regime,)`. Numbers of all that are known.
        probabilities: `(regime,)`. In the same order; the sum is one.
        units: Slots of the fittest units, best first.
        fitness: `(unit,)`. `1/(1 + normalised MSE)` of these.
        confidence: Probability of `regime`, 0 before the first.
    """

    regime: int
    regimes: Int[np.ndarray, "regime"]
    probabilities: Float[np.ndarray, "regime"]
    units: Int[np.ndarray, "unit"]
    fitness: Float[np.ndarray, "unit"]
    confidence: float


@dataclass(frozen=True, slots=True)
class RegimeTransition:
    """A change of regime.

    Attributes:
        before, after: Numbers of the regimes; `before` is -1 for the first.
        sample: Index of the newest sample when it was found.
        confidence: Probability of `after` then.
    """

    before: int
    after: int
    sample: int
    confidence: float


@dataclass(slots=True)
class Assignment:
    """The regime vector.

    Attributes:
        regimes: `(slot,)`. Numbers, -1 where empty.
        p: `(slot,)`.
        current: Regime that the stream was last found in, -1 before the first.
    """

    regimes: Int[np.ndarray, "slot"]
    p: Float[np.ndarray, "slot"]
    current: int = -1

    @classmethod
    def of(cls, slots: int) -> "Assignment":
        """Return a vector without regimes."""
        return cls(np.full(slots, -1), np.zeros(slots))

    def grow(
        self,
        regime: Int[np.ndarray, "unit"],
        share: Float[np.ndarray, "unit"],
        growth: float,
    ) -> bool:
        """Follow `dp/dt = α p (f·A − p)` for some samples, exactly; tell whether another one leads.

        Args:
            regime: `(unit,)`. `A`: the regime of each unit, -1 for none.
            share: `(unit,)`. `f`: how fit each is beside the others.
            growth: `α` times the samples.
        """
        numbers = np.unique(regime[regime >= 0])
        if not len(numbers):
            return False
        old = dict(zip(self.regimes.tolist(), self.p.tolist(), strict=True))
        p = np.array([max(old.get(number, 0.0), _LEAST) for number in numbers.tolist()])
        reach = np.array([float(share[regime == number].sum()) for number in numbers])
        reach = np.maximum(reach, _LEAST)
        rise = np.exp(np.minimum(growth * reach, 50.0))
        p = reach * p * rise / (reach + p * (rise - 1))
        self.regimes[:], self.p[:] = -1, 0.0
        self.regimes[: len(numbers)], self.p[: len(numbers)] = numbers, p / p.sum()
        leader = int(self.regimes[self.p.argmax()])
        if leader == self.current or self.p.max() <= _SURE:
            return False
        self.current = leader
        return True
