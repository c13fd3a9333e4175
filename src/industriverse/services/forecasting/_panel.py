"""The panel as the forecasters take it: checked, trimmed to its recent past, thinned where wide."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.forecast import Season, find_season
from industriverse.kernel.errors import InputError

from ._rolling import Plan

Table = Float[np.ndarray, "time state"]

FEWEST_ROWS = 4
_KEPT_NUMBERS = 90_000
_FEWEST_KEPT = 6_000
_SEASON_NUMBERS = 300_000
_CELLS = 192
_ORIGINS = 200
_SPAN = 0.3
_LONGEST_STRIDE = 4
_ANCHORS = np.array([1, 2, 3, 5, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256])


def default_horizon(rows: int, period: int) -> int:
    """Return how far to look when nobody says: a fifth of the data, a cycle or 24 samples at most.

    Examples:
        >>> default_horizon(4, 0), default_horizon(30, 0), default_horizon(5000, 48)
        (1, 6, 48)
    """
    most = period if 4 <= period <= 48 else 24  # noqa: PLR2004 (a day of half hours still fits)
    return max(1, min(most, rows // 5))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked panel.

    Attributes:
        values: `(time, state)`. The recent past that is used.
        names: Variables, in order.
        season: Its cycles.
        sample: `(column,)`. The states on which past forecasts are scored, the same number for each
            variable, variables in order.
        notes: What was left out.
    """

    values: Table
    names: tuple[str, ...]
    season: Season
    sample: Int[np.ndarray, "column"]
    notes: tuple[str, ...]


def prepare(
    values: Table,
    names: Sequence[str],
    widths: Sequence[int],
    step_s: float | None,
    seed: int,
    season_rows: int | None = None,
) -> Prepared:
    """Check a panel, find its season, trim it.

    Args:
        values: `(time, state)`. NaN is missing.
        names: Variables.
        widths: States of each variable.
        step_s: [s]. Between samples, where known.
        seed: Decides which states of a wide panel are scored.
        season_rows: The season is sought in this many first rows; None for all.

    Raises:
        InputError: Too short, a variable without any reading, infinite values, widths that differ.
    """
    _check(values, names, widths)
    season = _season(values[:season_rows], step_s)
    rows = max(_FEWEST_KEPT, _KEPT_NUMBERS // values.shape[1], 4 * season.longest)
    notes: list[str] = []
    if rows < len(values):
        notes.append(f"The last {rows} of {len(values)} rows were used.")
    sample = _sample(widths, seed)
    if len(sample) < values.shape[1]:
        notes.append(f"Past forecasts were scored on {len(sample)} of {values.shape[1]} states.")
    missing = float(np.isnan(values[-rows:]).mean())
    if missing > 0:
        notes.append(f"{missing:.1%} of the readings are missing; the last reading stands in.")
    return Prepared(values[-rows:], tuple(names), season, sample, tuple(notes))


def _season(values: Table, step_s: float | None) -> Season:
    """Find the season on as many columns as the length allows."""
    columns = max(1, min(24, _SEASON_NUMBERS // max(len(values), 1)))
    picked = np.unique(np.linspace(0, values.shape[1] - 1, columns).astype(int))
    return find_season(values[:, picked], step_s)


def _check(values: Table, names: Sequence[str], widths: Sequence[int]) -> None:
    """Refuse what cannot be forecast."""
    if len(values) < FEWEST_ROWS:
        raise InputError(
            f"The data have {len(values)} samples; a forecast needs at least {FEWEST_ROWS}.",
            hint="Send a longer history.",
        )
    if len(names) != len(widths) or sum(widths) != values.shape[1] or len(set(widths)) != 1:
        raise InputError(
            f"Variables {tuple(names)} of widths {tuple(widths)} do not share"
            f" {values.shape[1]} columns evenly."
        )
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        name = str(names[int(column) // widths[0]])
        raise InputError(
            f"Variable {name!r} is infinite at sample {row}.",
            hint="Mark missing readings as missing.",
            variable=name,
            row=int(row),
        )
    empty = np.isnan(values[-1]) & np.isnan(values).all(axis=0)
    if empty.any():
        name = str(names[int(np.argmax(empty)) // widths[0]])
        raise InputError(
            f"Variable {name!r} has no reading at all in one of its columns.",
            hint="Leave the variable out with --variable, or mask its empty cells.",
            variable=name,
        )


def _sample(widths: Sequence[int], seed: int) -> Int[np.ndarray, "column"]:
    """Return evenly spread states of each variable, the offset drawn from the seed."""
    width = widths[0]
    cells = min(width, max(_CELLS // len(widths), 32))
    shift = np.random.default_rng(seed).uniform(0, width / cells)
    inside = np.floor(np.arange(cells) * width / cells + shift).astype(int)
    inside = np.arange(width) if cells == width else np.minimum(inside, width - 1)
    return (np.arange(len(widths))[:, None] * width + inside).ravel()


def scored_leads(horizon: int) -> Int[np.ndarray, "lead"]:
    """Return the leads whose past is scored: 1, 2, 3, 5, 8, 12 … and the last."""
    return np.unique(np.append(_ANCHORS[horizon > _ANCHORS], horizon))


def past_plan(rows: int, horizon: int) -> Plan:
    """Return the origins of the recent past: up to 200, over at most half of a short history.

    The present origin, row `rows − 1`, comes one stride after the last of them.
    """
    span = min(rows // 2 + rows % 2, max(int(_SPAN * rows), _ORIGINS))
    stride = int(np.clip(span // _ORIGINS, 1, _LONGEST_STRIDE))
    count = max(1, min(_ORIGINS, span // stride))
    origins = rows - 1 - stride * np.arange(count, 0, -1)
    return Plan(origins, scored_leads(horizon), (0,), stride)
