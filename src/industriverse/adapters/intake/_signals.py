"""The last steps that all telemetry shares, from readings to a `ReadResult`."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions, ReadResult
from industriverse.kernel.signals import Channel, Signals

from ._cleaning import drop_sentinels
from ._clock import Ticks, Times, as_sampled, on_regular_clock
from ._notes import Notes, listing
from ._text import suggestion
from ._units import known_unit, unit_in_words

_EMPTY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Readings:
    """A table of numbers and what is known about it.

    Attributes:
        values: `(row, channel)` float64. NaN marks a missing reading.
        names: One a channel.
        units: Unit by channel name as the file gives it; a name may be absent.
        times: When each row was read, or None where the file has no clock.
        source: Where they came from.
        step_s: Sampling step where there are no times; 0 for not known.
    """

    values: Float[np.ndarray, "row channel"]
    names: tuple[str, ...]
    units: dict[str, str]
    times: Times | None
    source: str
    step_s: float = 0.0


def signals_from(
    readings: Readings, options: ReadOptions, notes: Notes, *, sha256: str
) -> ReadResult:
    """Clean readings, put them on a regular clock and answer with what is reported.

    Raises:
        InputError: Fewer than thirty rows, no numbers, or times without a clock.
        NotFoundError: `options` names a variable that is not there.
    """
    rows = len(readings.values)
    _refuse_short(rows, readings.source, options.fewest_rows)
    _refuse_unknown(options, readings.names)
    values = drop_sentinels(readings.values, readings.names, notes)
    ticks, table, row_times = Ticks(0.0, readings.step_s or 1.0), values, None
    if readings.times is not None and options.as_sampled:
        ticks, table, row_times = as_sampled(readings.times, values, notes)
    elif readings.times is not None:
        ticks, table = on_regular_clock(readings.times, values, notes)
        _refuse_short(len(table), readings.source, options.fewest_rows)
    keep = _filled(table, readings, options, notes)
    channels = _channels(tuple(readings.names[i] for i in keep), readings.units, options, notes)
    signals = Signals(
        start_s=ticks.start_s,
        step_s=ticks.step_s,
        values=np.ascontiguousarray(table[:, keep]) if len(keep) < table.shape[1] else table,
        channels=channels,
        absolute=readings.times is not None and readings.times.absolute,
        source=readings.source,
    )
    reported = options.variables or signals.names
    shape = (rows, len(channels))
    return ReadResult(signals, reported, shape, notes.sentences(), sha256, row_times)


def _refuse_short(rows: int, source: str, fewest: int) -> None:
    if rows < fewest:
        raise InputError(
            f"{source} holds {rows} rows; at least {fewest} are needed.",
            hint="Give a longer recording.",
            file=source,
            row=rows,
        )


def _refuse_unknown(options: ReadOptions, names: tuple[str, ...]) -> None:
    for name in (*options.variables, *(name for name, _ in options.units)):
        if name not in names:
            raise NotFoundError(
                f"There is no variable {name!r}.", hint=suggestion(name, names), variable=name
            )


def _filled(
    table: Float[np.ndarray, "time channel"], readings: Readings, options: ReadOptions, notes: Notes
) -> list[int]:
    """Return the channels that hold enough readings; say which do not."""
    known = np.isfinite(table).sum(axis=0)
    keep: list[int] = []
    for index, (name, count) in enumerate(zip(readings.names, known, strict=True)):
        if count >= options.fewest_rows:
            keep.append(index)
            continue
        if name in options.variables:
            raise InputError(
                f"{name} holds {count} readings; at least {options.fewest_rows} are needed.",
                hint="Choose another variable or give a longer recording.",
                file=readings.source,
                variable=name,
            )
        notes.add(f"{name} holds only {count} readings and is set apart.")
    if not keep:
        raise InputError(
            f"No channel of {readings.source} holds {options.fewest_rows} readings.",
            hint="Check the decimal sign, the delimiter and the marks of missing readings.",
            file=readings.source,
        )
    sparse = [
        f"{readings.names[i]} ({100 * (1 - known[i] / len(table)):.0f} %)"
        for i in keep
        if known[i] < _EMPTY_SHARE * len(table)
    ]
    if sparse:
        notes.add(f"More than half of the readings are missing in {listing(sparse)}.")
    return keep


def _channels(
    names: tuple[str, ...], units: dict[str, str], options: ReadOptions, notes: Notes
) -> tuple[Channel, ...]:
    stated = {**units, **dict(options.units)}
    spelt = {name: unit_in_words(name, stated.get(name, "")) for name in names}
    odd = [f"{unit} ({name})" for name, unit in spelt.items() if unit and not known_unit(unit)]
    if odd:
        notes.add(f"Units kept as given, for they are not known: {listing(odd)}.")
    bare = [name for name, unit in spelt.items() if not unit]
    if bare:
        notes.add(f"No unit is stated for {listing(bare)}.")
    return tuple(Channel(name, spelt[name]) for name in names)
