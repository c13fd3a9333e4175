"""The plant as a source of samples: resumable, repeatable, with history."""

from dataclasses import dataclass, replace
from math import ceil, exp, sqrt

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.signals import Channel, Signals

from ._channels import CHANNELS
from ._dynamics import CONTROL_PERIOD_S, Streams, Surroundings, controlled, streams, substep
from ._equipment import DESIGN, Design, cavitation_factor, feeder
from ._scenario import Plan, episode_at, plan_at
from ._state import Books, PlantState
from ._truth import INSTABILITY_GAIN, SETTLING_S, Truth, label_of, phase_of
from ._water import Water, water

SOURCE = "demo plant (simulated)"
_LONGEST_SUBSTEP_S = 0.25
_SHORTEST_STEP_S = 0.05
_BLOCK = 256
_DRIVES = 6
_WANDER_S = 8.0
_DEMAND_NOISE, _HOT_NOISE, _COLD_NOISE, _TANK_NOISE = 0.01, 0.5, 0.15, 900.0
_TURBULENCE = 0.25
_SLIP = 0.03
"""Fall of an induction motor's speed between no load and rated load."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What the instruments read and what was really so.

    Attributes:
        signals: The readings; their source says that they are simulated.
        truth: Never shown to a detector.
    """

    signals: Signals
    truth: Truth


def _block(seed: int, number: int) -> Float[np.ndarray, "sample draw"]:
    """Return the noise of a block of samples: a function of seed and place, so resumable."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, number])))
    return random.standard_normal((_BLOCK, _DRIVES + len(CHANNELS)))


def _around(plan: Plan, state: PlantState, turbulence: float, design: Design) -> Surroundings:
    _, hot, cold, tank = state.wander
    return Surroundings(
        plan=plan,
        supply_c=design.cold_inlet_c + 0.1 * (plan.ambient_c - 18.0) + _COLD_NOISE * cold,
        hot_in_c=design.hot_inlet_c + _HOT_NOISE * hot,
        tank_pa=design.tank_pressure_pa + _TANK_NOISE * tank,
        turbulence=_TURBULENCE * turbulence,
    )


def _wander(state: PlantState, draws: list[float]) -> tuple[float, float, float, float]:
    keep = exp(-state.step_s / _WANDER_S)
    spread = sqrt(1 - keep * keep)
    a, b, c, d = (keep * w + spread * x for w, x in zip(state.wander, draws[:4], strict=True))
    return a, b, c, d


def _fresh(seed: int, step_s: float, design: Design) -> PlantState:
    """Return the plant near its design point, where it would be after hours of running."""
    table = water()
    return PlantState(
        seed=seed,
        step_s=step_s,
        index=0,
        flow=0.012,
        opening=0.6,
        target=0.6,
        hot_h=table.h(48.3),
        cold_h=table.h(46.4),
        wall_j=1.4e6 * design.wall_lag_s,
        wander=(0.0, 0.0, 0.0, 0.0),
        speed_ratio=1.0,
        phase="settling",
        settled_at_s=SETTLING_S,
        books=Books(),
    )


def step(
    state: PlantState, draws: list[float], design: Design, table: Water
) -> tuple[PlantState, Streams, Surroundings]:
    """Advance by one sample."""
    time_s = state.index * state.step_s
    plan = plan_at(time_s)
    state = replace(state, wander=_wander(state, draws))
    around = _around(plan, state, draws[4], design)
    if int(time_s / CONTROL_PERIOD_S) != int((time_s - state.step_s) / CONTROL_PERIOD_S):
        wanted = plan.demand_kg_s * (1 + _DEMAND_NOISE * state.wander[0])
        state = controlled(state, table.rho(around.supply_c), plan, wanted)
    pieces = ceil(state.step_s / _LONGEST_SUBSTEP_S)
    for _ in range(pieces):
        state = substep(design, state, around, table, state.step_s / pieces)
    now = streams(design, state, around, table)
    settled = time_s + SETTLING_S if plan.moving else state.settled_at_s
    after = replace(
        state,
        index=state.index + 1,
        settled_at_s=settled,
        phase=phase_of(plan.gain, now.margin, state.phase),
        speed_ratio=1.0 + _SLIP * (0.75 - now.electric_w / design.rated_motor_w),
    )
    return after, now, around


def _vibration(design: Design, state: PlantState, margin: float, draw: float) -> float:
    """Return the pump's vibration [mm/s]: imbalance, flow off its best, collapsing bubbles."""
    off_best = 1.0 - state.flow / (design.best_flow * state.speed_ratio)
    bubbles = 9.0 * (1.0 - cavitation_factor(margin)) * (1.0 + 0.35 * abs(draw))
    return 1.1 * state.speed_ratio**2 + 1.5 * off_best * off_best + bubbles


def _reading(
    design: Design, state: PlantState, now: Streams, around: Surroundings, draw: float
) -> list[float]:
    """Return the channels without noise, in the order of `CHANNELS`."""
    table, plan = water(), around.plan
    other = design.other_load_w * plan.other_load
    voltage, current, _ = feeder(design, plan.source_v, now.electric_w, other)
    return [
        state.flow * now.density,
        now.inlet_pa / 1e3,
        now.outlet_pa / 1e3,
        design.rated_speed_rpm * state.speed_ratio,
        now.electric_w / 1e3,
        state.opening,
        now.hot_flow,
        now.hot_in_c,
        table.celsius(state.hot_h),
        now.cold_in_c,
        table.celsius(state.cold_h),
        now.hot_flow * (table.h(now.hot_in_c) - state.hot_h) / 1e3,
        voltage,
        current,
        _vibration(design, state, now.margin, draw),
    ]


@dataclass(frozen=True, slots=True)
class _Instant:
    """Truth of one sample."""

    label: str
    crossing: bool
    episode: str
    balance_w: float
    leak_kg_s: float
    margin: float
    gain_ratio: float
    fouling: float


def _truth_of(before: PlantState, after: PlantState, now: Streams, plan: Plan) -> _Instant:
    time_s = before.index * before.step_s
    warmed = after.cold_h - water().h(now.cold_in_c)
    return _Instant(
        label=label_of(
            plan.gain,
            now.margin,
            relaxing=time_s < after.settled_at_s,
            drifting=plan.drifting,
        ),
        crossing=after.phase != before.phase,
        episode=episode_at(time_s).name,
        balance_w=-now.leak * warmed,
        leak_kg_s=now.leak,
        margin=now.margin,
        gain_ratio=plan.gain / INSTABILITY_GAIN,
        fouling=plan.fouling,
    )


def _truth(rows: list[_Instant]) -> Truth:
    return Truth(
        label=tuple(row.label for row in rows),
        crossing=np.array([row.crossing for row in rows], bool),
        episode=tuple(row.episode for row in rows),
        balance_w=np.array([row.balance_w for row in rows], np.float64),
        leak_kg_s=np.array([row.leak_kg_s for row in rows], np.float64),
        suction_margin=np.array([row.margin for row in rows], np.float64),
        gain_ratio=np.array([row.gain_ratio for row in rows], np.float64),
        fouling=np.array([row.fouling for row in rows], np.float64),
    )


def simulate(
    state: PlantState, samples: int, design: Design = DESIGN
) -> tuple[PlantState, Float[np.ndarray, "time channel"], Truth]:
    """Return the state after some samples, the readings and their truth.

    Splitting a run anywhere gives the same samples to the last bit.
    """
    table = water()
    clean = np.empty((samples, len(CHANNELS)))
    noise = np.empty((samples, len(CHANNELS)))
    rows: list[_Instant] = []
    block, number = np.empty((0, 0)), -1
    for i in range(samples):
        if state.index // _BLOCK != number:
            number = state.index // _BLOCK
            block = _block(state.seed, number)
        draws = block[state.index % _BLOCK]
        after, now, around = step(state, draws[:_DRIVES].tolist(), design, table)
        clean[i] = _reading(design, after, now, around, float(draws[5]))
        noise[i] = draws[_DRIVES:]
        rows.append(_truth_of(state, after, now, around.plan))
        state = after
    spread = np.array([channel.noise for channel in CHANNELS])
    return state, clean + noise * spread, _truth(rows)


def _checked(seed: int, step_s: float) -> None:
    if seed < 0:
        raise ContractError(f"The plant's seed is {seed}.", hint="Give a whole number from 0 on.")
    if not _SHORTEST_STEP_S <= step_s <= CONTROL_PERIOD_S:
        raise ContractError(
            f"The plant cannot sample every {step_s} s.",
            hint=f"Choose a step between {_SHORTEST_STEP_S:g} and {CONTROL_PERIOD_S:g} s.",
        )


class Plant:
    """A living plant: give it time, take its readings.

    Everything is simulated: real properties of water, no real plant. The same seed and step
    give the same samples, however the run is cut into pieces.

    Examples:
        >>> Plant(seed=1, step_s=1.0).advance(3).shape
        (3, 15)
    """

    def __init__(self, seed: int = 0, step_s: float = 1.0) -> None:
        _checked(seed, step_s)
        self._state = _fresh(seed, step_s, DESIGN)

    @classmethod
    def resume(cls, state: PlantState) -> "Plant":
        """Return a plant that goes on from a kept state."""
        plant = cls(state.seed, state.step_s)
        plant._state = state
        return plant

    @property
    def state(self) -> PlantState:
        """The whole memory of the plant; keep it to resume."""
        return self._state

    @property
    def time_s(self) -> float:
        """Plant time of the next sample."""
        return self._state.index * self._state.step_s

    @property
    def name(self) -> str:
        """Short name."""
        return "demo-plant"

    @property
    def title(self) -> str:
        """Name for people."""
        return "Demo plant (simulated): pump, heat exchanger, feeder"

    @property
    def simulated(self) -> bool:
        """Always true: no number of this plant comes from a machine."""
        return True

    @property
    def step_s(self) -> float:
        """Seconds of plant time between samples."""
        return self._state.step_s

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it measures."""
        return tuple(Channel(channel.name, channel.unit) for channel in CHANNELS)

    @property
    def titles(self) -> dict[str, str]:
        """Channel name to its name for people."""
        return {channel.name: channel.title for channel in CHANNELS}

    def advance(self, count: int) -> Float[np.ndarray, "time channel"]:
        """Return the next samples, channels in the order of `CHANNELS`."""
        self._state, values, _ = simulate(self._state, count)
        return values

    def run(self, seconds: float) -> Readings:
        """Return the samples of the next seconds, with their truth."""
        start = self.time_s
        samples = round(seconds / self._state.step_s)
        self._state, values, truth = simulate(self._state, samples)
        return Readings(_signals(start, self._state.step_s, values), truth)

    def history(self, hours: float) -> Readings:
        """Return the first hours of the plant's life, to fill a screen before it goes on."""
        return self.run(hours * 3600.0)


def _signals(start: float, step_s: float, values: Float[np.ndarray, "time channel"]) -> Signals:
    channels = tuple(Channel(channel.name, channel.unit) for channel in CHANNELS)
    return Signals(start, step_s, values, channels, source=SOURCE)
