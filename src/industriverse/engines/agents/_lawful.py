"""Questions about what a law keeps: finite values, sums, signs, entropy."""

import numpy as np
from jaxtyping import Float

from ._measure import Measure
from ._scene import Frames, Hypothesis


def finite(asked: Hypothesis) -> Measure | None:
    """Ask which share of the forecast's values is no number."""
    share = float((~np.isfinite(asked.mean)).mean())
    return Measure(share, f"{share:.3g} of its values are not finite.")


def conservation(asked: Hypothesis) -> Measure | None:
    """Ask how far the sum of a conserved channel drifts, as a share of the channel's anomaly."""
    kept = [place for place, channel in enumerate(asked.scene.channels) if channel.conserved]
    if not kept:
        return None
    start = asked.newest.mean(axis=(1, 2))
    drift = np.abs(asked.mean.mean(axis=(2, 3)) - start).max(axis=0) / sizes(asked.context)
    worst = max(kept, key=lambda place: float(drift[place]))
    return Measure(
        float(drift[worst]),
        f"The mean of {asked.scene.channels[worst].name} drifts by {drift[worst]:.3g} of its "
        "deviation.",
    )


def positivity(asked: Hypothesis) -> Measure | None:
    """Ask how far below zero, and below the known frames, a positive channel falls."""
    positive = [place for place, channel in enumerate(asked.scene.channels) if channel.positive]
    if not positive:
        return None
    floor = np.minimum(asked.context.min(axis=(0, 2, 3)), 0.0)
    below = np.maximum(floor - asked.mean.min(axis=(0, 2, 3)), 0.0) / sizes(asked.context)
    worst = max(positive, key=lambda place: float(below[place]))
    return Measure(
        float(below[worst]),
        f"{asked.scene.channels[worst].name} falls {below[worst]:.3g} deviations below zero.",
    )


def entropy(asked: Hypothesis) -> Measure | None:
    """Ask for the largest step against the entropy law, in the known frames' mean step."""
    law, of = asked.scene.entropy, asked.scene.entropy_of
    if law == "none" or of is None:
        return None
    # The step between them belongs to neither: an error of the start is no breach of the law.
    known, ahead = np.diff(of(asked.context)), np.diff(of(asked.mean))
    against = {"free_energy": ahead, "casimir": np.abs(ahead)}.get(law, -ahead)
    usual = max(float(np.abs(known).mean()), np.finfo(np.float64).tiny)
    worst = max(float(against.max()), 0.0) / usual
    return Measure(worst, f"One step goes against its entropy law by {worst:.3g} usual steps.")


def sizes(frames: Frames) -> Float[np.ndarray, "channel"]:
    """Return each channel's deviation, or its magnitude where it is uniform, above zero."""
    deviation = frames.std(axis=(0, 2, 3))
    magnitude = np.abs(frames).max(axis=(0, 2, 3))
    return np.maximum(np.where(deviation > 0, deviation, magnitude), np.finfo(np.float64).tiny)
