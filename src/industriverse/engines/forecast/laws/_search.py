"""The smallest set of terms that no larger one betters: best subsets on compressed rows."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

Columns = Float[np.ndarray, "row term"]
Target = Float[np.ndarray, "row"]
Support = tuple[int, ...]

MOST_TERMS = 12
_DEPENDENT = 1e-12
"""A column of which less than this share stands off the others' span adds nothing but rounding."""
_NEARLY_DEPENDENT = 1e-9
"""The same where only half the digits are left."""
_EXCHANGES = 20
_QUADRUPLES = 30
_SIGNIFICANT = 20.0
_AS_GOOD = 2.0
"""Times what the law leaves: a set of as many terms that leaves less is as good a law."""
_ROUNDING = 1e-9
_RATIO = 0.9
"""A larger set must leave at most this share of a smaller one's misfit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of a set of terms by least squares.

    Attributes:
        support: The terms' columns, ascending.
        coefficients: Theirs.
        covariance: `(term, term)`. Of the coefficients for rows of unit variance.
        misfit: Root of the residual's square sum over the target's.
        spread: Standard deviation of a row.
    """

    support: Support
    coefficients: Float[np.ndarray, "chosen"]
    covariance: Float[np.ndarray, "chosen chosen"]
    misfit: float
    spread: float


@dataclass(frozen=True, slots=True)
class Rows:
    """A regression compressed by QR to as many rows as columns.

    Attributes:
        columns: Of unit length.
        target: What they are to make.
        scale: `(term)`. Lengths of the columns before.
        count: Rows before compression.
    """

    columns: Columns
    target: Target
    scale: Float[np.ndarray, "term"]
    count: int

    @classmethod
    def of(cls, columns: Columns, target: Target) -> "Rows":
        """Compress rows; what their QR leaves out is no combination of the columns."""
        scale = np.linalg.norm(columns, axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        whole = np.concatenate([columns / scale, target[:, None]], axis=1)
        # The last column keeps its own length: the misfit is relative to it.
        triangle = np.asarray(np.linalg.qr(whole, mode="r"))
        return cls(triangle[:, :-1], triangle[:, -1], scale, len(columns))

    def fit(self, support: Support) -> Fit:
        """Return the least-squares fit of some columns."""
        chosen = self.columns[:, list(support)]
        if not support:
            return Fit((), np.zeros(0), np.zeros((0, 0)), 1.0, self._spread(self.target, 0))
        orthogonal, triangle = np.linalg.qr(chosen)
        found = np.linalg.solve(triangle, orthogonal.T @ self.target)
        inverse = np.linalg.inv(triangle)
        scale = self.scale[list(support)]
        rest = self.target - chosen @ found
        return Fit(
            support,
            found / scale,
            (inverse @ inverse.T) / np.outer(scale, scale),
            float(np.linalg.norm(rest) / max(np.linalg.norm(self.target), 1e-300)),
            self._spread(rest, len(support)),
        )

    def misfit(self, support: Support) -> float:
        """Return the misfit of some columns."""
        rest = self.target
        if support:
            orthogonal, _ = np.linalg.qr(self.columns[:, list(support)])
            rest = rest - orthogonal @ (orthogonal.T @ rest)
        return float(np.linalg.norm(rest) / max(np.linalg.norm(self.target), 1e-300))

    def _spread(self, rest: Target, used: int) -> float:
        return float(np.linalg.norm(rest) / np.sqrt(max(self.count - used, 1)))


def best_subset(rows: Rows, floor: float, forced: Support = ()) -> Fit:
    """Return the fit of the smallest set that no larger one betters significantly and materially.

    Args:
        rows: The regression.
        floor: Misfit, relative to the target, that is accounted for by the rows' own errors.
        forced: Columns of a set to try beside those that the search finds.
    """
    best = _best_of_each_size(rows, forced)
    misfits = {size: rows.misfit(support) for size, support in best.items()}
    for size in sorted(best):
        larger = [other for other in best if other > size]
        if not any(_betters(rows, misfits, size, other, floor) for other in larger):
            return rows.fit(best[size])
    return rows.fit(best[max(best)])


def _betters(rows: Rows, misfits: dict[int, float], size: int, other: int, floor: float) -> bool:
    small, large = misfits[size], misfits[other]
    extra = other - size
    free = max(rows.count - other, 1)
    ratio = (small**2 - large**2) / extra / max(large**2 / free, 1e-300)
    # Each further term has to take out its share of what is left, not all of them together.
    return ratio > _SIGNIFICANT and large < small * _RATIO**extra and small - large > floor


def _best_of_each_size(rows: Rows, forced: Support) -> dict[int, Support]:
    """Return the best sets of 0 … 12 columns found by quadruples, growth, removal and exchange."""
    most = min(MOST_TERMS, rows.columns.shape[1])
    best: dict[int, Support] = {}
    error: dict[int, float] = {}

    def offer(support: Support) -> None:
        size, misfit = len(support), rows.misfit(support)
        if misfit < error.get(size, np.inf) * (1 - 1e-12):
            best[size], error[size] = support, misfit

    for support in ((), tuple(sorted(forced)), *_quadruples(rows), *_removals(rows, most)):
        offer(support)
    for size in range(1, most + 1):
        offer(_grown(rows, best[size - 1]))
        offer(_exchanged(rows, best[size]))
    for size in range(most, 1, -1):
        offer(_reduced(rows, best[size]))
        offer(_exchanged(rows, best[size - 1]))
    return best


def _quadruples(rows: Rows) -> list[Support]:
    """Return the sets of four that leave least, of every set of three with its best fourth.

    By normal equations, which keep half the digits: enough to say which sets are worth a look.
    """
    count = rows.columns.shape[1]
    triples = np.array(list(combinations(range(count), 3)), dtype=np.int64).reshape(-1, 3)
    gram, towards = rows.columns.T @ rows.columns, rows.columns.T @ rows.target
    inner = gram[triples[:, :, None], triples[:, None, :]] + 1e-13 * np.eye(3)
    across = gram[triples]
    solved = np.linalg.solve(inner, across)
    square = 1 - (across * solved).sum(axis=1)
    seen = (towards[triples][:, :, None] * solved).sum(axis=1)
    taken = (towards[triples] * np.linalg.solve(inner, towards[triples][:, :, None])[:, :, 0]).sum(
        1
    )
    gains = taken[:, None] + np.where(
        square > _NEARLY_DEPENDENT, (towards - seen) ** 2 / np.maximum(square, _NEARLY_DEPENDENT), 0
    )
    gains[np.arange(len(triples))[:, None], triples] = -1.0
    order = np.argsort(-gains.max(axis=1, initial=-1.0))[:_QUADRUPLES]
    return [tuple(sorted((*map(int, triples[i]), int(np.argmax(gains[i]))))) for i in order]


def _removals(rows: Rows, most: int) -> list[Support]:
    """Return what is left of all columns after the least missed are taken out, one by one."""
    support = tuple(range(rows.columns.shape[1]))
    left: list[Support] = []
    while support:
        if len(support) <= most:
            left.append(support)
        support = _reduced(rows, support)
    return left


def rivals(rows: Rows, support: Support) -> list[Support]:
    """Return the sets with one column exchanged for another that leave about as little."""
    limit = _AS_GOOD * rows.misfit(support) + _ROUNDING
    tried: list[Support] = []
    for out in support:
        gains = _gains(rows, _without(support, out))
        # Where the law has every column that gains anything, none is left to put in its place.
        gains[list(support)] = 0.0
        if gains.max() > 0:
            tried.append(tuple(sorted((*_without(support, out), int(np.argmax(gains))))))
    return [one for one in tried if rows.misfit(one) < limit]


def _gains(rows: Rows, support: Support) -> Float[np.ndarray, "term"]:
    """Return by how much each further column would lower the square sum."""
    columns, rest = rows.columns, rows.target
    if support:
        orthogonal, _ = np.linalg.qr(columns[:, list(support)])
        rest = rest - orthogonal @ (orthogonal.T @ rest)
        columns = columns - orthogonal @ (orthogonal.T @ columns)
    square = (columns**2).sum(axis=0)
    gains = (columns.T @ rest) ** 2 / np.maximum(square, _DEPENDENT)
    gains = np.where(square > _DEPENDENT, gains, 0.0)
    gains[list(support)] = -1.0
    return gains


def _grown(rows: Rows, support: Support) -> Support:
    return tuple(sorted((*support, int(np.argmax(_gains(rows, support))))))


def _exchanged(rows: Rows, support: Support) -> Support:
    """Return the set after the best exchanges of one column for another."""
    misfit = rows.misfit(support)
    for _ in range(_EXCHANGES):
        tried = [_grown(rows, _without(support, out)) for out in support]
        misfits = [rows.misfit(one) for one in tried]
        if not tried or min(misfits) >= misfit * (1 - 1e-9):
            return support
        misfit = min(misfits)
        support = tried[int(np.argmin(misfits))]
    return support


def _reduced(rows: Rows, support: Support) -> Support:
    """Return the set without the column that is missed least: that of the smallest `c²/(A⁺A⁺ᵀ)`."""
    orthogonal, triangle = np.linalg.qr(rows.columns[:, list(support)])
    weak = np.abs(np.diagonal(triangle)) < _DEPENDENT
    if np.any(weak):
        return _without(support, support[int(np.argmax(weak))])
    inverse = np.linalg.inv(triangle)
    found = inverse @ (orthogonal.T @ rows.target)
    missed = found**2 / (inverse**2).sum(axis=1)
    return _without(support, support[int(np.argmin(missed))])


def _without(support: Support, out: int) -> Support:
    return tuple(term for term in support if term != out)
