"""Fields larger than memory: read a few frames at a time, on the clock and mask of the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.adapters.intake import Notes
from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import LongRead, ReadOptions

from ._cadence import Cadence, Picks, even_clock, picked
from ._frames import frame_times
from ._layout import Layout, lay_out, loaded
from ._mask import (
    agreed,
    bridged,
    known_frames,
    often_known,
    said_mask,
    say_bridged,
    say_fill,
    without_fill,
)
from ._trajectory import FEWEST_HELD, too_large, trajectory_of, units_of
from ._types import Dataset

Fields = dict[str, Float[np.ndarray, "..."]]
_SHARE = 8
"""Of the memory for frames, a window takes one part in so many: formulas make copies."""


def long_from_dataset(
    data: Dataset, options: ReadOptions, notes: Notes, *, source: str, sha256: str, budget: int
) -> LongRead | None:
    """Return a field that does not fit into memory, or None where it fits or is no field.

    Args:
        data: Opened lazily, times not decoded; it stays open as long as windows are read.
        options: What the user says, as for `from_dataset`; every frame is read whatever they are.
        notes: What was decided.
        source: Name of the file.
        sha256: Of its bytes.
        budget: Bytes of frames to hold in memory at most.

    Raises:
        InputError: As `from_dataset`, and where not even a few frames fit.
        NotFoundError: As `from_dataset`.
    """
    laid = lay_out(data, options, notes, source)
    if not isinstance(laid, Layout) or laid.bytes <= budget:
        return None
    frame_bytes = 8 * laid.grid.cells * len(laid.names)
    most = budget // frame_bytes
    if most < FEWEST_HELD:
        raise too_large(frame_bytes, budget)
    times = frame_times(laid.data, laid.time, notes)
    clock, picks = even_clock(times, notes, source, options.fewest_frames)
    windows = _Windows(laid, picks, max(1, most // _SHARE), most)
    names, valid = _surveyed(windows, notes)
    known = _Known(replace(windows, names=tuple(names)), valid, clock, units_of(laid, names, notes))
    notes.add(
        f"All {len(picks.before)} frames were read, {windows.size} at a time: together they do not "
        f"fit into the {budget >> 20} MiB that may be used."
    )
    return LongRead(len(picks.before), known.windows, notes.sentences(), sha256)


@dataclass(frozen=True, slots=True)
class _Windows:
    """Even frames, `size` at a time, as the file holds them.

    Attributes:
        laid: The file.
        picks: Which of its frames make the even ones.
        size: Frames of a window.
        most: Frames that memory holds.
        names: Only these variables, or all.
    """

    laid: Layout
    picks: Picks
    size: int
    most: int
    names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Fields]:
        """Yield window after window."""
        for first in range(0, len(self.picks.before), self.size):
            part = self.picks[first : first + self.size]
            rows, here = _counted_from(part)
            yield {
                name: picked(loaded(self.laid, name, rows), here)
                for name in self.names or self.laid.names
            }


def _counted_from(part: Picks) -> tuple[slice | Int[np.ndarray, "frame"], Picks]:
    """Return the frames of the file that a part needs, and the part counted from them."""
    rows = np.unique(np.concatenate([part.before, part.after]))
    here = Picks(np.searchsorted(rows, part.before), np.searchsorted(rows, part.after), part.weight)
    first, last = int(rows[0]), int(rows[-1])
    return (slice(first, last + 1) if last - first + 1 == len(rows) else rows), here


def _surveyed(windows: _Windows, notes: Notes) -> tuple[list[str], Bool[np.ndarray, "*space"]]:
    """Read all frames once; return the variables to keep and the cells with data."""
    laid, frames = windows.laid, len(windows.picks.before)
    known = {name: np.zeros(laid.grid.shape, np.int64) for name in laid.names}
    fills = dict.fromkeys(laid.names, 0)
    for fields in windows:
        for name, field in fields.items():
            cleaned, count = without_fill(field)
            known[name] += known_frames(cleaned)
            fills[name] += count
    for name, count in fills.items():
        say_fill(count, name, notes)
    good = {name: often_known(count, frames) for name, count in known.items()}
    names, valid = agreed(good, laid.options.variables, notes, laid.source)
    for name in names:
        say_bridged(int((frames - known[name])[valid].sum()), name, notes)
    said_mask(valid, notes)
    return names, valid


@dataclass(frozen=True, slots=True)
class _Known:
    """Windows, and what is known of all of them."""

    raw: _Windows
    valid: Bool[np.ndarray, "*space"]
    clock: Cadence
    units: Mapping[str, str]

    def windows(self) -> Iterator[Trajectory]:
        """Yield the frames, holes bridged as if all were in memory."""
        mask, first = None if self.valid.all() else self.valid, 0
        for fields in self._bridged():
            start = self.clock.start_s + self.clock.step_s * first
            clock = Cadence(start, self.clock.step_s, self.clock.absolute)
            yield trajectory_of(self.raw.laid, fields, mask, clock, self.units)
            first += len(next(iter(fields.values())))

    def _bridged(self) -> Iterator[Fields]:
        """Hold frames back until one without holes ends them: only neighbours fill a hole."""
        before: Fields = {}
        held: Fields = {}
        for fields in self.raw:
            held = _joined(held, {name: without_fill(field)[0] for name, field in fields.items()})
            whole = np.flatnonzero(self._whole(held))
            if whole.size:
                end = int(whole[-1]) + 1
                yield self._filled(before, {name: field[:end] for name, field in held.items()})
                before = {name: field[end - 1 : end].copy() for name, field in held.items()}
                held = {name: field[end:].copy() for name, field in held.items()}
            if _length(held) > self.raw.most:
                raise InputError(
                    f"{self.raw.laid.source} has no frame without holes among {_length(held)} that "
                    "follow each other, more than fit into memory; its holes cannot be bridged.",
                    hint="Fill the holes, or import fewer frames.",
                    file=self.raw.laid.source,
                )
        if _length(held):
            yield self._filled(before, held)

    def _whole(self, fields: Fields) -> Bool[np.ndarray, "time"]:
        lacking = [(~np.isfinite(field))[:, self.valid].any(axis=1) for field in fields.values()]
        return ~np.any(lacking, axis=0)

    def _filled(self, before: Fields, fields: Fields) -> Fields:
        silent, skip = Notes(), _length(before)
        return {
            name: bridged(field, self.valid, name, silent)[skip:]
            for name, field in _joined(before, fields).items()
        }


def _joined(first: Fields, second: Fields) -> Fields:
    if not _length(first):
        return second
    return {name: np.concatenate([first[name], field]) for name, field in second.items()}


def _length(fields: Fields) -> int:
    return len(next(iter(fields.values()))) if fields else 0
