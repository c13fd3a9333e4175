"""Throughput of following a stream, at several lengths."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from industriverse.engines.regimes.stream import StreamReport

from ._regime_sets import Table

Row = dict[str, float]
_WARM = 1_000


def speeds(
    follow: Callable[[Table], StreamReport], lengths: Sequence[int], channels: int, seed: int
) -> list[Row]:
    """Return points a second and the core time of a point at each length, compiled and warm.

    A point is one sample of one channel's noise, whose mean steps up and down every 5 000 samples.

    Args:
        follow: Follows a stream.
        lengths: In samples.
        channels: Of each sample.
        seed: Of the noise.
    """
    random = np.random.default_rng(seed)
    follow(random.standard_normal((_WARM, channels)))
    rows: list[Row] = []
    for length in lengths:
        steps = np.arange(length) // 5_000 % 2
        values = random.standard_normal((length, channels)) + steps[:, None]
        start = time.process_time()
        follow(values)
        taken = time.process_time() - start
        rows.append(
            {
                "samples": float(length),
                "channels": float(channels),
                "seconds": taken,
                "samples_per_s": length / taken,
                "us_per_sample": 1e6 * taken / length,
            }
        )
    return rows
