"""How long the atlas takes: load a map, make its pyramid, find it among 100 000, build a domain."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import numpy as np

from industriverse.engines.atlas import SequenceFacts, build_pyramid, gradients, record_of
from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.fields import Grid
from industriverse.kernel.maps import Between, MapQuery, MapRecord, map_id
from industriverse.kernel.plugins import installed
from industriverse.services.atlas import BuildRequest, Maps, build

from . import BenchSettings

_SIDE, _FRAMES = 256, 12
_A_SEQUENCE, _BATCH = 50, 5_000
_DOMAINS = tuple(f"domain_{number}" for number in range(11))
_REGIMES = ("stable", "transitional", "chaotic", "phase_change")
_LIMIT = 20
_REPEATS = 31


@dataclass(frozen=True, slots=True)
class Program:
    """What is timed.

    Attributes:
        rows: Maps in the catalogue that is asked.
        domain: Which domain is built, in this process, from its installed recipe.
        cells, maps: Of that build.
    """

    rows: int = 100_000
    domain: str = "electromagnetics"
    cells: int = 64
    maps: int = 30


def run(settings: BenchSettings, program: Program | None = None) -> dict[str, Any]:
    """Time each on a scratch atlas of 256 x 256 maps and a catalogue of 100 000 rows."""
    program = program or Program()
    if settings.maps is None:
        raise UnavailableError("This benchmark needs an atlas on a disk.")
    maps, random = settings.maps, np.random.default_rng(settings.seed)
    settings.progress("cells", 0.0)
    metrics = _cells(maps, random)
    settings.progress("build", 0.1)
    metrics |= _build(maps, program)
    began = time.perf_counter()
    _fill(maps, random, program.rows, settings.progress)
    metrics["add_rows_s"] = time.perf_counter() - began
    rows = [_query_row(maps, name, asked) for name, asked in _queries().items()]
    metrics["query_ms"] = max(row["median_ms"] for row in rows)
    metrics["next_page_ms"] = max(row["next_page_ms"] or 0.0 for row in rows)
    metrics["statistics_ms"] = _median_ms(maps.catalogue.statistics, 5)
    metrics["catalogue_rows"] = program.rows
    return {"metrics": metrics, "rows": rows}


def _median_ms(call: Callable[[], object], repeats: int = _REPEATS) -> float:
    call()
    taken: list[float] = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return 1e3 * float(np.median(taken))


def _facts(sequence: str) -> SequenceFacts:
    ends = ("periodic", "periodic")
    return SequenceFacts(
        sequence=sequence,
        domain=_DOMAINS[0],
        origin="bench",
        grid=Grid((_SIDE, _SIDE), (0.5, 0.5), ("y", "x"), ("m", "m"), ends),
        unit="J/m^3",
        licence="Apache-2.0",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        regime="",
        parameters=MappingProxyType({"control": 0.0}),
        provenance=MappingProxyType({}),
    )


def _cells(maps: Maps, random: np.random.Generator) -> dict[str, Any]:
    """Time writing, loading and pyramids of real arrays."""
    facts = _facts("bench-cells")
    frames = [random.exponential(1.0, facts.grid.shape) for _ in range(_FRAMES)]
    began = time.perf_counter()
    maps.keep(facts, ((float(frame), cells) for frame, cells in enumerate(frames)))
    write_ms = 1e3 * (time.perf_counter() - began) / _FRAMES
    names = iter([map_id(facts.sequence, i % _FRAMES) for i in range(4 * _REPEATS)])
    return {
        "load_ms": _median_ms(lambda: maps.load(next(names))),
        "load_64_ms": _median_ms(lambda: maps.load(next(names), level=4)),
        "pyramid_ms": _median_ms(lambda: build_pyramid(frames[0], facts.grid)),
        "gradients_ms": _median_ms(lambda: gradients(frames[0], facts.grid)),
        "write_ms_a_map": write_ms,
    }


def _build(maps: Maps, program: Program) -> dict[str, Any]:
    """Time a build of one domain, the compiling of its solver included."""
    request = BuildRequest(program.cells, program.maps, (program.domain,))
    began = time.perf_counter()
    (built,) = build(maps, installed(), request).domains
    seconds = time.perf_counter() - began
    return {
        "build_cells": program.cells,
        "build_maps": built.maps,
        "build_s": seconds,
        "build_maps_a_second": built.maps / seconds,
    }


def _fill(
    maps: Maps, random: np.random.Generator, rows: int, progress: Callable[[str, float], None]
) -> None:
    """List made-up maps: rows only, drawn to spread over what queries ask for."""
    facts = _facts("bench-rows")
    cells = random.exponential(1.0, facts.grid.shape)
    pattern = record_of(facts, 0, 0.0, build_pyramid(cells, facts.grid))
    for first in range(0, rows, _BATCH):
        progress("catalogue", first / rows)
        last = min(first + _BATCH, rows)
        maps.catalogue.add([_row(pattern, n, random) for n in range(first, last)])


def _row(pattern: MapRecord, number: int, random: np.random.Generator) -> MapRecord:
    run, frame = divmod(number, _A_SEQUENCE)
    sequence = f"bench-{run:05d}"
    return replace(
        pattern,
        id=map_id(sequence, frame),
        sequence=sequence,
        frame=frame,
        time_s=float(frame),
        domain=_DOMAINS[run % len(_DOMAINS)],
        regime=_REGIMES[run % len(_REGIMES)],
        energy=float(random.lognormal()),
        entropy=float(random.uniform(5.0, 11.0)),
        parameters=MappingProxyType({"control": run / 1000, "other": float(run % 7)}),
    )


def _queries() -> dict[str, MapQuery]:
    return {
        "everything": MapQuery(),
        "domain": MapQuery(domain=_DOMAINS[3]),
        "regime": MapQuery(regime=_REGIMES[2]),
        "domain and regime": MapQuery(domain=_DOMAINS[3], regime=_REGIMES[2]),
        "narrow energy": MapQuery(energy=Between(1.0, 1.01)),
        "wide energy of a domain": MapQuery(domain=_DOMAINS[5], energy=Between(0.1, 10.0)),
        "entropy": MapQuery(entropy=Between(8.0, 8.1)),
        "energy and entropy": MapQuery(energy=Between(0.5, 2.0), entropy=Between(9.0, 9.5)),
        "time": MapQuery(domain=_DOMAINS[1], time_s=Between(10.0, 20.0)),
        "parameter": MapQuery(parameters={"control": Between(0.5, 0.51)}),
        "sequence": MapQuery(sequence="bench-00012"),
        "nothing": MapQuery(domain="none"),
    }


def _query_row(maps: Maps, name: str, asked: MapQuery) -> dict[str, Any]:
    page = maps.catalogue.query(asked, limit=_LIMIT)
    following = page.following

    def ask() -> object:
        return maps.catalogue.query(asked, limit=_LIMIT)

    def go_on() -> object:
        return maps.catalogue.query(asked, limit=_LIMIT, after=following)

    return {
        "query": name,
        "maps": len(page.records),
        "median_ms": _median_ms(ask),
        "next_page_ms": _median_ms(go_on) if following else None,
    }
