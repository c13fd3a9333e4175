r"""Stretches in which a channel does not change, and whether chance explains them.

Under the law of the channel's own runs a sample repeats the one before with probability p, so a
run of L samples has the probability $p^{L-1}$. p is counted without the run in question, and again
over the other runs at its value alone (a machine at rest, a night at zero), and the larger counts.
A run is too long where a window of R runs holds one such by chance less than once in five thousand:

$$R\, p^{L-1} \le 2 \cdot 10^{-4}$$

As p is only estimated, that comes to at most one in a thousand windows of coins, counts and the
like.

Repeats of slow channels come in clusters, which this law does not know; so a run must also be three
times as long as all but two of the others, and there must be twenty to know the law from.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

_RATE = 2e-4
"""Chance runs flagged, a channel and window, where repeats follow the law."""
_FEWEST, _LIKE_IT, _TIMES_AS_LONG = 20, 2, 3


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of equal samples, channel by channel.

    Attributes:
        channel: `(run,)`.
        start: `(run,)`. First row.
        length: `(run,)`. At least 1.
        value: `(run,)`.
    """

    channel: Int[np.ndarray, "run"]
    start: Int[np.ndarray, "run"]
    length: Int[np.ndarray, "run"]
    value: Float[np.ndarray, "run"]


def runs_of(
    values: Float[np.ndarray, "channel time"], left_out: Bool[np.ndarray, "channel time"]
) -> Runs:
    """Return the runs of every channel; samples left out break a run and belong to none."""
    new = np.ones(values.shape, np.bool_)
    new[:, 1:] = (values[:, 1:] != values[:, :-1]) | left_out[:, 1:] | left_out[:, :-1]
    first = np.flatnonzero(new)
    length = np.diff(first, append=values.size)
    channel, start = np.divmod(first, values.shape[1])
    kept = ~left_out[channel, start]
    channel, start, length = channel[kept], start[kept], length[kept]
    return Runs(channel, start, length, values[channel, start])


def too_long(
    runs: Runs, shortest: int, candidates: Bool[np.ndarray, "run"]
) -> Int[np.ndarray, "found"]:
    """Return which of the candidates are longer than their channel's own runs explain.

    Args:
        runs: All runs of all channels.
        shortest: Samples below which none is.
        candidates: `(run,)`. Which ones are asked about.
    """
    asked = np.flatnonzero(candidates & (runs.length >= shortest))
    if not asked.size:
        return asked
    count = np.bincount(runs.channel)
    samples = np.bincount(runs.channel, weights=runs.length)
    channel, length = runs.channel[asked], runs.length[asked]
    # Without the run itself; one repeat more than was seen, so that never is not impossible.
    repeats = samples[channel] - count[channel] - (length - 1)
    chance = (repeats + 1) / (samples[channel] - length + 2)
    found = count[channel] > _FEWEST
    found &= np.log(count[channel]) + (length - 1) * np.log(chance) <= np.log(_RATE)
    doubtful = np.flatnonzero(found)
    for index in doubtful.tolist():
        found[index] = _unlike_the_others(runs, int(asked[index]), float(chance[index]))
    return asked[found]


def _unlike_the_others(runs: Runs, run: int, chance: float) -> bool:
    """Say whether the other runs, and those at the same value, leave this one unexplained."""
    mine = runs.channel == runs.channel[run]
    lengths, length = np.sort(runs.length[mine]), int(runs.length[run])
    if length < _TIMES_AS_LONG * lengths[-_LIKE_IT - 2]:
        return False
    same = mine & (runs.value == runs.value[run])
    same[run] = False
    exits = np.count_nonzero(same)
    repeats = runs.length[same].sum() - exits
    likelier = max(chance, float((repeats + chance) / (repeats + exits + 1)))
    return bool(np.log(len(lengths)) + (length - 1) * np.log(likelier) <= np.log(_RATE))
