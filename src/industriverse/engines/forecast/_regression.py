"""Ridge autoregression: direct, one regression per lead, on moves away from the last reading."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ._gaps import Bounds, centre, fill_forward
from ._ridge import solve_and_apply
from ._season import Season, cycle

Table = Float[np.ndarray, "time state"]
Origins = Int[np.ndarray, "origin"]
Paths = Float[np.ndarray, "origin lead state"]
Features = Float[np.ndarray, "origin state feature"]

_LAGS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48])
_ANCHORS = np.array([1, 2, 3, 5, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256])
_ROWS = 2500
_FEWEST = 5
_CLIP = 20.0


@dataclass(frozen=True, slots=True)
class RidgeAutoregression:
    """Each channel's move over `lead` steps, regressed on its recent past.

    Fits `x(t+h) − x(t)`, less the typical cycle's own move, on the level against that cycle, the
    differences to lagged readings, and the move of the last cycle at this phase; `joint` adds the
    other channels' anomalies and last steps. Shrinkage towards zero is shrinkage towards
    persistence (with the cycle's move).

    Attributes:
        season: The cycles, where there are any.
        joint: Whether every channel sees the others.
    """

    season: Season
    joint: bool = False
    name: str = "ridge_autoregression"

    def fit(self, history: Table) -> "FittedRegression":
        """Keep what the regressions need; they are solved for the leads that are asked."""
        start = centre(history)
        filled = fill_forward(history, start)
        lags = _LAGS[max(1, min(len(filled) // 10, 48)) >= _LAGS]
        typical = cycle(filled, self.season)
        view = _View(self.season, self.joint, typical, _spread(filled), lags)
        return FittedRegression(view, filled, start, Bounds.of(filled))


def _spread(filled: Table) -> Float[np.ndarray, "state"]:
    """Return `(state,)`: standard deviation, 1 for a constant column."""
    spread = filled.std(axis=0)
    return np.where(spread > 1e-12 * (1 + np.abs(filled).max(axis=0)), spread, 1.0)


@dataclass(frozen=True, slots=True)
class _View:
    """How a table looks from an origin: anomalies from the typical cycle, in scales."""

    season: Season
    joint: bool
    typical: Float[np.ndarray, "phase state"]
    scale: Float[np.ndarray, "state"]
    lags: Int[np.ndarray, "lag"]

    def anomalies(self, table: Table, rows: Int[np.ndarray, "..."]) -> np.ndarray:
        """Return `(…, state)`: distance to the typical cycle, in scales."""
        return (table[rows] - self.typical[rows % len(self.typical)]) / self.scale

    def shared(self, table: Table, rows: Origins) -> Features:
        """Return the features that are the same for every lead."""
        level = self.anomalies(table, rows)
        earlier = np.maximum(rows[:, None] - self.lags, 0)
        lagged = self.anomalies(table, earlier) - level[:, None]
        own = np.concatenate([level[:, None], lagged], axis=1).swapaxes(1, 2)
        if not self.joint:
            return np.clip(own, -_CLIP, _CLIP)
        others = np.concatenate([level, lagged[:, 0]], axis=1)
        others = np.repeat(others[:, None], level.shape[1], axis=1)
        return np.clip(np.concatenate([own, others], axis=2), -_CLIP, _CLIP)

    def cycle_moves(self, table: Table, rows: Origins, lead: int, periods: list[int]) -> Features:
        """Return the anomaly one known cycle before the target, less the present one."""
        moves: list[np.ndarray] = []
        for period in periods:
            before = np.maximum(rows + lead - period * (-(-lead // period)), 0)
            moves.append(self.anomalies(table, before) - self.anomalies(table, rows))
        if not moves:
            return np.empty((len(rows), table.shape[1], 0))
        return np.clip(np.stack(moves, axis=-1), -_CLIP, _CLIP)


@dataclass(frozen=True, slots=True)
class FittedRegression:
    """The history and how it is looked at; see `RidgeAutoregression`."""

    view: _View
    history: Table
    start: Float[np.ndarray, "state"]
    bounds: Bounds

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Solve each lead on the history and apply it at the origins.

        Leads between the anchors 1, 2, 3, 5, 8, 12 … are interpolated.
        """
        filled = fill_forward(values, self.start)
        anchors = np.unique(np.append(_ANCHORS[horizon > _ANCHORS], horizon))
        paths = _interpolate(self._moves(filled, origins, anchors), anchors, horizon)
        targets = origins[:, None] + np.arange(1, horizon + 1)
        typical, phases = self.view.typical, len(self.view.typical)
        season = typical[targets % phases] - typical[origins % phases][:, None]
        paths = filled[origins][:, None] + season + paths * self.view.scale
        return self.bounds.hold(paths, filled, origins)

    def _moves(
        self, filled: Table, origins: Origins, anchors: Int[np.ndarray, "anchor"]
    ) -> Float[np.ndarray, "anchor origin state"]:
        """Return the expected moves beyond the cycle's, in scales, for each anchor."""
        rows = self._rows()
        moves = np.zeros((len(anchors), len(origins), filled.shape[1]))
        past_shared = self.view.shared(self.history, rows)
        now_shared = self.view.shared(filled, origins)
        whole = self.view.anomalies(self.history, np.arange(len(self.history)))
        for index, lead in enumerate(anchors.tolist()):
            count = int(np.searchsorted(rows, len(self.history) - lead))
            if count < _FEWEST:
                continue
            used = rows[:count]
            periods = self._periods()
            past_moves = self.view.cycle_moves(self.history, used, lead, periods)
            now_moves = self.view.cycle_moves(filled, origins, lead, periods)
            moves[index] = solve_and_apply(
                np.concatenate([past_shared[:count], past_moves], axis=2),
                whole[used + lead] - whole[used],
                np.concatenate([now_shared, now_moves], axis=2),
            )
        return moves

    def _rows(self) -> Origins:
        """Return the training origins: their features lie inside the history."""
        first, longest = int(self.view.lags[-1]), self.view.season.longest
        if longest and len(self.history) > 2 * longest:
            first = max(first, longest)
        rows = np.arange(min(first, len(self.history) - 1), len(self.history))
        stride = max(1, len(rows) // (2 * _ROWS))
        return rows[::-stride][:_ROWS][::-1]

    def _periods(self) -> list[int]:
        """Return the cycles that fit into the history twice."""
        both = (self.view.season.period, self.view.season.second)
        return [p for p in both if p and len(self.history) > 2 * p]


def _interpolate(
    moves: Float[np.ndarray, "anchor origin state"],
    anchors: Int[np.ndarray, "anchor"],
    horizon: int,
) -> Paths:
    """Fill the leads between the anchors with straight lines."""
    leads = np.arange(1, horizon + 1)
    right = np.searchsorted(anchors, leads)
    left = np.maximum(right - 1, 0)
    gap = np.maximum(anchors[right] - anchors[left], 1)
    share = np.where(right > left, (leads - anchors[left]) / gap, 1.0)[:, None, None]
    return ((1 - share) * moves[left] + share * moves[right]).transpose(1, 0, 2)
