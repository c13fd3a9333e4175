"""Peers of a benchmark: optional packages, and clocks that give both sides the same weather."""

import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import NamedTuple

__all__ = ["CORES", "MISSING", "Row", "Timed", "interleaved", "loaded", "ratios", "row"]

MISSING = "not installed: make bench-peers"
CORES = os.cpu_count() or 1

Row = dict[str, str | bool | float | None]


class Timed(NamedTuple):
    """What one side of a comparison took, at best.

    Attributes:
        seconds: By the wall.
        core_seconds: Of all cores together.
    """

    seconds: float
    core_seconds: float


def loaded(package: str) -> tuple[ModuleType, str] | None:
    """Return a peer and its version, None where it is not installed."""
    try:
        return import_module(package), version(package)
    except ImportError:
        return None


def interleaved(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timed]:
    """Time runs in turns, A B A B, and keep the best of each.

    Other work on the machine then slows both sides alike, and the best of many turns little.

    Args:
        runs: By name; each returns only when it is done.
        rounds: Turns of each.
    """
    best: dict[str, Timed] = {}
    for _ in range(rounds):
        for name, run in runs.items():
            wall, core = time.perf_counter(), time.process_time()
            run()
            took = Timed(time.perf_counter() - wall, time.process_time() - core)
            best[name] = min(best.get(name, took), took)
    return best


def row(
    case: str,
    solver: str,
    *,
    package: str = "industriverse",
    unit: str = "",
    note: str = "",
    **figures: float | None,
) -> Row:
    """Return a line of the table; what was not measured stays empty.

    Args:
        case: What is solved.
        solver: By whom.
        package: The solver's.
        unit: Of `took` and `took_cores`.
        note: What a reader must know.
        figures: `step`, `error`, `took`, `took_cores`, `first_s` and `threads`.
    """
    empty: Row = dict.fromkeys(("step", "error", "took", "took_cores", "first_s", "threads"))
    here = "" if note == MISSING else version(package)
    head: Row = {"case": case, "solver": solver, "version": here}
    return head | empty | dict(figures) | {"unit": unit, "note": note}


def ratios(rows: list[Row]) -> dict[str, float]:
    """Return each peer's time over ours, case by case: above one, ours is faster.

    Core time beside it: how many cores were free while each ran does not change it.
    """
    ours = {line["case"]: line for line in rows if line["solver"] == "industriverse"}
    found: dict[str, float] = {}
    for line in rows:
        if line["solver"] == "industriverse" or line["case"] not in ours:
            continue
        for figure, label in (("took", ""), ("took_cores", ", core time")):
            mine, theirs = ours[line["case"]][figure], line[figure]
            if mine and theirs:
                name = f"{line['solver']} over ours{label}/{line['case']}"
                found[name] = float(theirs) / float(mine)
    return found
