"""Scores of forecasts on held-out trajectories, by window of leads."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.engines.forecast.network import Plan, vrmse

LEADS = 30
WINDOWS: Mapping[str, slice] = {"1": slice(0, 1), "6-12": slice(5, 12), "13-30": slice(12, 30)}
"""Leads of each window, as indices from 0."""

Runs = Float[np.ndarray, "window lead channel y x"]
Seen = Float[np.ndarray, "window frame field y x"]


@dataclass(frozen=True, slots=True)
class Question:
    """What every forecaster is asked on one domain.

    Attributes:
        history: `(window, frame, field, y, x)`. What is seen, known fields too.
        truth: `(window, lead, channel, y, x)`. What came, of the channels that are forecast.
        told: Indices of those channels among all.
    """

    history: Seen
    truth: Runs
    told: np.ndarray

    @property
    def leads(self) -> int:
        """Number of leads asked for."""
        return self.truth.shape[1]


def question(
    values: Float[np.ndarray, "trajectory time channel y x"],
    frames: int,
    told: tuple[int, ...],
    leads: int = LEADS,
) -> Question:
    """Return one window of each trajectory: its first frames, and the leads after them."""
    chosen = np.array(told)
    return Question(values[:, :frames], values[:, frames : frames + leads][:, :, chosen], chosen)


def of_plan(
    values: Float[np.ndarray, "trajectory time channel y x"], plan: Plan, leads: int = LEADS
) -> Question:
    """Return the question for a network's plan."""
    return question(values, plan.frames, plan.forecast_channels, leads)


def persistence(asked: Question) -> Runs:
    """Return the last frame, again and again."""
    last = asked.history[:, -1:, asked.told]
    return np.broadcast_to(last, asked.truth.shape)


def errors(forecast: Runs, truth: Runs) -> Float[np.ndarray, "lead channel"]:
    """Return the mean VRMSE over windows; infinite where a forecast is no number any more."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = vrmse(forecast.astype(np.float64), truth)
    return np.where(np.isfinite(found), found, np.inf).mean(axis=0)


def by_window(
    values: Float[np.ndarray, "lead channel"], *, windows: Mapping[str, slice] = WINDOWS
) -> dict[str, float | None]:
    """Return the mean over channels, then over the leads of each window; None where not finite."""
    means = values.mean(axis=1)
    found = {
        name: float(means[leads].mean()) for name, leads in windows.items() if len(means[leads])
    }
    return {name: value if np.isfinite(value) else None for name, value in found.items()}
