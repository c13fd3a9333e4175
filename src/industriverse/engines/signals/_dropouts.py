"""Zeros that are no readings.

A zero may stand for "nothing arrived". Where zeros are at most a tenth of a channel's readings,
they are taken for drop-outs in two cases: the channel lies on one side of zero, and the stretch
begins and ends with a jump that the surroundings do not explain; or it lies on both sides, and
there are four or more in a row, which is longer than chance explains. A floor at zero that the
channel comes down to (no rain, no sun spots) is neither.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from ._runs import Runs, too_long
from ._spikes import Judged

_MOST_ZEROS = 0.1
_OTHER_SIDE = 0.05
_SHORTEST_AMONG_OTHERS = 4


def doubted_zeros(
    values: Float[np.ndarray, "channel time"], missing: Bool[np.ndarray, "channel time"]
) -> Bool[np.ndarray, "channel time"]:
    """Return zeros that are few, in channels that lie on one side of zero."""
    zero = values == 0
    if not zero.any():
        return zero
    known = np.maximum(np.count_nonzero(~missing, axis=1), 1)
    zeros = np.count_nonzero(zero, axis=1)
    above = np.count_nonzero((values > 0) & ~missing, axis=1)
    below = known - zeros - above
    one_sided = np.minimum(above, below) <= _OTHER_SIDE * (above + below)
    return zero & (one_sided & (zeros <= _MOST_ZEROS * known))[:, None]


def fallen_out(
    runs: Runs, judged: Judged, doubted: Bool[np.ndarray, "channel time"]
) -> Int[np.ndarray, "found"]:
    """Return the runs of zeros that are drop-outs.

    Args:
        runs: All runs of all channels; missing samples belong to none.
        judged: The channels held against their surroundings.
        doubted: `(channel, time)`. As `doubted_zeros` returns them.
    """
    zero = runs.value == 0
    if not zero.any():
        return np.flatnonzero(zero)
    last = runs.start + runs.length - 1
    jumps = judged.jumps_in[runs.channel, runs.start] & judged.jumps_out[runs.channel, last]
    far = zero & doubted[runs.channel, runs.start] & jumps
    samples = np.bincount(runs.channel, weights=runs.length)
    zeros = np.bincount(runs.channel, weights=runs.length * zero, minlength=len(samples))
    few = (zeros <= _MOST_ZEROS * samples)[runs.channel]
    among = zero & few & ~doubted[runs.channel, runs.start]
    near = too_long(runs, _SHORTEST_AMONG_OTHERS, among)
    return np.union1d(np.flatnonzero(far), near)
