"""What forecasting a panel returns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.results import LawFinding

Paths = Float[np.ndarray, "lead state"]


@dataclass(frozen=True, slots=True)
class PanelReplay:
    """A forecast of the newest rows that a panel holds, made without seeing them.

    Attributes:
        row: The last row that it saw, counted from the end of the panel; below zero.
        mean: `(lead, state)`. The blend, with the weights of that time.
        truth: `(lead, state)`. What came; NaN where missing.
        lower, upper: `(lead, state)`. The outer interval as known at that time; NaN before
            enough outcomes were known.
    """

    row: int
    mean: Paths
    truth: Paths
    lower: Paths
    upper: Paths


@dataclass(frozen=True, slots=True)
class PanelForecast:
    """The future of a panel, how it came about, and how such forecasts fared on its own past.

    Attributes:
        mean: `(lead, state)`. The blend.
        variance: `(lead, state)`. Of the predictive distribution, at least zero.
        lower, upper: `(lead, state)`. Ends of the interval at `coverage_target`.
        inner_lower, inner_upper: `(lead, state)`. The same at 50 %.
        baselines: Name to `(lead, state)`: persistence always, seasonal naïve where there is a
            season, climatology.
        weights: Member to weight, averaged over leads and variables; they sum to one.
        coverage_target: Wanted coverage of `lower`–`upper`.
        scores: Past forecasts that calibrated each lead.
        coverage: Share of past truths inside their interval, by lead; NaN where none was issued.
        inner_coverage: The same for the 50 % interval.
        skill: `1 − CRPS/CRPS_baseline` on the panel's own past, by baseline; empty where the past
            is too short to score.
        period: Samples per cycle, 0 where no cycle is significant.
        method: How the intervals were made, in plain words.
        reliable: Whether the past supports the forecast.
        reason: Why not, or what was checked.
        notes: What a reader should know: rows used, small samples, gaps.
        laws: Governing equations that were sought.
        replay: The newest past forecast whose outcome is known whole; None where there is none.
    """

    mean: Paths
    variance: Paths
    lower: Paths
    upper: Paths
    inner_lower: Paths
    inner_upper: Paths
    baselines: Mapping[str, Paths]
    weights: Mapping[str, float]
    coverage_target: float
    scores: tuple[int, ...]
    coverage: tuple[float, ...]
    inner_coverage: tuple[float, ...]
    skill: Mapping[str, float]
    period: int
    method: str
    reliable: bool
    reason: str
    notes: tuple[str, ...]
    laws: tuple[LawFinding, ...] = ()
    replay: PanelReplay | None = None
