"""The naive members: what anyone would forecast without a model."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ._gaps import Bounds, centre, fill_forward
from ._season import Season, cycle, phases

Table = Float[np.ndarray, "time state"]
Origins = Int[np.ndarray, "origin"]
Paths = Float[np.ndarray, "origin lead state"]

_SLOPE_STEPS = 3


@dataclass(frozen=True, slots=True)
class Persistence:
    """Tomorrow is like now."""

    name: str = "persistence"

    def fit(self, history: Table) -> "FittedPersistence":
        """Keep what stands before the first reading."""
        return FittedPersistence(centre(history))


@dataclass(frozen=True, slots=True)
class FittedPersistence:
    """Repeats the last reading."""

    start: Float[np.ndarray, "state"]

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Repeat the last reading at every lead."""
        last = fill_forward(values, self.start)[origins]
        return np.repeat(last[:, None], horizon, axis=1)


@dataclass(frozen=True, slots=True)
class LinearExtrapolation:
    """The slope of the last three steps goes on, inside the bounds."""

    name: str = "linear_extrapolation"

    def fit(self, history: Table) -> "FittedLine":
        """Keep the start and the range."""
        start = centre(history)
        return FittedLine(start, Bounds.of(fill_forward(history, start)))


@dataclass(frozen=True, slots=True)
class FittedLine:
    """Continues a straight line."""

    start: Float[np.ndarray, "state"]
    bounds: Bounds

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Continue the mean slope of the last steps."""
        filled = fill_forward(values, self.start)
        before = np.maximum(origins - _SLOPE_STEPS, 0)
        steps = np.maximum(origins - before, 1)[:, None]
        slope = (filled[origins] - filled[before]) / steps
        leads = np.arange(1.0, horizon + 1)[None, :, None]
        return self.bounds.hold(filled[origins][:, None] + leads * slope[:, None], filled, origins)


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The same phase of the last whole cycle.

    Attributes:
        period: Samples per cycle, at least 2.
    """

    period: int
    name: str = "seasonal_naive"

    def fit(self, history: Table) -> "FittedSeasonalNaive":
        """Keep what stands before the first reading."""
        return FittedSeasonalNaive(self.period, centre(history))


@dataclass(frozen=True, slots=True)
class FittedSeasonalNaive:
    """Repeats the last cycle."""

    period: int
    start: Float[np.ndarray, "state"]

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Repeat the reading whole cycles before each target, the latest that is known."""
        filled = fill_forward(values, self.start)
        ahead = np.arange(1, horizon + 1)
        back = self.period * (-(-ahead // self.period))
        rows = origins[:, None] + ahead - back
        # Before the first whole cycle there is nothing better than the last reading.
        return filled[np.where(rows < 0, origins[:, None], rows)]


@dataclass(frozen=True, slots=True)
class Climatology:
    """The typical cycle, with the last anomaly kept, damped or dropped.

    Attributes:
        season: The cycles; without any the typical value is the mean.
        anomaly: What becomes of the distance to the typical cycle at the origin.
    """

    season: Season
    name: str = "climatology"
    keep: float | None = 0.0
    """Share of the last anomaly that stays: 0, 1, or None to fit it per lead."""

    def fit(self, history: Table) -> "FittedClimatology":
        """Average the cycles and, where asked, regress the anomaly on itself `lead` steps ago."""
        start = centre(history)
        filled = fill_forward(history, start)
        typical = cycle(filled, self.season)
        anomaly = None
        if self.keep is None:
            anomaly = filled - typical[np.arange(len(filled)) % len(typical)]
        return FittedClimatology(typical, start, Bounds.of(filled), self.keep, anomaly)


@dataclass(frozen=True, slots=True)
class FittedClimatology:
    """A typical cycle and what to do with the anomaly."""

    typical: Float[np.ndarray, "phase state"]
    start: Float[np.ndarray, "state"]
    bounds: Bounds
    keep: float | None
    anomaly: Float[np.ndarray, "past state"] | None

    def forecast(self, values: Table, origins: Origins, horizon: int) -> Paths:
        """Return the typical values at the targets plus what is kept of the last anomaly."""
        ahead = self.typical[phases(origins, horizon, len(self.typical))]
        if self.keep == 0.0:
            return ahead
        filled = fill_forward(values, self.start)
        now = filled[origins] - self.typical[origins % len(self.typical)]
        share = self._shares(horizon)
        return self.bounds.hold(ahead + share[None] * now[:, None], filled, origins)

    def _shares(self, horizon: int) -> Float[np.ndarray, "lead #state"]:
        """Return `(lead, state)`: how much of an anomaly survives."""
        if self.anomaly is None:
            return np.full((horizon, 1), self.keep or 0.0)
        return damping(self.anomaly, horizon)


def damping(
    anomaly: Float[np.ndarray, "past state"], horizon: int
) -> Float[np.ndarray, "lead state"]:
    """Return `(lead, state)`: the clipped regression of an anomaly on itself `lead` steps before.

    Shrunk by a tenth of a sample's weight, kept in [0, 1], and not rising with the lead.
    """
    typical_size = np.sqrt(np.mean(anomaly**2, axis=0))
    clipped = np.clip(anomaly, -4 * typical_size, 4 * typical_size)
    shares = np.zeros((horizon, anomaly.shape[1]))
    for lead in range(1, min(horizon, len(clipped) - 2) + 1):
        early, late = clipped[:-lead], clipped[lead:]
        power = np.einsum("ts,ts->s", early, early)
        shares[lead - 1] = np.einsum("ts,ts->s", early, late) / np.maximum(power, 1e-300)
    return np.minimum.accumulate(np.clip(shares, 0.0, 1.0), axis=0)
