r"""Best subsets where every column has noise: total least squares in the noise's own metric.

Let `M = [Θ y]` hold the integrals of terms and the changes, `G = MᵀM` and `C` the expectation of
the same for the noise alone. For a set S of columns and y,

$$\mu_S = \min_x \frac{x^T G x}{x^T C x}$$

is 1 but for chance where S holds the law, since `M x` is then noise, and above 1 where it does
not; `ξ = −x_Θ/x_y`. Ordinary least squares draws the coefficients of a slow pattern to zero.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from ._search import Support

Square = Float[np.ndarray, "column column"]
Stack = Float[np.ndarray, "set column column"]
_MOST_TERMS = 12
_MATERIAL = 0.02
"""Of the whole library's ratio, what each further term must take out."""
_SIGNIFICANT = 20.0
_ROUNDS = 10
_FOUR = 4
_QUADRUPLES = 50
_TIE = 0.02
"""Ratios this near each other are for the solver to decide between."""
_PER_TERM = 0.01
_MOST_TIES = 3
_RIDGE = 1e-13


@dataclass(frozen=True)
class Balance:
    """Second moments of a channel's rows and of their noise, the columns scaled to unit length.

    Attributes:
        moments: G.
        noise: C.
        scale: Of the columns, that of the changes last.
        count: Rows.
    """

    moments: Square
    noise: Square
    scale: Float[np.ndarray, "column"]
    count: int

    @classmethod
    def of(cls, rows: Float[np.ndarray, "row column"], noise: Square) -> "Balance":
        """Collect moments; `noise` is the sum over rows, as that of `rowsᵀ rows`."""
        # A term's rows may be so large that their squares are no numbers.
        peak = np.maximum(np.abs(rows).max(axis=0, initial=0.0), 1e-150)
        rows, noise = rows / peak, noise / peak[:, None] / peak
        moments = rows.T @ rows
        scale = np.sqrt(np.maximum(np.diagonal(moments), 1e-300))
        size = np.outer(scale, scale)
        ridge = _RIDGE * np.eye(len(scale))
        return cls(moments / size + ridge, noise / size + ridge * _RIDGE, scale * peak, len(rows))

    def ratio(self, support: Support) -> float:
        """Return `μ` of a set of terms."""
        return float(1 / self.largest(np.array([support], dtype=np.int64).reshape(1, -1))[0])

    def ratios(self, supports: list[Support]) -> Float[np.ndarray, "set"]:
        """Return `μ` of several sets of one size."""
        return 1 / self.largest(np.array(supports, dtype=np.int64))

    def largest(self, supports: Int[np.ndarray, "set chosen"]) -> Float[np.ndarray, "set"]:
        """Return 1/μ of several sets of one size, a row each."""
        return np.linalg.eigvalsh(self._whitened(supports)[0])[:, -1]

    def _whitened(self, supports: Int[np.ndarray, "set chosen"]) -> tuple[Stack, Stack]:
        """Return `L⁻¹ C L⁻ᵀ` with `G = L Lᵀ` of each set, and L."""
        last = np.full((len(supports), 1), len(self.scale) - 1, dtype=np.int64)
        places = np.concatenate([supports.astype(np.int64), last], axis=1)
        at = (places[:, :, None], places[:, None, :])
        triangle = np.linalg.cholesky(self.moments[at])
        half = np.linalg.solve(triangle, self.noise[at])
        return np.linalg.solve(triangle, half.transpose(0, 2, 1)), triangle

    def solved(self, support: Support) -> tuple[Float[np.ndarray, "chosen"], Square]:
        """Return a set's coefficients and their covariance."""
        whitened, triangle = self._whitened(np.array([support], dtype=np.int64).reshape(1, -1))
        values, vectors = np.linalg.eigh(whitened[0])
        balance = np.linalg.solve(triangle[0].T, vectors[:, -1])
        chosen, scale = list(support), self.scale[list(support)] / self.scale[-1]
        coefficients = -balance[:-1] / balance[-1]
        ratio = 1 / values[-1]
        clean = (self.moments - ratio * self.noise)[np.ix_(chosen, chosen)]
        whole = np.append(coefficients, -1.0)
        places = [*chosen, len(self.scale) - 1]
        variance = ratio * whole @ self.noise[np.ix_(places, places)] @ whole / self.count
        inverse = np.linalg.pinv(clean, hermitian=True)
        return coefficients / scale, inverse * max(variance, 0.0) / np.outer(scale, scale)


class _Best:
    """The best sets of each size seen so far."""

    def __init__(self, rows: Balance) -> None:
        self._rows = rows
        self.seen: dict[Support, float] = {}
        self.best: dict[int, Support] = {}

    def offer(self, supports: list[Support]) -> bool:
        """Weigh sets of one size; return whether one betters the best."""
        new = [support for support in supports if support not in self.seen]
        if not new:
            return False
        self.seen |= dict(zip(new, map(float, self._rows.ratios(new)), strict=True))
        lowest = min(new, key=self.seen.__getitem__)
        size = len(lowest)
        if size in self.best and self.seen[lowest] >= self.ratio(size) * (1 - 1e-9):
            return False
        self.best[size] = lowest
        return True

    def ratio(self, size: int) -> float:
        """Return the ratio of the best set of a size."""
        return self.seen[self.best[size]]

    def exchange(self, size: int, columns: int) -> None:
        """Exchange single columns of the best set of a size while that betters it."""
        for _ in range(_ROUNDS):
            now = self.best[size]
            if not self.offer([s for out in now for s in _larger(_without(now, out), columns)]):
                return

    def ties(self, size: int) -> list[tuple[Support, float]]:
        """Return the best sets of a size and such smaller or equal ones as come near it."""
        limit = self.ratio(size) * (1 + _TIE)
        near = [(s, r) for s, r in self.seen.items() if len(s) <= size and r <= limit]
        near.sort(key=lambda one: one[1] * (1 + _PER_TERM * len(one[0])))
        return near[:_MOST_TIES]


def best_balances(rows: Balance, *, thorough: bool) -> list[tuple[Support, float]]:
    """Return the smallest sets that no larger one betters and their ratios, the best first.

    Args:
        rows: The moments.
        thorough: Also weigh every set of four; growth and exchange alone can miss one whose parts
            say little.
    """
    columns = len(rows.scale) - 1
    most = min(_MOST_TERMS, columns)
    best = _Best(rows)
    best.offer([()])
    if thorough and columns >= _FOUR:
        best.offer(_quadruples(rows, columns))
    _remove(best, rows, most)
    _grow(best, columns, most)
    whole = rows.ratio(tuple(range(columns)))
    for size in range(most + 1):
        larger = [(other - size, best.ratio(other)) for other in range(size + 1, most + 1)]
        if not any(_betters(rows, best.ratio(size), one, whole) for one in larger):
            return best.ties(size)
    return best.ties(most)


def _remove(best: _Best, rows: Balance, most: int) -> None:
    """Offer what is left of all columns after the least missed are taken out, one by one."""
    support = tuple(range(len(rows.scale) - 1))
    while len(support) > 1:
        smaller = [_without(support, out) for out in support]
        support = smaller[int(np.argmin(rows.ratios(smaller)))]
        if len(support) <= most:
            best.offer(smaller)


def _grow(best: _Best, columns: int, most: int) -> None:
    """Offer larger sets than the best, with exchanges, up to most columns and down again."""
    for size in range(1, most + 1):
        best.offer(_larger(best.best[size - 1], columns))
        best.exchange(size, columns)
    for size in range(most, 1, -1):
        if best.offer([_without(best.best[size], out) for out in best.best[size]]):
            best.exchange(size - 1, columns)


def _quadruples(rows: Balance, columns: int) -> list[Support]:
    """Return the best sets of four."""
    every = np.array(list(combinations(range(columns), _FOUR)), dtype=np.int64)
    order = np.argsort(-rows.largest(every))[:_QUADRUPLES]
    return [tuple(int(term) for term in every[place]) for place in order]


def _betters(rows: Balance, ratio: float, larger: tuple[int, float], whole: float) -> bool:
    extra, better = larger
    gain = (ratio - better) / whole / extra
    return gain > _MATERIAL and gain * rows.count > _SIGNIFICANT


def _larger(support: Support, columns: int) -> list[Support]:
    return [tuple(sorted((*support, new))) for new in range(columns) if new not in support]


def _without(support: Support, out: int) -> Support:
    return tuple(term for term in support if term != out)
