"""What is really so, beside what the instruments read. Never an input of any detector."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

TRUE_LABELS = ("stable", "transitional", "chaotic")

SETTLING_S = 40.0
"""Five time constants of the exchanger: until then demand counts as relaxing."""

INSTABILITY_GAIN = 1.68
"""Controller gain from which the flow no longer settles (`tests`: below it a push dies out)."""
CHAOS_GAIN = 2.2
"""Controller gain from which neighbouring runs part exponentially (`tests`)."""
NEAR = 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """Truth of each sample.

    Attributes:
        label: Regime of the instant: `stable`, `transitional`, `chaotic`, or "" where the rules
            name none: a slow drift far from every threshold, such as growing scale.
        crossing: Whether a threshold was crossed in this sample.
        episode: Name of the planned episode.
        balance_w: Heat of the metered streams that does not add up, free of noise: hot side
            given, less cold side taken at the metered flow, less loss, less storage [W].
        leak_kg_s: Cold water lost between meter and exchanger.
        suction_margin: Available over required suction head, less 1.
        gain_ratio: Controller gain over the gain at which the flow stops settling.
        fouling: Scale resistance over the clean exchanger's.
    """

    label: tuple[str, ...]
    crossing: Bool[np.ndarray, "time"]
    episode: tuple[str, ...]
    balance_w: Float[np.ndarray, "time"]
    leak_kg_s: Float[np.ndarray, "time"]
    suction_margin: Float[np.ndarray, "time"]
    gain_ratio: Float[np.ndarray, "time"]
    fouling: Float[np.ndarray, "time"]


def phase_of(gain: float, margin: float, before: str) -> str:
    """Return which side of its thresholds the plant is on.

    The suction margin is noisy, so leaving cavitation takes a margin of 3 %.
    """
    was_boiling = before.endswith("cavitating")
    boiling = margin < (0.03 if was_boiling else 0.0)
    loop = "settling" if gain < INSTABILITY_GAIN else "cycling"
    loop = "chaotic" if gain >= CHAOS_GAIN else loop
    return f"{loop}, cavitating" if boiling else loop


def label_of(gain: float, margin: float, *, relaxing: bool, drifting: bool) -> str:
    """Return the regime of an instant by the rules of physics.md §5."""
    near_loop = any(abs(gain / edge - 1) < NEAR for edge in (INSTABILITY_GAIN, CHAOS_GAIN))
    if near_loop or abs(margin) < NEAR or relaxing:
        return "transitional"
    if gain >= CHAOS_GAIN:
        return "chaotic"
    return "" if drifting else "stable"


def window_label(truth: Truth, start: int, stop: int) -> str | None:
    """Return the regime of a window of samples, or None where it is ambiguous."""
    if truth.crossing[start:stop].any():
        return "phase_change"
    labels = set(truth.label[start:stop])
    return labels.pop() or None if len(labels) == 1 else None
