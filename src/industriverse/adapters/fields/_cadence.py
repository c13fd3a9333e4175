"""Frames on one even step: sorted, doubled frames averaged, small gaps bridged, long ones cut."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.adapters.intake import Notes, in_words
from industriverse.kernel.errors import InputError

from ._frames import FrameTimes

_JITTER = 0.5
_SAID_JITTER = 0.05
_SHORT_GAP = 3
_LONG_RUN = 4
"""Frames of a run that is preferred to shorter ones."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """An even clock of frames."""

    start_s: float
    step_s: float
    absolute: bool


Fields = dict[str, Float[np.ndarray, "time *space"]]
RawFields = dict[str, Float[np.ndarray, "frame *space"]]


@dataclass(frozen=True, slots=True)
class Picks:
    """Which frames of the file make the even ones.

    Attributes:
        before: `(time,)`. The frame at or before each.
        after: `(time,)`. The frame after it.
        weight: `(time,)`. The share of `after`, in [0, 1]; 0 everywhere where nothing lies between.
    """

    before: Int[np.ndarray, "time"]
    after: Int[np.ndarray, "time"]
    weight: Float[np.ndarray, "time"]

    @property
    def between(self) -> bool:
        """Whether any even frame lies between two of the file."""
        return bool(self.weight.any())

    def __getitem__(self, part: slice) -> "Picks":
        """Return those of some even frames."""
        return Picks(self.before[part], self.after[part], self.weight[part])


def on_even_frames(
    frames: FrameTimes, values: RawFields, notes: Notes, source: str, fewest: int
) -> tuple[Cadence, Fields]:
    """Put frames on an even step.

    Raises:
        InputError: As `even_clock`.
    """
    clock, picks = even_clock(frames, notes, source, fewest)
    return clock, {name: picked(field, picks) for name, field in values.items()}


def picked(
    field: Float[np.ndarray, "frame *space"], picks: Picks
) -> Float[np.ndarray, "time *space"]:
    """Return the even frames of a field.

    Args:
        field: `(frame, *space)`.
        picks: Counted along its first axis.
    """
    if not picks.between:
        first, last = int(picks.before[0]), int(picks.before[-1])
        in_order = np.array_equal(picks.before, np.arange(first, last + 1))
        return field[first : last + 1] if in_order else field[picks.before]
    weight = picks.weight.reshape(-1, *(1,) * (field.ndim - 1))
    return field[picks.before] * (1 - weight) + field[picks.after] * weight


def even_clock(frames: FrameTimes, notes: Notes, source: str, fewest: int) -> tuple[Cadence, Picks]:
    """Return an even clock, and which frames make those on it.

    Args:
        frames: When the file's frames were taken.
        notes: What was decided.
        source: Name of the file.
        fewest: Frames that are needed. One alone is given a step of one second.

    Raises:
        InputError: Too few frames have a time of their own, or lie in one even run.
    """
    offset = frames.times.offset_s
    offset, order = _sorted_once(offset, notes)
    if len(offset) < fewest:
        raise _too_few(len(offset), source, fewest)
    if len(offset) == 1:
        start = frames.times.origin_s + float(offset[0])
        return Cadence(start, 1.0, frames.times.absolute), Picks(order, order, np.zeros(1))
    gaps = np.diff(offset)
    step = float(f"{np.median(gaps):.12g}")
    run = _newest_run(offset, gaps, step, notes, source, fewest)
    offset, order = offset[run], order[run]
    gaps = np.diff(offset)
    ticks = np.concatenate(([0], np.cumsum(np.maximum(np.rint(gaps / step), 1))))
    fitted = float((offset[-1] - offset[0]) / ticks[-1])
    if np.abs(offset - offset[0] - ticks * step).max() <= 1e-6 * step * len(ticks) ** 0.5:
        fitted = step
    jitter = float(np.abs(offset - offset[0] - ticks * fitted).max() / fitted)
    start = frames.times.origin_s + float(offset[0])
    if jitter <= _JITTER and ticks[-1] + 1 == len(ticks):
        if jitter > _SAID_JITTER:
            notes.add(
                f"Frames wander by up to {100 * jitter:.0f} % of a step; the step was taken as "
                f"{in_words(fitted)}."
            )
        clock = Cadence(start, fitted, frames.times.absolute)
        return clock, Picks(order, order, np.zeros(len(order)))
    even = offset[0] + step * np.arange(int((offset[-1] - offset[0]) / step + 1e-9) + 1)
    notes.add(
        f"Frames are {in_words(float(gaps.min()))} to {in_words(float(gaps.max()))} apart; they "
        f"were interpolated in time to even steps of {in_words(step)}, {len(even)} frames."
    )
    after = np.clip(np.searchsorted(offset, even), 1, len(offset) - 1)
    weight = (even - offset[after - 1]) / (offset[after] - offset[after - 1])
    picks = Picks(order[after - 1], order[after], weight)
    return Cadence(start, step, frames.times.absolute), picks


def _too_few(count: int, source: str, fewest: int) -> InputError:
    return InputError(
        f"{source} holds {count} frames at different times; a forecast needs {fewest}.",
        hint="Give a longer recording, or a folder with all frames.",
        file=source,
    )


def _sorted_once(
    offset: Float[np.ndarray, "frame"], notes: Notes
) -> tuple[Float[np.ndarray, "time"], Int[np.ndarray, "time"]]:
    """Return times that only rise, and the frame of each."""
    if (np.diff(offset) > 0).all():
        return offset, np.arange(len(offset))
    order = np.argsort(offset, kind="stable")
    if (np.diff(offset) < 0).any():
        notes.add("Frames were not in order of time; they were sorted.")
    offset = offset[order]
    first = np.flatnonzero(np.concatenate(([True], np.diff(offset) > 0)))
    if repeats := len(offset) - len(first):
        notes.add(f"{repeats} frames repeat a time; the last of each was kept.")
    last = np.concatenate((first[1:], [len(offset)])) - 1
    return offset[last], order[last]


def _newest_run(
    offset: Float[np.ndarray, "frame"],
    gaps: Float[np.ndarray, "gap"],
    step: float,
    notes: Notes,
    source: str,
    fewest: int,
) -> slice:
    breaks = np.flatnonzero(gaps > (_SHORT_GAP + _JITTER) * step)
    if not breaks.size:
        return slice(0, len(offset))
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks + 1, [len(offset)]))
    least = _LONG_RUN if (ends - starts >= _LONG_RUN).any() else fewest
    long = np.flatnonzero(ends - starts >= least)
    if not long.size:
        raise InputError(
            f"The frames of {source} lie in {len(starts)} runs of fewer than {fewest} frames.",
            hint="Give frames at an even step.",
            file=source,
        )
    begin, end = int(starts[long[-1]]), int(ends[long[-1]])
    notes.add(
        f"The frames lie in {len(starts)} runs; only the newest of {least} or more, "
        f"{end - begin} of {len(offset)} frames, was used."
    )
    return slice(begin, end)
