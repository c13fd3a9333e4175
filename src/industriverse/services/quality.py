"""The quality of a file's telemetry as one document, and a clean copy of it."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from industriverse.engines.signals import FLAG_KINDS, Flag, Quality, inspect
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import ReadResult
from industriverse.kernel.signals import Signals

from .documents import FlagDocument, QualityDocument, QualityWindow
from .magnitudes import refuse_extremes
from .predict import input_document, reported_only
from .written_times import written_time

_LONGEST = 4096
"""Rows judged together: a channel is measured by its own ways over so long a stretch."""
_STRETCHES = frozenset({"flat_line", "drop_out"})


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file's telemetry, judged and cleaned.

    Attributes:
        document: What was found.
        cleaned: The signals with spikes and drop-outs replaced; NaN where nothing was left.
    """

    document: QualityDocument
    cleaned: Signals


def inspect_file(read: ReadResult, *, name: str) -> Inspected:
    """Judge a file in windows of at most 4096 rows, all about as long.

    Raises:
        ContractError: It holds a field, or fewer than 30 rows.
        InputError: A channel's magnitudes cannot be computed with.
    """
    observed = reported_only(read.observation, read.reported)
    if not isinstance(observed, Signals):
        raise ContractError(
            f"{name} holds a field; the quality of readings is judged for telemetry.",
            hint="Give a table of channels over time: CSV, Parquet or JSON lines.",
        )
    refuse_extremes(observed)
    windows = _windows(len(observed.values))
    found = [_inspected(observed, rows) for rows in windows]
    flags = _joined(
        flag for rows, quality in zip(windows, found, strict=True) for flag in _moved(quality, rows)
    )
    cleaned = replace(observed, values=np.concatenate([q.cleaned.values for q in found]))
    lengths = [w.stop - w.start for w in windows]
    shares = np.average([q.scores for q in found], axis=0, weights=lengths)
    document = QualityDocument(
        input=input_document(read, name),
        score=float(shares.mean()),
        scores=dict(zip(observed.names, shares.tolist(), strict=True)),
        replaced=int(sum(q.replaced.sum() for q in found)),
        counts={kind: sum(flag.kind == kind for flag in flags) for kind in FLAG_KINDS},
        flags=[_flag(flag, observed) for flag in flags],
        windows=[_window(q, rows) for q, rows in zip(found, windows, strict=True)],
    )
    return Inspected(document, cleaned)


def as_csv(signals: Signals) -> str:
    """Return signals as a table that our reader reads back: every digit, units in brackets.

    A sample that is missing is an empty cell.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    heads = (f"{c.name} [{c.unit}]" if c.unit else c.name for c in signals.channels)
    write.writerow(["time" if signals.absolute else "time [s]", *heads])
    for time, row in zip(_times(signals), signals.values.tolist(), strict=True):
        write.writerow([time, *("" if math.isnan(value) else repr(value) for value in row)])
    return text.getvalue()


def _windows(rows: int) -> list[slice]:
    count = max(1, -(-rows // _LONGEST))
    edges = np.linspace(0, rows, count + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in pairwise(edges)]


def _inspected(signals: Signals, rows: slice) -> Quality:
    start_s = signals.start_s + rows.start * signals.step_s
    part = replace(signals, values=signals.values[rows], start_s=start_s)
    return inspect(part)


def _moved(quality: Quality, rows: slice) -> list[Flag]:
    """Return a window's flags by the rows of the file."""
    return [replace(f, start=f.start + rows.start, end=f.end + rows.start) for f in quality.flags]


def _joined(flags: Iterable[Flag]) -> list[Flag]:
    """Join stretches that a window's end cut in two; order by kind, channel, row."""
    kept: list[Flag] = []
    for flag in sorted(flags, key=lambda f: (FLAG_KINDS.index(f.kind), f.channel, f.start)):
        last = kept[-1] if kept else None
        if (
            last is not None
            and flag.kind in _STRETCHES
            and (last.kind, last.channel, last.end) == (flag.kind, flag.channel, flag.start)
        ):
            kept[-1] = replace(last, end=flag.end, size=last.size + flag.size)
        else:
            kept.append(flag)
    return kept


def _flag(flag: Flag, signals: Signals) -> FlagDocument:
    return FlagDocument(
        kind=flag.kind,
        channel=flag.channel,
        start=flag.start,
        end=flag.end,
        time=_time(signals, flag.start),
        size=flag.size,
    )


def _window(quality: Quality, rows: slice) -> QualityWindow:
    effect = quality.effect
    return QualityWindow(
        start=rows.start,
        end=rows.stop,
        score=quality.score,
        energy_removed=effect.energy_removed,
        entropy_removed=effect.entropy_removed,
        delta_energy=effect.delta_energy,
        delta_entropy=effect.delta_entropy,
        unit=effect.unit,
    )


def _times(signals: Signals) -> list[str]:
    return [_time(signals, row) for row in range(len(signals.values))]


def _time(signals: Signals, row: int) -> str:
    return written_time(signals.start_s + row * signals.step_s, absolute=signals.absolute)
