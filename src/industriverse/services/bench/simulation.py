"""Our solvers beside their best peers: time at equal error, in turns, in one run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import BenchSettings
from ._flow_race import FlowRace, flow_rows
from ._fluid_race import FluidRace, fluid_rows
from ._light_race import LightRace, light_rows
from ._peers import MISSING, Row, ratios, row
from .cycles import cycle_rows

__all__ = ["FULL", "Program", "cycle_lines", "measured", "run"]

Progress = Callable[[str, float], None]
_CYCLE_UNIT = "ms per solve"


@dataclass(frozen=True, slots=True)
class Program:
    """What is run.

    Attributes:
        flows, lights, fluids: The cases.
        rounds: Turns of each side; the best counts.
        cycles: Whether thermodynamic cycles run too.
    """

    flows: tuple[FlowRace, ...]
    lights: tuple[LightRace, ...]
    fluids: tuple[FluidRace, ...]
    rounds: int
    cycles: bool = True


FULL = Program(
    flows=(FlowRace(128, 0.05, 1.0, 1e-6), FlowRace(256, 0.01, 0.5, 1e-6)),
    lights=(LightRace(128, 2000), LightRace(256, 500)),
    fluids=(
        FluidRace(8, 500, 500),
        FluidRace(12, 500, 300),
        FluidRace(12, 500, 300, "cut"),
    ),
    rounds=7,
)


def run(settings: BenchSettings) -> dict[str, Any]:
    """Race every pair.

    Returns:
        `metrics`: our times, in the unit of their row; `peers`: theirs; `ratios`: theirs over
        ours; `rows`: also step, error, core time, first call with compilation, threads, versions.
        A peer that is not installed has a row that says so, and no figure.
    """
    return measured(FULL, settings.progress)


def measured(program: Program, progress: Progress) -> dict[str, Any]:
    """Run a program and return what `run` does."""
    races: list[tuple[str, Callable[[], list[Row]]]] = [
        *((race.name, lambda r=race: flow_rows(r, program.rounds)) for race in program.flows),
        *((race.name, lambda r=race: light_rows(r, program.rounds)) for race in program.lights),
        *((race.name, lambda r=race: fluid_rows(r, program.rounds)) for race in program.fluids),
    ]
    rows: list[Row] = []
    for number, (name, race) in enumerate(races):
        progress(name, number / len(races))
        rows += race()
    if program.cycles:
        rows += [line for pair in cycle_rows(progress) for line in cycle_lines(pair)]
    return {**_summary(rows), "rows": rows}


def _summary(rows: list[Row]) -> dict[str, Any]:
    metrics: dict[str, float] = {}
    peers: dict[str, dict[str, float]] = {}
    for line in rows:
        took = line["took"]
        if took is None:
            continue
        name, solver = str(line["case"]), str(line["solver"])
        place = metrics if solver == "industriverse" else peers.setdefault(solver, {})
        place[name] = float(took)
    return {"metrics": metrics, "peers": peers, "ratios": ratios(rows)}


def cycle_lines(pair: Row) -> list[Row]:
    """Return our line and the peer's from a cycle's row; the error is how far the two are apart."""
    peer, _, release = str(pair["against"]).partition(" ")
    case = f"{pair['name']}, {peer}"
    note = MISSING if pair["peer"] is None else "median of warm solves, a parameter changed"
    error, ours, theirs = (
        _number(pair[key]) for key in ("relative_difference", "our_ms", "peer_ms")
    )
    mine = row(
        case, "industriverse", unit=_CYCLE_UNIT, note=note, took=ours, error=error, threads=1.0
    )
    if theirs is None:
        return [mine, row(case, peer, note=MISSING)]
    other = row(case, peer, unit=_CYCLE_UNIT, note=note, took=theirs, error=error, threads=1.0)
    return [mine, other | {"version": release}]


def _number(value: str | bool | float | None) -> float | None:
    return None if value is None else float(value)
