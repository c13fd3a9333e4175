"""What following a stream found: changes, anomalies, scores, and the segments between changes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.results import RegimeLabel


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The pattern is another one from this sample on.

    Attributes:
        index: First sample of the new pattern; it may lie before the detection.
        detected: Sample at which the change was announced; nothing after it was used.
        score: In (0, 1). One less the chance of so much evidence without a change.
    """

    index: int
    detected: int
    score: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Samples `start` to `end` (exclusive) between two changes, under one regime.

    Attributes:
        label: The most probable regime while it lasted.
        confirmed: Whether it was confirmed.
        probability: Of the label, at the segment's end.
    """

    start: int
    end: int
    label: RegimeLabel
    confirmed: bool
    probability: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Samples `start` to `end` (exclusive) unlike what came before; the score is their highest."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What following a stream found.

    Attributes:
        samples: Number of samples.
        change_points: By index.
        anomalies: By start.
        scores: `(time,)` in [0, 1]. Anomaly score of each sample from what came up to it only.
    """

    samples: int
    change_points: tuple[ChangePoint, ...]
    anomalies: tuple[Anomaly, ...]
    scores: Float[np.ndarray, "time"]
