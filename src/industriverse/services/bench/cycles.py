"""Thermodynamic cycles beside TESPy, timed warm, and beside libraries with their own properties."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from industriverse.engines.simulation.cycles import (
    Brayton,
    Diesel,
    Otto,
    Rankine,
    VapourCompression,
)

from . import _cycle_peers as peers

Row = dict[str, str | bool | float | None]
Solver = Rankine | Brayton | Otto | Diesel | VapourCompression
_ROUNDS = {"tespy": 21, "iapws": 3, "cantera": 3}


@dataclass(frozen=True, slots=True)
class _Case:
    """A cycle, the parameter that changes from solve to solve, and who else solves it.

    Attributes:
        cycle: As given.
        changed: Name of the parameter.
        values: It takes them in turn, so that no solve repeats the last.
        peers: By package: makes the peer's solver.
    """

    cycle: Solver
    changed: str
    values: tuple[float, float]
    peers: Mapping[str, Callable[[Any], peers.Solve]]

    def ours(self, value: float) -> float:
        return replace(self.cycle, **{self.changed: value}).solve().efficiency


def _air(make: Callable[[Any, str], peers.Solve], library: str) -> Callable[[Any], peers.Solve]:
    return lambda cycle: make(cycle, library)


_STEAM, _REHEAT = (
    Rankine(8e6, 8e3, 753.15, turbine_efficiency=0.85, pump_efficiency=0.85),
    Rankine(15e6, 10e3, 873.15, 4e6, turbine_efficiency=0.85, pump_efficiency=0.8),
)
_GAS = Brayton(10.0, 300.0, 1400.0, compressor_efficiency=0.8, turbine_efficiency=0.85)
_COLD = VapourCompression(263.15, 313.15, 5.0, 5.0, 0.8)
CASES = {
    "rankine": _Case(
        _STEAM,
        "steam_temperature",
        (753.15, 773.15),
        {"tespy": peers.tespy_rankine, "iapws": peers.iapws_rankine},
    ),
    "rankine, reheat": _Case(
        _REHEAT,
        "steam_temperature",
        (873.15, 853.15),
        {"tespy": peers.tespy_rankine, "iapws": peers.iapws_rankine},
    ),
    "brayton": _Case(
        _GAS,
        "turbine_temperature",
        (1400.0, 1350.0),
        {"tespy": peers.tespy_brayton, "iapws": _air(peers.air_brayton, "iapws")},
    ),
    "brayton, regeneration": _Case(
        replace(_GAS, regeneration=0.8),
        "turbine_temperature",
        (1400.0, 1350.0),
        {"tespy": peers.tespy_brayton, "iapws": _air(peers.air_brayton, "iapws")},
    ),
    "brayton, thin air": _Case(
        replace(_GAS, inlet_pressure=1e3),
        "turbine_temperature",
        (1400.0, 1350.0),
        {"cantera": _air(peers.air_brayton, "cantera")},
    ),
    "otto": _Case(
        Otto(8.0, 8e5, 290.0), "heat", (8e5, 7e5), {"iapws": _air(peers.air_otto, "iapws")}
    ),
    "otto, thin air": _Case(
        Otto(8.0, 8e5, 290.0, 1e3),
        "heat",
        (8e5, 7e5),
        {"cantera": _air(peers.air_otto, "cantera")},
    ),
    "diesel": _Case(
        Diesel(18.0, 2.0),
        "cutoff_ratio",
        (2.0, 1.9),
        {"iapws": _air(peers.air_diesel, "iapws")},
    ),
    "diesel, thin air": _Case(
        Diesel(18.0, 2.0, 300.0, 1e3),
        "cutoff_ratio",
        (2.0, 1.9),
        {"cantera": _air(peers.air_diesel, "cantera")},
    ),
    "vapour compression, R134a": _Case(
        _COLD,
        "evaporator_temperature",
        (263.15, 268.15),
        {
            "tespy": peers.tespy_vapour_compression,
            "cantera": peers.cantera_vapour_compression,
        },
    ),
    "vapour compression, R290": _Case(
        replace(_COLD, fluid="R290"),
        "evaporator_temperature",
        (263.15, 268.15),
        {"tespy": peers.tespy_vapour_compression},
    ),
}
"""Cycles by name. Otto and Diesel are closed, which TESPy does not have."""


def cycle_rows(progress: Callable[[str, float], None]) -> list[Row]:
    """Solve each cycle by us and by each peer, in turn, with a parameter that changes.

    Args:
        progress: Called with a sentence and the share done.

    Returns:
        A row a cycle and peer: `name`; `against`, the peer with its version; `ours` and `peer`,
        efficiency or coefficient of performance at the first value; `relative_difference`, of
        the worse of both values; `our_ms` and `peer_ms`, medians of warm solves; `ratio`, theirs
        over ours; `note`. A peer that is not installed has no numbers and a note of how to get it.
    """
    pairs = [(name, peer) for name, case in CASES.items() for peer in case.peers]
    return list(_rows(pairs, progress))


def _rows(pairs: list[tuple[str, str]], progress: Callable[[str, float], None]) -> Iterator[Row]:
    for index, (name, peer) in enumerate(pairs):
        progress(f"{name} beside {peer}", index / len(pairs))
        try:
            yield _beside(name, peer, version(peer))
        except PackageNotFoundError:
            yield _absent(name, peer)


def _absent(name: str, peer: str) -> Row:
    ours = CASES[name].ours(CASES[name].values[0])
    empty = dict.fromkeys(("peer", "relative_difference", "our_ms", "peer_ms", "ratio"))
    note = f"{peer} is not installed: pip install {peer}"
    return {"name": name, "against": peer, "ours": ours} | empty | {"note": note}


def _beside(name: str, peer: str, release: str) -> Row:
    case = CASES[name]
    theirs = case.peers[peer](case.cycle)
    # The first solve of a network and of a fluid is not warm.
    pairs = [(case.ours(value), theirs(value)) for value in case.values]
    spent: tuple[list[float], list[float]] = ([], [])
    for index in range(_ROUNDS[peer]):
        value = case.values[index % 2]
        for solve, times in zip((case.ours, theirs), spent, strict=True):
            began = time.perf_counter()
            solve(value)
            times.append(1e3 * (time.perf_counter() - began))
    our_ms, peer_ms = map(median, spent)
    return {
        "name": name,
        "against": f"{peer} {release}",
        "ours": pairs[0][0],
        "peer": pairs[0][1],
        "relative_difference": max(abs(ours / other - 1) for ours, other in pairs),
        "our_ms": our_ms,
        "peer_ms": peer_ms,
        "ratio": peer_ms / our_ms,
        "note": "",
    }
