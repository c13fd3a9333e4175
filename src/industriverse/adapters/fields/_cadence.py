"""Frames on one even step: sorted, doubled frames averaged, small gaps bridged, long ones cut."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.adapters.intake import Notes, in_words
from industriverse.kernel.errors import InputError

from ._frames import FrameTimes

MIN_FRAMES = 4
_JITTER = 0.5
_SAID_JITTER = 0.05
_SHORT_GAP = 3


@dataclass(frozen=True, slots=True)
class Cadence:
    """An even clock of frames."""

    start_s: float
    step_s: float
    absolute: bool


Fields = dict[str, Float[np.ndarray, "time *space"]]
RawFields = dict[str, Float[np.ndarray, "frame *space"]]


def on_even_frames(
    frames: FrameTimes, values: RawFields, notes: Notes, source: str
) -> tuple[Cadence, Fields]:
    """Put frames on an even step.

    Raises:
        InputError: All frames have one time, or no even run of four frames is left.
    """
    offset = frames.times.offset_s
    offset, values = _sorted_once(offset, values, notes)
    if len(offset) < MIN_FRAMES:
        raise _too_few(len(offset), source)
    gaps = np.diff(offset)
    step = float(f"{np.median(gaps):.12g}")
    offset, values = _newest_run(offset, gaps, step, values, notes, source)
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
        return Cadence(start, fitted, frames.times.absolute), values
    even = offset[0] + step * np.arange(int((offset[-1] - offset[0]) / step + 1e-9) + 1)
    notes.add(
        f"Frames are {in_words(float(gaps.min()))} to {in_words(float(gaps.max()))} apart; they "
        f"were interpolated in time to even steps of {in_words(step)}, {len(even)} frames."
    )
    between = {name: _between(even, offset, field) for name, field in values.items()}
    return Cadence(start, step, frames.times.absolute), between


def _too_few(count: int, source: str) -> InputError:
    return InputError(
        f"{source} holds {count} frames at different times; a forecast needs {MIN_FRAMES}.",
        hint="Give a longer recording, or a folder with all frames.",
        file=source,
    )


def _sorted_once(
    offset: Float[np.ndarray, "frame"], values: RawFields, notes: Notes
) -> tuple[Float[np.ndarray, "time"], Fields]:
    if (np.diff(offset) > 0).all():
        return offset, values
    order = np.argsort(offset, kind="stable")
    if (np.diff(offset) < 0).any():
        notes.add("Frames were not in order of time; they were sorted.")
    offset = offset[order]
    first = np.flatnonzero(np.concatenate(([True], np.diff(offset) > 0)))
    if repeats := len(offset) - len(first):
        notes.add(f"{repeats} frames repeat a time; the last of each was kept.")
    last = np.concatenate((first[1:], [len(offset)])) - 1
    return offset[last], {name: field[order[last]] for name, field in values.items()}


def _newest_run(
    offset: Float[np.ndarray, "frame"],
    gaps: Float[np.ndarray, "gap"],
    step: float,
    values: RawFields,
    notes: Notes,
    source: str,
) -> tuple[Float[np.ndarray, "time"], Fields]:
    breaks = np.flatnonzero(gaps > (_SHORT_GAP + _JITTER) * step)
    if not breaks.size:
        return offset, values
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks + 1, [len(offset)]))
    long = np.flatnonzero(ends - starts >= MIN_FRAMES)
    if not long.size:
        raise InputError(
            f"The frames of {source} lie in {len(starts)} runs of fewer than {MIN_FRAMES} frames.",
            hint="Give frames at an even step.",
            file=source,
        )
    begin, end = int(starts[long[-1]]), int(ends[long[-1]])
    notes.add(
        f"The frames lie in {len(starts)} runs; only the newest of four or more, {end - begin} of "
        f"{len(offset)} frames, was used."
    )
    return offset[begin:end], {name: field[begin:end] for name, field in values.items()}


def _between(
    even: Float[np.ndarray, "time"],
    offset: Float[np.ndarray, "frame"],
    field: Float[np.ndarray, "frame *space"],
) -> Float[np.ndarray, "time *space"]:
    after = np.clip(np.searchsorted(offset, even), 1, len(offset) - 1)
    weight = (even - offset[after - 1]) / (offset[after] - offset[after - 1])
    weight = weight.reshape(-1, *(1,) * (field.ndim - 1))
    return field[after - 1] * (1 - weight) + field[after] * weight
