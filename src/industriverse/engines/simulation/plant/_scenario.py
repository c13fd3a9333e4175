"""What is planned: ordinary days, and the episodes a watcher may discover in them."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

DAY_S = 180.0
"""A plant day passes in three minutes, so that a watching person sees its cycles."""

EpisodeName = Literal[
    "steady", "demand_ramp", "valve_hunting", "cavitation", "fouling", "leak", "recovery"
]


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of the plan.

    Attributes:
        name: What happens.
        start_s, end_s: Within the cycle of `CYCLE_S`.
        words: One plain sentence.
    """

    name: EpisodeName
    start_s: float
    end_s: float
    words: str


EPISODES: tuple[Episode, ...] = (
    Episode("steady", 0, 720, "Ordinary days."),
    Episode("demand_ramp", 720, 900, "Demand for cold water falls by a fifth and stays there."),
    Episode("steady", 900, 1260, "Ordinary running at the lower demand."),
    Episode("valve_hunting", 1260, 2160, "The flow controller's gain is turned up too far."),
    Episode("recovery", 2160, 2520, "The gain is back; demand returns to normal."),
    Episode("cavitation", 2520, 3300, "The suction strainer clogs until the water boils."),
    Episode("recovery", 3300, 3780, "The strainer is clean again."),
    Episode("fouling", 3780, 4500, "Scale builds up on the exchanger, then it is cleaned."),
    Episode("steady", 4500, 4860, "Ordinary days."),
    Episode("leak", 4860, 5340, "Cold water leaks out between the flow meter and the exchanger."),
    Episode("recovery", 5340, 5700, "The leak is closed."),
)
CYCLE_S = 5700.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is set from outside at one instant.

    Attributes:
        demand_kg_s: Wanted cold flow.
        moving: Whether demand is being moved.
        drifting: Whether scale is building up.
        gain: Of the flow controller.
        strainer: Multiple of the clean strainer's resistance.
        fouling: Thermal resistance of scale, as a multiple of the clean exchanger's.
        leak: Share of the metered cold flow that never reaches the exchanger.
        ambient_c: Air temperature.
        source_v: Voltage at the feeder's head.
        other_load: Share of the other load on the feeder.
    """

    demand_kg_s: float
    moving: bool
    drifting: bool
    gain: float
    strainer: float
    fouling: float
    leak: float
    ambient_c: float
    source_v: float
    other_load: float


def episode_at(time_s: float) -> Episode:
    """Return the episode of a plant time."""
    phase = time_s % CYCLE_S
    return next(e for e in EPISODES if e.start_s <= phase < e.end_s)


def _ramp(phase: float, points: tuple[tuple[float, float], ...]) -> float:
    """Interpolate linearly through points (time, value), constant outside."""
    for (t0, v0), (t1, v1) in pairwise(points):
        if t0 <= phase < t1:
            return v0 + (v1 - v0) * (phase - t0) / (t1 - t0)
    return points[0][1] if phase < points[0][0] else points[-1][1]


NORMAL_GAIN, HUNTING_GAIN = 0.4, 2.45
_DEMAND = ((720.0, 12.0), (900.0, 9.6), (2220.0, 9.6), (2340.0, 12.0))
_GAIN = ((1260.0, NORMAL_GAIN), (1440.0, HUNTING_GAIN), (2159.0, HUNTING_GAIN), (2160.0, 0.4))
_STRAINER = ((2520.0, 1.0), (2760.0, 36.0), (3280.0, 36.0), (3300.0, 1.0))
_FOULING = ((3780.0, 0.0), (4420.0, 0.8), (4470.0, 0.8), (4500.0, 0.0))
_LEAK = ((4860.0, 0.0), (4865.0, 0.09), (5335.0, 0.09), (5340.0, 0.0))


def _moving(phase: float, points: tuple[tuple[float, float], ...]) -> bool:
    pairs = pairwise(points)
    return any(t0 <= phase < t1 and v0 != v1 for (t0, v0), (t1, v1) in pairs)


def plan_at(time_s: float) -> Plan:
    """Return what is set from outside at a plant time."""
    phase = time_s % CYCLE_S
    day = 2 * math.pi * time_s / DAY_S
    return Plan(
        demand_kg_s=_ramp(phase, _DEMAND) * (1 + 0.03 * math.sin(day)),
        moving=_moving(phase, _DEMAND),
        drifting=_moving(phase, _FOULING),
        gain=_ramp(phase, _GAIN),
        strainer=_ramp(phase, _STRAINER),
        fouling=_ramp(phase, _FOULING),
        leak=_ramp(phase, _LEAK),
        ambient_c=18.0 + 6.0 * math.sin(day - 0.8),
        source_v=400.0 * (1 + 0.008 * math.sin(day + 2.0)),
        other_load=1.0 + 0.35 * math.sin(day + 0.4),
    )
