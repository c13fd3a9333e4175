"""A goal, whether it can be reached, with which forecasters, and whether it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._scene import Frames


@dataclass(frozen=True, slots=True)
class Goal:
    """What a forecast is to achieve.

    Attributes:
        coverage: Share of the truth that lies inside the intervals, in (0, 1).
        largest_error: Root mean square error of the worst lead, in deviations of the known
            frames; met with probability `coverage`.
        latency_s: [s]. To make the forecast.
        joules: [J]. Likewise; None for no bound.
    """

    coverage: float
    largest_error: float
    latency_s: float
    joules: float | None = None

    def __post_init__(self) -> None:
        """Refuse goals that mean nothing."""
        if not 0 < self.coverage < 1:
            raise ContractError(f"A coverage of {self.coverage:g} is not between 0 and 1.")
        if not (self.largest_error > 0 and self.latency_s > 0 and (self.joules or 1.0) > 0):
            raise ContractError("Error, latency and joules of a goal must be above zero.")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a forecaster has done on calibration trajectories.

    Attributes:
        name: Of the forecaster.
        errors: `(case, lead)` Root mean square error in deviations of the known frames.
        latency_s: [s]. Median time of a forecast.
        joules: [J]. Median energy of a forecast.
    """

    name: str
    errors: Float[np.ndarray, "case lead"]
    latency_s: float
    joules: float

    def reach(self, leads: int, coverage: float) -> float:
        """Return the error that the next forecast keeps to with this probability.

        The conformal quantile of each case's worst lead; infinite where the cases are too few.
        """
        worst = np.sort(self.errors[:, :leads].max(axis=1))
        rank = int(np.ceil((len(worst) + 1) * coverage - 1e-9))
        return float(worst[rank - 1]) if rank <= len(worst) else np.inf


@dataclass(frozen=True, slots=True)
class Aspiration:
    """Whether a goal can be reached.

    Attributes:
        chosen: Forecasters that reach it, the most exact first, which together keep to its time
            and energy; none where it cannot be reached.
        reasons: A sentence for each offer, with its numbers.
    """

    chosen: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def reachable(self) -> bool:
        """Whether some forecaster reaches it."""
        return bool(self.chosen)


def aspire(goal: Goal, offers: Sequence[Offer], leads: int) -> Aspiration:
    """Return which forecasters reach a goal, or why none does.

    Args:
        goal: What is wanted.
        offers: What forecasters have shown.
        leads: Of the forecast; no more than the offers were measured at.

    Raises:
        ContractError: More leads than were measured.
    """
    if offers and leads > (most := min(offer.errors.shape[1] for offer in offers)):
        raise ContractError(f"{leads} leads are wanted; forecasters were measured to {most}.")
    ranked = sorted(offers, key=lambda offer: offer.reach(leads, goal.coverage))
    chosen: list[str] = []
    reasons: list[str] = []
    seconds = joules = 0.0
    for offer in ranked:
        short = _short(goal, offer, leads, (seconds, joules))
        reasons.append(f"{offer.name}: {short or _reached(goal, offer, leads)}")
        if not short:
            chosen.append(offer.name)
            seconds, joules = seconds + offer.latency_s, joules + offer.joules
    return Aspiration(tuple(chosen), tuple(reasons) or ("There is no forecaster.",))


def _short(goal: Goal, offer: Offer, leads: int, spent: tuple[float, float]) -> str:
    """Return what an offer lacks, or nothing."""
    error = offer.reach(leads, goal.coverage)
    if error > goal.largest_error:
        return (
            f"its error stays below {error:.3g} with probability {goal.coverage:g}, by "
            f"{len(offer.errors)} cases; {goal.largest_error:.3g} is wanted."
        )
    if spent[0] + offer.latency_s > goal.latency_s:
        return f"it takes {offer.latency_s:.3g} s of {goal.latency_s - spent[0]:.3g} s left."
    if goal.joules is not None and spent[1] + offer.joules > goal.joules:
        return f"it takes {offer.joules:.3g} J of {goal.joules - spent[1]:.3g} J left."
    return ""


def _reached(goal: Goal, offer: Offer, leads: int) -> str:
    error = offer.reach(leads, goal.coverage)
    return f"it reaches {error:.3g} in {offer.latency_s:.3g} s and {offer.joules:.3g} J."


@dataclass(frozen=True, slots=True)
class Score:
    """How a forecast came out, once the truth is known.

    Attributes:
        coverage: Share of the truth inside the intervals.
        error: Root mean square error of the worst lead, in deviations of the known frames.
        width: Mean width of the intervals, in the same.
        latency_s, joules: What it took.
        misses: A sentence for each part of the goal that was missed.
    """

    coverage: float
    error: float
    width: float
    latency_s: float
    joules: float
    misses: tuple[str, ...]


def evaluate(
    goal: Goal,
    context: Frames,
    intervals: tuple[Frames, Frames, Frames],
    truth: Frames,
    spent: tuple[float, float],
) -> Score:
    """Score a forecast against what came.

    Coverage is promised over many forecasts; of a single one it is stated, not held against it.

    Args:
        goal: What was wanted.
        context: The known frames.
        intervals: Lower ends, mean, upper ends.
        truth: What came.
        spent: Seconds and joules.
    """
    lower, mean, upper = intervals
    error = float(relative_errors(context, mean, truth).max())
    size = np.maximum(context.std(axis=(0, 2, 3)), np.finfo(np.float64).tiny)[:, None, None]
    misses: list[str] = []
    for what, found, wanted in (
        ("error", error, goal.largest_error),
        ("latency", spent[0], goal.latency_s),
        ("energy", spent[1], np.inf if goal.joules is None else goal.joules),
    ):
        if found > wanted:
            misses.append(f"The {what} was {found:.3g}; at most {wanted:.3g} was wanted.")
    return Score(
        float(((truth >= lower) & (truth <= upper)).mean()),
        error,
        float(((upper - lower) / size).mean()),
        *spent,
        tuple(misses),
    )


def relative_errors(context: Frames, mean: Frames, truth: Frames) -> Float[np.ndarray, "lead"]:
    """Return the root mean square error of each lead, in deviations of the known frames."""
    size = np.maximum(context.std(axis=(0, 2, 3)), np.finfo(np.float64).tiny)[:, None, None]
    return np.sqrt((((mean - truth) / size) ** 2).mean(axis=(1, 2, 3)))
