r"""Best subsets where every column has noise: total least squares in the noise's own metric.

Let `M = [Θ y]` hold the integrals of terms and the changes, `G = MᵀM` and `C` the expectation of
the same for the noise alone. For a set S of columns and y,

$$\mu_S = \min_x \frac{x^T G x}{x^T C x}$$

is 1 but for chance where S holds the law, since `M x` is then noise, and above 1 where it does
not; `ξ = −x_Θ/x_y`. Ordinary least squares draws the coefficients of a slow pattern to zero.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ._search import Support

Square = Float[np.ndarray, "column column"]
Stack = Float[np.ndarray, "set column column"]
Offer = Callable[[list[Support]], bool]
_MOST_TERMS = 12
_MATERIAL = 0.01
"""Of the whole library's ratio, what each further term must take out."""
_SIGNIFICANT = 20.0
_ROUNDS = 10
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
        moments = rows.T @ rows
        scale = np.sqrt(np.maximum(np.diagonal(moments), 1e-300))
        size = np.outer(scale, scale)
        ridge = _RIDGE * np.eye(len(scale))
        return cls(moments / size + ridge, noise / size + ridge * _RIDGE, scale, len(rows))

    def ratio(self, support: Support) -> float:
        """Return `μ` of a set of terms."""
        return float(1 / self._largest(np.array([support], dtype=np.int64).reshape(1, -1))[0])

    def ratios(self, supports: list[Support]) -> Float[np.ndarray, "set"]:
        """Return `μ` of several sets of one size."""
        return 1 / self._largest(np.array(supports, dtype=np.int64))

    def _largest(self, supports: Int[np.ndarray, "set chosen"]) -> Float[np.ndarray, "set"]:
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


def best_balance(rows: Balance) -> tuple[Support, float]:
    """Return the smallest set that no larger one betters, and its ratio."""
    columns = len(rows.scale) - 1
    best: dict[int, Support] = {0: ()}
    ratio: dict[int, float] = {0: rows.ratio(())}
    whole = rows.ratio(tuple(range(columns)))

    def offer(supports: list[Support]) -> bool:
        if not supports:
            return False
        found = rows.ratios(supports)
        lowest = int(np.argmin(found))
        size = len(supports[0])
        if found[lowest] >= ratio.get(size, np.inf) * (1 - 1e-9):
            return False
        best[size], ratio[size] = supports[lowest], float(found[lowest])
        return True

    support = tuple(range(columns))
    while len(support) > 1:
        smaller = [_without(support, out) for out in support]
        support = smaller[int(np.argmin(rows.ratios(smaller)))]
        if len(support) <= _MOST_TERMS:
            offer([support])
    for size in range(1, min(_MOST_TERMS, columns) + 1):
        offer(_larger(best[size - 1], columns))
        _exchange(best, size, columns, offer)
    for size in range(min(_MOST_TERMS, columns), 1, -1):
        if offer([_without(best[size], out) for out in best[size]]):
            _exchange(best, size - 1, columns, offer)
    for size in sorted(best):
        if not any(_betters(rows, ratio, (size, other), whole) for other in best if other > size):
            return best[size], ratio[size]
    return best[max(best)], ratio[max(best)]


def _exchange(best: dict[int, Support], size: int, columns: int, offer: Offer) -> None:
    for _ in range(_ROUNDS):
        now = best[size]
        if not offer([s for out in now for s in _larger(_without(now, out), columns)]):
            return


def _betters(
    rows: Balance, ratio: dict[int, float], sizes: tuple[int, int], whole: float
) -> bool:
    size, other = sizes
    gain = (ratio[size] - ratio[other]) / whole / (other - size)
    return gain > _MATERIAL and gain * rows.count > _SIGNIFICANT


def _larger(support: Support, columns: int) -> list[Support]:
    return [tuple(sorted((*support, new))) for new in range(columns) if new not in support]


def _without(support: Support, out: int) -> Support:
    return tuple(term for term in support if term != out)
