"""Modes: a wide table in a few coordinates, and dynamic mode decomposition in them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from ._gaps import Bounds, centre, fill_forward
from ._members import Fitted, Forecaster

Table = Float[np.ndarray, "time state"]
Origins = Int[np.ndarray, "origin"]
Paths = Float[np.ndarray, "origin lead state"]

_ROWS = 3000
_RANK = 20
_FRAMES = 120
_ENERGY = 0.999


@dataclass(frozen=True, slots=True)
class Modes:
    """The leading orthogonal patterns of a table (proper orthogonal decomposition).

    Attributes:
        mean: `(state,)`. What is subtracted first.
        patterns: `(mode, state)`. Orthonormal, most energetic first.
    """

    mean: Float[np.ndarray, "state"]
    patterns: Float[np.ndarray, "mode state"]

    @classmethod
    def of(cls, filled: Table, rank: int = _RANK) -> "Modes":
        """Find the patterns that hold 99.9 % of the variance, `rank` at most.

        Notes:
            By the eigenvectors of the `(time, time)` products of at most 120 frames, evenly spread.
        """
        frames = np.unique(np.linspace(0, len(filled) - 1, _FRAMES).astype(int))
        some = filled if len(filled) <= _FRAMES else filled[frames]
        mean = some.mean(axis=0)
        apart = some - mean
        power, vectors = np.linalg.eigh(apart @ apart.T)
        power, vectors = power[::-1], vectors[:, ::-1]
        total = max(float(power.clip(0).sum()), 1e-300)
        kept = int(np.searchsorted(np.cumsum(power.clip(0)) / total, _ENERGY)) + 1
        kept = max(1, min(kept, rank, int((power > 1e-12 * total).sum()), len(some) // 2))
        sizes = np.sqrt(np.maximum(power[:kept], 1e-300))
        return cls(mean, (vectors[:, :kept] / sizes).T @ apart)

    def project(self, filled: Table) -> Float[np.ndarray, "time mode"]:
        """Return the coordinates of each row."""
        return (filled - self.mean) @ self.patterns.T


@dataclass(frozen=True, slots=True)
class InModes:
    """Any member, worked in the leading modes of a wide table.

    What the modes leave out is kept as it was at the origin, times the share of its variance that
    one step carries over.

    Attributes:
        inner: The member for the coordinates.
    """

    inner: Forecaster

    @property
    def name(self) -> str:
        """The inner member's name: same method, other coordinates."""
        return self.inner.name

    def fit(self, history: Table) -> "FittedInModes":
        """Find the modes and fit the inner member to their coordinates."""
        start = centre(history)
        filled = fill_forward(history, start)
        modes = Modes.of(filled[-_ROWS:])
        coordinates = modes.project(filled)
        kept = _carried_over(filled[-200:], modes)
        return FittedInModes(modes, self.inner.fit(coordinates), start, Bounds.of(filled), kept)


def _carried_over(filled: Table, modes: Modes) -> float:
    """Return the lag-one correlation of what the modes leave out, in [0, 1]."""
    rest = filled - modes.mean - modes.project(filled) @ modes.patterns
    power = float(np.vdot(rest[:-1], rest[:-1]))
    if power <= 1e-20 * float(np.vdot(filled, filled)):
        return 0.0
    return float(np.clip(np.vdot(rest[:-1], rest[1:]) / power, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class FittedInModes:
    """A fitted member and the modes it lives in."""

    modes: Modes
    inner: Fitted
    start: Float[np.ndarray, "state"]
    bounds: Bounds
    kept: float

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Forecast the coordinates, and return to the states."""
        filled = fill_forward(values, self.start)
        coordinates = self.modes.project(filled)
        ahead = self.inner.forecast(coordinates, origins, horizon)
        rest = filled[origins] - self.modes.mean - coordinates[origins] @ self.modes.patterns
        paths = ahead @ self.modes.patterns + self.modes.mean
        if self.kept > 0:
            shares = self.kept ** np.arange(1.0, horizon + 1)
            paths += shares[None, :, None] * rest[:, None]
        return self.bounds.hold(paths, filled, origins)


@dataclass(frozen=True, slots=True)
class DynamicModes:
    """Dynamic mode decomposition of a few delayed copies of a narrow table.

    The one-step map of the delayed table is fitted in its leading singular vectors; eigenvalues
    outside the unit circle are pulled onto it, so that no mode can grow.

    References:
        Tu et al. (2014), On dynamic mode decomposition; Arbabi and Mezić (2017), Hankel-DMD.
    """

    name: str = "dynamic_modes"
    rank: int = _RANK

    def fit(self, history: Table) -> "FittedDynamicModes":
        """Fit the map on the last 3000 rows."""
        start = centre(history)
        filled = fill_forward(history, start)
        recent = filled[-_ROWS:]
        scale = recent.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        mean = recent.mean(axis=0)
        delays = _delays(*recent.shape)
        table = _delayed((recent - mean) / scale, delays)
        readout, values, analysis = _decompose(table, recent.shape[1], self.rank)
        return FittedDynamicModes(
            start, mean, scale, delays, readout, values, analysis, Bounds.of(filled)
        )


def _delays(rows: int, states: int) -> int:
    """Return how many delayed copies: enough for cycles, few enough to be fitted."""
    return max(1, min(rows // 4, 48, max(2, 160 // states)))


def _delayed(table: Table, delays: int) -> Float[np.ndarray, "row copy"]:
    """Return `(row, delays·state)`: each row with those before it, the newest first."""
    rows = len(table) - delays + 1
    newest_first = [table[delays - 1 - k : delays - 1 - k + rows] for k in range(delays)]
    return np.concatenate(newest_first, axis=1)


def _decompose(
    table: Float[np.ndarray, "row copy"], states: int, rank: int
) -> tuple[
    Complex[np.ndarray, "state mode"],
    Complex[np.ndarray, "mode"],
    Complex[np.ndarray, "mode copy"],
]:
    """Return modes at the newest copy, stable eigenvalues, and how copies become amplitudes."""
    early, late = table[:-1], table[1:]
    power, vectors = np.linalg.eigh(early.T @ early)
    power, vectors = power[::-1].clip(0), vectors[:, ::-1]
    total = max(float(power.sum()), 1e-300)
    kept = int(np.searchsorted(np.cumsum(power) / total, 1 - 1e-10)) + 1
    kept = max(1, min(kept, rank, int((power > 1e-12 * total).sum()), len(early) // 2))
    basis = vectors[:, :kept]
    reduced = (late @ basis).T @ (early @ basis) / np.maximum(power[:kept], 1e-300)
    values, inner = np.linalg.eig(reduced.astype(np.complex128))
    values = values / np.maximum(np.abs(values), 1.0)
    analysis = np.linalg.pinv(inner) @ basis.T
    return (basis @ inner)[:states], values, analysis


@dataclass(frozen=True, slots=True)
class FittedDynamicModes:
    """Modes, eigenvalues and amplitudes; see `DynamicModes`."""

    start: Float[np.ndarray, "state"]
    mean: Float[np.ndarray, "state"]
    scale: Float[np.ndarray, "state"]
    delays: int
    readout: Complex[np.ndarray, "state mode"]
    values: Complex[np.ndarray, "mode"]
    analysis: Complex[np.ndarray, "mode copy"]
    bounds: Bounds

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Advance the amplitudes by powers of the eigenvalues."""
        filled = fill_forward(values, self.start)
        rows = np.maximum(origins[:, None] - np.arange(self.delays), 0)
        window = ((filled[rows] - self.mean) / self.scale).reshape(len(origins), -1)
        amplitudes = window @ self.analysis.T
        powers = self.values ** np.arange(1, horizon + 1)[:, None]
        ahead = np.einsum("om,lm,sm->ols", amplitudes, powers, self.readout, optimize=True).real
        return self.bounds.hold(ahead * self.scale + self.mean, filled, origins)
