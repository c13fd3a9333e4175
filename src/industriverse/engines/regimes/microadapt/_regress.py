"""Incremental least squares: moments that grow by block, and a penalty chosen on newer blocks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

PENALTIES = (1e-10, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 1.0, 3.0)
_FADE = 0.3
_TINY = 1e-12


@dataclass(slots=True)
class Moments:
    """Sums of products of readings and of what followed, of as many units as there are.

    Attributes:
        square: `(unit, feature, feature)`. All but the newest block.
        cross: `(unit, feature, target)`.
        count: Rows in them, faded.
        new_square, new_cross: Of the newest block.
        new_power: `(unit,)`. Its targets squared and summed.
        new_count: Its rows.
        error: `(unit, penalty)`. Faded error of each penalty on blocks it had not seen, as a
            multiple of the best's.
    """

    square: Float[np.ndarray, "unit feature feature"]
    cross: Float[np.ndarray, "unit feature target"]
    count: float
    new_square: Float[np.ndarray, "unit feature feature"]
    new_cross: Float[np.ndarray, "unit feature target"]
    new_power: Float[np.ndarray, "unit"]
    new_count: float
    error: Float[np.ndarray, "unit penalty"]

    @classmethod
    def of(cls, units: int, features: int, targets: int) -> "Moments":
        """Return empty moments."""
        square, cross = (units, features, features), (units, features, targets)
        return cls(
            np.zeros(square),
            np.zeros(cross),
            0.0,
            np.zeros(square),
            np.zeros(cross),
            np.zeros(units),
            0.0,
            np.zeros((units, len(PENALTIES))),
        )

    def add(
        self, x: Float[np.ndarray, "unit row feature"], y: Float[np.ndarray, "unit row target"]
    ) -> None:
        """Add rows to the newest block."""
        turned = x.swapaxes(1, 2)
        self.new_square += turned @ x
        self.new_cross += turned @ y
        self.new_power += np.einsum("urt,urt->u", y, y)
        self.new_count += x.shape[1]

    def solve(self, keep: float) -> Float[np.ndarray, "unit feature target"]:
        """Close the newest block and return the weights under the best penalty so far.

        Args:
            keep: Share of the older moments that is kept.
        """
        if self.count > 0 and self.new_count > 0:
            self._judge()
        self.square = keep * self.square + self.new_square
        self.cross = keep * self.cross + self.new_cross
        self.count = keep * self.count + self.new_count
        for block in (self.new_square, self.new_cross, self.new_power):
            block[...] = 0.0
        self.new_count = 0.0
        chosen = self.error.argmin(axis=1)
        return np.stack(
            [
                _Ridge(square, self.count).weights(cross, PENALTIES[best])
                for square, cross, best in zip(self.square, self.cross, chosen, strict=True)
            ]
        )

    def _judge(self) -> None:
        """Add each penalty's error on the newest block, which it has not seen, beside the best's.

        Young fits fail by orders of magnitude; cut to twice the best, they are soon forgotten.
        """
        for unit in range(len(self.square)):
            ridge = _Ridge(self.square[unit], self.count)
            seen = self.new_square[unit], self.new_cross[unit], float(self.new_power[unit])
            errors = np.empty(len(PENALTIES))
            for place, penalty in enumerate(PENALTIES):
                w = ridge.weights(self.cross[unit], penalty)
                bend = float(((seen[0] @ w) * w).sum())
                errors[place] = max(bend - 2 * float((seen[1] * w).sum()) + seen[2], 0.0)
            errors += _TINY * seen[2] + 1e-300
            beside = np.minimum(errors / errors.min(), 2.0)
            self.error[unit] += _FADE * (beside - self.error[unit])


class _Ridge:
    """The normal equations of one unit, taken apart once for all penalties."""

    def __init__(self, square: Float[np.ndarray, "feature feature"], rows: float) -> None:
        power = np.diag(square) / rows
        self.scale = 1 / np.sqrt(np.maximum(power, _TINY * max(float(power.max()), 1e-300)))
        even = square * self.scale[:, None] * self.scale / rows
        self.values, self.vectors = np.linalg.eigh(even)
        self.rows = rows

    def weights(
        self, cross: Float[np.ndarray, "feature target"], penalty: float
    ) -> Float[np.ndarray, "feature target"]:
        """Solve with a penalty relative to each feature's own power."""
        turned = self.vectors.T @ (cross * self.scale[:, None] / self.rows)
        turned /= (np.maximum(self.values, 0.0) + penalty)[:, None]
        return (self.vectors @ turned) * self.scale[:, None]
