"""Quality of a window of telemetry: its faults, how much of it is sound, and a clean copy.

Each kind of fault is found against the channel's own behaviour in the window, so a window that is
faulty from end to end shows nothing: a constant channel is constant, and a quantised one has steps.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from industriverse.kernel.errors import ContractError
from industriverse.kernel.signals import Signals

from ._cleaning import Effect, cleaned_values, effect_of
from ._clock import clock_jumps
from ._drift import drift_of
from ._dropouts import doubted_zeros, fallen_out
from ._runs import Runs, runs_of, too_long
from ._scaling import fill_gaps, require_readings
from ._spikes import judge

FlagKind = Literal["spike", "flat_line", "drift", "drop_out", "clock_jump"]
FLAG_KINDS: tuple[FlagKind, ...] = ("spike", "flat_line", "drift", "drop_out", "clock_jump")
_SHORTEST_FLAT = 8
_FEWEST_ROWS = 30
Mask = Bool[np.ndarray, "channel time"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A fault and where it is.

    Attributes:
        kind: What it is.
        channel: Whose; "" for the clock, which all share.
        start: First row.
        end: The row after the last.
        size: Of a spike or a drift, deviations of the channel; of a flat line or a drop-out, rows;
            of a clock jump, steps too late, or below zero too early.
    """

    kind: FlagKind
    channel: str
    start: int
    end: int
    size: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What a window of readings is worth.

    Attributes:
        flags: By kind, then channel, then row.
        score: In [0, 1]: share of all readings that lie under no flag.
        scores: `(channel,)` the same of each channel.
        cleaned: The signals with spikes and drop-outs replaced; NaN only in a channel of which
            nothing is left. Flat lines, drifts and clock jumps are not touched.
        replaced: `(time, channel)` which readings were.
        effect: What that did to energy and entropy.
    """

    flags: tuple[Flag, ...]
    score: float
    scores: Float[np.ndarray, "channel"]
    cleaned: Signals
    replaced: Bool[np.ndarray, "time channel"]
    effect: Effect


def inspect(signals: Signals, times_s: Float[np.ndarray, "time"] | None = None) -> Quality:
    """Find the faults of a window and clean it.

    Args:
        signals: At least 30 rows; up to some thousands, over which a channel keeps its ways. NaN is
            a missing reading, and a drop-out.
        times_s: `(time,)` [s]. The stamps that the rows came with; without them the clock is
            believed.

    Returns:
        Flags, scores, the clean signals, and what cleaning did. A *spike* is one to three samples
        in a row that neither side explains, so a change of level is none; in the first and last
        eight rows there is one side only. A *drop-out* is missing, or a zero that the channel does
        not reach by itself. A *flat line* is a stretch of at least eight equal samples, longer than
        the channel's own runs explain. A *drift* is a level that moves steadily by two deviations
        or more over the window; its flag starts where it has moved by one. A *clock jump* is a
        sample that comes half a step too early or too late, or more.

    Raises:
        ContractError: Fewer than 30 rows, no reading, an infinite one, or times that do not fit.

    Examples:
        >>> from industriverse.kernel.signals import Channel
        >>> level = np.random.default_rng(1).normal(5.0, 0.1, size=(300, 1))
        >>> level[100], level[200:210] = 9.0, 0.0
        >>> quality = inspect(Signals(0.0, 1.0, level, (Channel("level", "m"),)))
        >>> [(flag.kind, flag.start, flag.end) for flag in quality.flags], round(quality.score, 4)
        ([('spike', 100, 101), ('drop_out', 200, 210)], 0.9633)
    """
    values, missing = _readings(signals)
    late = _jumps(signals, times_s)
    doubted = doubted_zeros(values, missing)
    filled, bridged = _filled(values, missing), _filled(values, missing | doubted)
    judged = judge(filled, bridged, missing | doubted)
    runs = runs_of(filled, missing)
    zeros = fallen_out(runs, judged, doubted)
    gone = missing | _mask_of(runs, zeros, values.shape)
    spikes = judged.spikes & ~gone
    others = np.ones(len(runs.length), np.bool_)
    others[zeros] = False
    flats = too_long(runs, _SHORTEST_FLAT, others)
    clean = cleaned_values(values.T, judged.expected.T, spikes.T, gone.T)
    drifts = drift_of(np.where(_lost(gone), 0.0, clean.T))
    flags = (
        *_flags("spike", spikes, signals, judged.deviations),
        *_flags("flat_line", _mask_of(runs, flats, values.shape), signals),
        *_drifts(drifts, signals),
        *_flags("drop_out", gone, signals),
        *late,
    )
    replaced = (spikes | gone) & np.isfinite(clean.T)
    cleaned = replace(signals, values=clean)
    scores = _scores(flags, signals)
    return Quality(
        flags=flags,
        score=float(scores.mean()),
        scores=scores,
        cleaned=cleaned,
        replaced=replaced.T,
        effect=effect_of(signals, cleaned, replaced.T),
    )


def _readings(signals: Signals) -> tuple[Float[np.ndarray, "channel time"], Mask]:
    if (rows := len(signals.values)) < _FEWEST_ROWS:
        raise ContractError(
            f"{rows} rows are too few to judge their quality.",
            hint=f"Send at least {_FEWEST_ROWS} rows.",
        )
    if not signals.channels:
        raise ContractError("There is no channel to judge.", hint="Send at least one column.")
    values = np.asarray(signals.values, np.float64)
    missing = np.isnan(values)
    require_readings(values, missing, signals)
    return np.ascontiguousarray(values.T), np.ascontiguousarray(missing.T)


def _jumps(signals: Signals, times_s: Float[np.ndarray, "time"] | None) -> list[Flag]:
    if times_s is None:
        return []
    if len(times_s) != len(signals.values):
        raise ContractError(
            f"{len(signals.values)} rows have {len(times_s)} times.", hint="Send one time a row."
        )
    rows, late = clock_jumps(np.asarray(times_s, np.float64))
    return [
        Flag("clock_jump", "", row, row + 1, steps)
        for row, steps in zip(rows.tolist(), late.tolist(), strict=True)
    ]


def _filled(
    values: Float[np.ndarray, "channel time"], gaps: Mask
) -> Float[np.ndarray, "channel time"]:
    """Draw straight lines over gaps; a channel that is all gap becomes zero."""
    if not gaps.any():
        return values
    lost = _lost(gaps)
    kept = np.where(lost, 0.0, values)
    return np.ascontiguousarray(fill_gaps(kept.T, (gaps & ~lost).T).T)


def _lost(gaps: Mask) -> Bool[np.ndarray, "channel 1"]:
    return np.logical_and.reduce(gaps, axis=1, keepdims=True)


def _mask_of(runs: Runs, chosen: Int[np.ndarray, "found"], shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, np.bool_)
    for run in chosen.tolist():
        start = runs.start[run]
        mask[runs.channel[run], start : start + runs.length[run]] = True
    return mask


def _flags(
    kind: FlagKind,
    mask: Mask,
    signals: Signals,
    sizes: Float[np.ndarray, "channel time"] | None = None,
) -> list[Flag]:
    """Return one flag a stretch; its size is its largest, or its length where there is none."""
    found: list[Flag] = []
    for channel in np.flatnonzero(mask.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(mask[channel].astype(np.int8), prepend=0, append=0))
        for start, end in edges.reshape(-1, 2).tolist():
            part = None if sizes is None else sizes[channel, start:end]
            size = float(end - start) if part is None else float(part[np.abs(part).argmax()])
            found.append(Flag(kind, signals.names[channel], start, end, size))
    return found


def _drifts(drifts: Float[np.ndarray, "channel"], signals: Signals) -> list[Flag]:
    rows = len(signals.values)
    return [
        Flag("drift", name, int(rows / abs(size)), rows, size)
        for name, size in zip(signals.names, drifts.tolist(), strict=True)
        if size
    ]


def _scores(flags: tuple[Flag, ...], signals: Signals) -> Float[np.ndarray, "channel"]:
    under = np.zeros(signals.values.shape, np.bool_)
    for flag in flags:
        columns = slice(None) if not flag.channel else signals.names.index(flag.channel)
        under[flag.start : flag.end, columns] = True
    return 1.0 - under.mean(axis=0)
