"""Stretches of a series, each with the three most alike: the loops behind changes of shape."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from industriverse.kernel.compiled import compiled

Row = Float[np.ndarray, "place"]
Places = Int[np.ndarray, "near place"]

STRETCHES = 3000
"""Stretches that are remembered."""
ROOM = 2 * STRETCHES
SEGMENT = 5
"""Lengths of a stretch on either side of a change, at least."""
PLACES, BEGIN, FILLED, SINCE, LENGTH, STRIDE = 0, 1, 2, 3, 4, 5
_NEAREST = 3
_LOOKS = 16
"""A split is sought each time the segment has grown by one part in so many."""
_FAR = -2.0
_FLAT = 1e-3
"""Variance of normal scores below which a stretch has no shape: ranks settle that slowly."""


class Stretches(NamedTuple):
    """The remembered stretches of one series; `place` counts from the oldest remembered sample.

    Attributes:
        samples: `(sample,)` Normal scores of the remembered samples.
        phases: `(phase, place)` The same, sample `t` at `[t % stride, t // stride]`.
        sums, squares: `(sample,)` Their running sums.
        dots: `(2, place)` Products of each stretch with the newest, and room for the next row.
        mean, inverse: `(place,)` Mean of each stretch, and one over its deviation; 0 where flat.
        near: `(3, place)` Places of the most alike, best first; below 0 is forgotten or none.
        alike: `(3, place)` Their correlations.
        cursor: `(6,)` Places taken, first place of the segment, samples taken, places since the
            last look for a split, samples of a stretch, samples from one to the next.
    """

    samples: Row
    phases: Float[np.ndarray, "phase place"]
    sums: Row
    squares: Row
    dots: Float[np.ndarray, "two place"]
    mean: Row
    inverse: Row
    near: Places
    alike: Float[np.ndarray, "near place"]
    cursor: Int[np.ndarray, "6"]


def new_stretches(length: int, stride: int) -> Stretches:
    """Return room for stretches of so many samples, each so many samples after the last."""
    samples = ROOM * stride + length + 1
    return Stretches(
        samples=np.zeros(samples),
        phases=np.zeros((stride, samples // stride + 1)),
        sums=np.zeros(samples + 1),
        squares=np.zeros(samples + 1),
        dots=np.zeros((2, ROOM)),
        mean=np.zeros(ROOM),
        inverse=np.zeros(ROOM),
        near=np.full((_NEAREST, ROOM), -1, np.int64),
        alike=np.full((_NEAREST, ROOM), _FAR),
        cursor=np.array([0, 0, 0, 0, length, stride], np.int64),
    )


@compiled
def _slide(old: Row, new: Row, left: Row, entered: Row, ends: tuple[float, float]) -> None:
    """Move products by one sample: take out the one left behind, add the one that entered."""
    gone, come = ends
    for k in range(len(new)):
        new[k] = old[k] - left[k] * gone + entered[k] * come


@compiled
def _correlate(s: Stretches, places: tuple[int, int, int], length: int, out: Row) -> None:
    """Write the correlation of stretch `i` with those from `low` to `high`."""
    low, high, i = places
    dots, mean, inverse = s.dots[0, low:high], s.mean[low:high], s.inverse[low:high]
    own, scale, share = s.mean[i], s.inverse[i], 1.0 / length
    for k in range(high - low):
        out[k] = (dots[k] * share - mean[k] * own) * inverse[k] * scale


@compiled
def _rank_in(
    near: Places, alike: Float[np.ndarray, "near place"], j: int, found: tuple[float, int]
) -> None:
    """Put a neighbour into the sorted three of a stretch, if it is among them."""
    value, place = found
    for rank in range(_NEAREST):
        if value > alike[rank, j]:
            for below in range(_NEAREST - 1, rank, -1):
                alike[below, j] = alike[below - 1, j]
                near[below, j] = near[below - 1, j]
            alike[rank, j] = value
            near[rank, j] = place
            return


@compiled
def _meet(s: Stretches, low: int, i: int, out: Row) -> None:
    """Let stretch `i` and those from `low` on learn of each other."""
    third = s.alike[_NEAREST - 1, low : low + len(out)]
    worst = _FAR
    for k in range(len(out)):
        value = out[k]
        if value > third[k]:
            _rank_in(s.near, s.alike, low + k, (value, i))
        if value > worst:
            _rank_in(s.near, s.alike, i, (value, low + k))
            worst = s.alike[_NEAREST - 1, i]


@compiled
def _describe(s: Stretches, i: int) -> None:
    length = s.cursor[LENGTH]
    first = i * s.cursor[STRIDE]
    mean = (s.sums[first + length] - s.sums[first]) / length
    variance = (s.squares[first + length] - s.squares[first]) / length - mean * mean
    s.mean[i] = mean
    s.inverse[i] = 1.0 / math.sqrt(variance) if variance > _FLAT else 0.0
    s.near[:, i] = -1
    s.alike[:, i] = _FAR


@compiled
def _product(s: Stretches, i: int, j: int) -> float:
    length, stride = s.cursor[LENGTH], s.cursor[STRIDE]
    return np.dot(
        s.samples[i * stride : i * stride + length], s.samples[j * stride : j * stride + length]
    )


@compiled
def _next_products(s: Stretches, low: int, i: int) -> None:
    """Write the products of stretch `i` with all from `low` on, from those of the one before."""
    length, stride = s.cursor[LENGTH], s.cursor[STRIDE]
    old, new = s.dots[0], s.dots[1]
    for step in range(stride):
        phase, later = (step + length) % stride, (step + length) // stride
        left = s.phases[step, low:i]
        entered = s.phases[phase, low + later : i + later]
        ends = (float(s.phases[step, i - 1]), float(s.phases[phase, i - 1 + later]))
        source = old[low:i] if step == 0 else new[low + 1 : i + 1]
        _slide(source, new[low + 1 : i + 1], left, entered, ends)
    new[low] = _product(s, low, i)
    old[low : i + 1] = new[low : i + 1]


@compiled
def _add_stretch(s: Stretches, low: int, i: int) -> float:
    """Add stretch `i`, compare it with those from `low` on; return its best correlation.

    A flat one has no shape and stays without neighbours.
    """
    _describe(s, i)
    if i == low:
        s.dots[0, i] = _product(s, i, i)
        return _FAR
    _next_products(s, low, i)
    length = s.cursor[LENGTH]
    high = i - max(1, length // 2 // s.cursor[STRIDE]) + 1
    if high <= low:
        return _FAR
    if s.inverse[i] == 0.0:
        return _FAR
    out = np.empty(high - low)
    _correlate(s, (low, high, i), length, out)
    _meet(s, low, i, out)
    return s.alike[0, i]


@compiled
def _begin_at(s: Stretches, place: int) -> None:
    """Begin a segment at a place; those after it forget what lies before."""
    s.cursor[BEGIN] = place
    s.cursor[SINCE] = 0
    for i in range(place, s.cursor[PLACES]):
        _add_stretch(s, place, i)


@compiled
def _forget_oldest(s: Stretches) -> None:
    """Move what is remembered to the front of the room."""
    kept = STRETCHES
    gone = s.cursor[PLACES] - kept
    stride = s.cursor[STRIDE]
    samples = s.cursor[FILLED] - gone * stride
    start = s.sums[gone * stride], s.squares[gone * stride]
    s.samples[:samples] = s.samples[gone * stride : gone * stride + samples].copy()
    s.sums[: samples + 1] = s.sums[gone * stride : gone * stride + samples + 1] - start[0]
    s.squares[: samples + 1] = s.squares[gone * stride : gone * stride + samples + 1] - start[1]
    s.phases[:, :-gone] = s.phases[:, gone:].copy()
    s.dots[0, :kept] = s.dots[0, gone : gone + kept].copy()
    s.mean[:kept] = s.mean[gone : gone + kept].copy()
    s.inverse[:kept] = s.inverse[gone : gone + kept].copy()
    s.near[:, :kept] = s.near[:, gone : gone + kept] - gone
    s.alike[:, :kept] = s.alike[:, gone : gone + kept].copy()
    s.cursor[PLACES] = kept
    s.cursor[BEGIN] = max(s.cursor[BEGIN] - gone, 0)
    s.cursor[FILLED] = samples


@compiled
def _append(s: Stretches, value: float) -> None:
    t = s.cursor[FILLED]
    stride = s.cursor[STRIDE]
    s.samples[t] = value
    s.phases[t % stride, t // stride] = value
    s.sums[t + 1] = s.sums[t] + value
    s.squares[t + 1] = s.squares[t] + value * value
    s.cursor[FILLED] = t + 1


@compiled
def _middle(near: Places, place: int) -> int:
    a, b, c = near[0, place], near[1, place], near[2, place]
    return max(min(a, b), min(max(a, b), c))


@compiled
def _counts(near: Places, begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each split, how many stretches are called left, and how many of them are left."""
    n = end - begin
    called, right = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    for q in range(n):
        middle = max(_middle(near, begin + q) - begin, 0)
        called[min(middle + 1, n)] += 1
        right[min(max(middle, q) + 1, n)] += 1
    return np.cumsum(called), np.cumsum(right)


@compiled
def _f1(hits: int, errors: int) -> float:
    return hits / (hits + 0.5 * errors) if hits > 0 else 0.0


@compiled
def best_split(near: Places, begin: int, end: int, margin: int) -> tuple[int, float]:
    """Return the split with the best F1 of calling left and right, and its squared z.

    A stretch is called left of a split when the middle one of its three neighbours is. The z is
    that of two proportions: called right, among those right and among those left.
    """
    n = end - begin
    called, right = _counts(near, begin, end)
    best, place = -1.0, -1
    for split in range(margin, n - margin + 1):
        hits = right[split]
        wrong = (called[split] - hits) + (split - hits)
        score = _f1(hits, wrong) + _f1(n - split - (called[split] - hits), wrong)
        if score > best:
            best, place = score, split
    if place < 0:
        return -1, 0.0
    missed = place - right[place]
    kept = n - place - (called[place] - right[place])
    share = (missed + kept) / n
    variance = share * (1.0 - share) * (1.0 / place + 1.0 / (n - place))
    z = (kept / (n - place) - missed / place) / math.sqrt(variance) if variance > 0.0 else 0.0
    return begin + place, z * z if z > 0.0 else 0.0


@compiled
def _look(s: Stretches) -> tuple[int, float]:
    """Return the best split of the segment and its strength, where it is time to look."""
    length, stride = s.cursor[LENGTH], s.cursor[STRIDE]
    end = s.cursor[PLACES]
    begin = max(s.cursor[BEGIN], end - STRETCHES)
    margin = SEGMENT * length // stride
    due = max(1, length // (4 * stride), (end - begin) // _LOOKS)
    if s.cursor[SINCE] < due or end - begin <= 2 * margin:
        return -1, 0.0
    s.cursor[SINCE] = 0
    place, square = best_split(s.near, begin, end, margin)
    return place, square * stride / length


@compiled
def advance_stretches(
    s: Stretches,
    scores: Float[np.ndarray, "time"],
    limit: float,
    novelty: Float[np.ndarray, "time"],
) -> tuple[int, int, float]:
    """Take samples until a split passes a limit or they end.

    Args:
        s: Changed in place.
        scores: `(time,)` Normal scores.
        limit: Squared z per independent stretch.
        novelty: `(time,)` Filled with one less the best correlation of the newest stretch.

    Returns:
        Samples taken, how many samples before the newest the change lies (−1 for none), and its
        strength.
    """
    length, stride = s.cursor[LENGTH], s.cursor[STRIDE]
    last = 0.0
    for t in range(len(scores)):
        if s.cursor[PLACES] == ROOM:
            _forget_oldest(s)
        _append(s, scores[t])
        place, strength = -1, 0.0
        if s.cursor[FILLED] >= s.cursor[PLACES] * stride + length:
            i = s.cursor[PLACES]
            best = _add_stretch(s, max(s.cursor[BEGIN], i - STRETCHES), i)
            last = 1.0 - best if best > _FAR else 0.0
            s.cursor[PLACES] = i + 1
            s.cursor[SINCE] += 1
            place, strength = _look(s)
        novelty[t] = last
        if place >= 0 and strength >= limit:
            _begin_at(s, place)
            return t + 1, s.cursor[FILLED] - 1 - place * stride, strength
    return len(scores), -1, 0.0
