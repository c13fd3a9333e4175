"""Where frames lie among others: embeddings of what the newest frame is and of what it changed."""

import numpy as np
from jaxtyping import Float

from industriverse.engines.agents import Frames
from industriverse.engines.vectors import embed
from industriverse.kernel.fields import Grid

Levels = Float[np.ndarray, "1 channel 1 1"]


def vector_of(
    context: Frames, grid: Grid, level: Levels, size: Levels
) -> Float[np.ndarray, "1024"]:
    """Return the embeddings of the newest frame and of its newest change, one after the other.

    Both as the sum of the channels' squares, a density above zero: of the anomaly from the domain's
    level, and of the change.

    Args:
        context: `(frame, channel, y, x)`. Two frames or more.
        grid: Where the cells are.
        level: `(1, channel, 1, 1)`. The domain's mean of each channel.
        size: `(1, channel, 1, 1)`. Its deviation.
    """
    anomaly = ((context[-1:] - level) / size)[0]
    change = ((context[-1] - context[-2]) / size)[0]
    parts = [embed((field**2).sum(axis=0), grid) for field in (anomaly, change)]
    return np.concatenate(parts).astype(np.float64)
