"""Telemetry as energy maps over time and frequency."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import EnergyMap, Grid
from industriverse.kernel.results import Annotation
from industriverse.kernel.signals import Signals

from ._frame import analyse, segment_length, squared_moduli
from ._readings import read_maps
from ._scaling import ComparableSignals, make_comparable

_FEWEST_ROWS = 30
_SHORTEST_MAP = 16
_LONGEST_MAP = 1024


def signal_map(signals: Signals) -> EnergyMap:
    r"""Return the time–frequency energy of a whole record.

    $$\sum_{f,t} e_{ft}\, \Delta f\, \Delta t = \int \lVert x \rVert^2 dt$$

    Args:
        signals: At least 30 rows. Gaps are filled by straight lines; channels of different or
            unknown units are divided by their standard deviation; `reference` says so.

    Returns:
        `(frequency, time)` [x²·s], on cells in Hz and s. `provenance` tells the rows, the frame,
        the channels left out and the share of energy that lies in filled gaps.

    Raises:
        ContractError: Fewer than 30 rows, no reading, or an infinite one.
    """
    _require_rows(signals)
    comparable = make_comparable(signals)
    return _map_of(signals, comparable, slice(0, len(signals.values)), 0)


def annotate_signals(signals: Signals, *, maps: int = 8) -> Annotation:
    """Return the energy reading of the newest rows.

    Args:
        signals: At least 30 rows. Only the newest are used: `maps` windows of up to 1024 rows,
            each at most half a window after the one before, the last ending with the last row.
        maps: Number of windows wanted; fewer where there are too few rows for distinct ones.

    Returns:
        One map a window, oldest first, as `signal_map` makes it. All share one scale.

    Raises:
        ContractError: Fewer than 30 rows, no reading in the newest rows, or an infinite one.
    """
    _require_rows(signals)
    windows = recent_windows(len(signals.values), maps)
    start = windows[0].start
    recent = replace(
        signals, values=signals.values[start:], start_s=signals.start_s + start * signals.step_s
    )
    comparable = make_comparable(recent)
    energy_maps = tuple(
        _map_of(recent, comparable, slice(w.start - start, w.stop - start), start) for w in windows
    )
    return read_maps(energy_maps, domain="signal", unit=comparable.unit)


def recent_windows(rows: int, maps: int) -> list[slice]:
    """Return the rows of each successive map, oldest first.

    Examples:
        >>> [(w.start, w.stop) for w in recent_windows(100, 3)]
        [(0, 64), (18, 82), (36, 100)]
    """
    if maps < 1:
        raise ContractError(f"{maps} maps were asked for; at least one is needed.")
    two_thirds = 2 ** int(np.log2(max(2 * rows / 3, 1.0)))
    length = min(max(two_thirds, _SHORTEST_MAP), _LONGEST_MAP, rows)
    room = rows - length
    hop = min(length // 2, room // max(maps - 1, 1))
    count = maps if hop else min(maps, room + 1)
    ends = [rows - back * max(hop, 1) for back in range(count - 1, -1, -1)]
    return [slice(end - length, end) for end in ends]


def _map_of(signals: Signals, comparable: ComparableSignals, rows: slice, offset: int) -> EnergyMap:
    values = comparable.values[rows]
    length = segment_length(len(values))
    energy = squared_moduli(analyse(values, length), length) * signals.step_s
    half = length // 2
    spacing = (1.0 / (length * signals.step_s), half * signals.step_s)
    grid = Grid(energy.shape, spacing, ("frequency", "time"), ("Hz", "s"), ("open", "open"))
    return EnergyMap(
        density=energy / grid.cell_volume,
        unit=comparable.unit,
        grid=grid,
        domain="signal",
        time_s=float(signals.times[rows.stop - 1]),
        reference=comparable.reference,
        provenance={
            "source": signals.source,
            "rows": f"{offset + rows.start} to {offset + rows.stop - 1}",
            "formula": f"tight Gabor frame, sine window of {length} samples, hop {half}",
            "without readings": ", ".join(comparable.dropped),
            "energy share of filled gaps": f"{_filled_share(comparable, rows):.6g}",
        },
    )


def _filled_share(comparable: ComparableSignals, rows: slice) -> float:
    squares: Float[np.ndarray, "time channel"] = comparable.values[rows] ** 2
    total = float(squares.sum())
    return float(squares[comparable.filled[rows]].sum()) / total if total > 0 else 0.0


def _require_rows(signals: Signals) -> None:
    if (rows := len(signals.values)) < _FEWEST_ROWS:
        raise ContractError(
            f"{rows} rows are too few for a time–frequency map.",
            hint=f"Send at least {_FEWEST_ROWS} rows.",
        )
    if not signals.channels:
        raise ContractError("There is no channel to annotate.", hint="Send at least one column.")
