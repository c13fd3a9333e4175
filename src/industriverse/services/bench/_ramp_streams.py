"""Seeded streams whose control parameter crosses a threshold at a known sample."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.lattice import Ising, Spins, critical_temperature, drawn
from industriverse.engines.simulation.network import Machines, PowerGrid, kicked
from industriverse.engines.simulation.perturbations import (
    FOLD,
    HOPF,
    LOGISTIC,
    LORENZ,
    PENDULUM,
    PITCHFORK,
    Edges,
    Ramp,
    RampTruth,
    System,
    WhiteNoise,
    driven,
    perturb,
    ramp_truth,
)
from industriverse.engines.simulation.rollout import Number
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.observations import Observation
from industriverse.kernel.signals import Channel, Signals

Table = Float[np.ndarray, "time channel"]

BEFORE, AFTER = 960, 600
"""Samples before the crossing, about, and after it, at least."""
_WIDTHS = (2, 300)
_CELLS = 16
_SENSOR_DECIBELS = 30.0


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with its truth.

    Attributes:
        system: Its name.
        observed: As a reader would give it.
        table: `(time, channel)`. The telemetry itself; of a field its mean and its deviation over
            the cells, for detectors that do not take fields.
        truth: Of each sample.
        moving: First sample at which the control parameter moves.
    """

    system: str
    observed: Observation
    table: Table
    truth: RampTruth
    moving: int

    @property
    def crossing(self) -> int:
        """The sample at which the threshold is crossed."""
        return self.truth.crossings[0]

    def until(self, sample: int, most: int) -> Observation:
        """Return at most so many of the samples before one, as a feed holds them."""
        first = max(0, sample - most)
        observed = self.observed
        if isinstance(observed, Signals):
            return replace(observed, values=observed.values[first:sample])
        fields = {name: values[first:sample] for name, values in observed.variables.items()}
        return replace(observed, variables=fields)


@dataclass(frozen=True, slots=True)
class _Case:
    """Ranges that a stream's ramp and noise are drawn from."""

    before: tuple[float, float]
    after: tuple[float, float]
    noise: tuple[float, float] = (0.0, 0.0)
    system: System | None = None


_CASES: dict[str, _Case] = {
    "Lorenz": _Case((18, 22), (28, 40), (0.05, 0.2), LORENZ),
    "pendulum": _Case((0.6, 0.95), (1.12, 1.2), (0.002, 0.01), PENDULUM),
    "pitchfork": _Case((-1.0, -0.4), (0.4, 1.2), (0.02, 0.06), PITCHFORK),
    "fold": _Case((-0.2, 0.2), (0.5, 0.9), (0.02, 0.06), FOLD),
    "Hopf": _Case((-1.0, -0.4), (0.4, 1.5), (0.02, 0.06), HOPF),
    "logistic map": _Case((2.3, 2.7), (3.2, 3.4), (0.002, 0.01), LOGISTIC),
    "swing equation": _Case((1.5, 2.0), (0.5, 0.8)),
    "Ising": _Case((1.7, 2.0), (2.6, 3.2)),
}
SYSTEMS = tuple(_CASES)


def streams(systems: tuple[str, ...], seeds: int, seed: int) -> Iterator[Stream]:
    """Yield as many streams of each system as there are seeds."""
    for name in systems:
        for number in range(seeds):
            yield _stream(name, np.random.default_rng([seed, SYSTEMS.index(name), number]))


def _stream(name: str, random: np.random.Generator) -> Stream:
    case = _CASES[name]
    before, after = random.uniform(*case.before), random.uniform(*case.after)
    width = int(np.exp(random.uniform(*np.log(_WIDTHS))))
    ramp = Ramp("linear", before, after, BEFORE - width // 2, BEFORE - width // 2 + width)
    seed = int(random.integers(2**31))
    if case.system is None:
        return _FIELDS[name](ramp, seed)
    noise = float(np.exp(random.uniform(*np.log(case.noise))))
    made = case.system.ramped(ramp, ramp.stop + AFTER, noise=noise, seed=seed)
    table = perturb(made.values, [WhiteNoise(_SENSOR_DECIBELS)], seed=seed).values
    channels = tuple(Channel(f"sensor {i}") for i in range(table.shape[1]))
    return Stream(name, Signals(0.0, 1.0, table, channels), table, made.truth, ramp.start)


def _field(
    name: str, variable: str, frames: Float[np.ndarray, "time y x"], truth: RampTruth, moving: int
) -> Stream:
    side = frames.shape[1]
    grid = Grid((side, side), (1.0, 1.0), ("y", "x"), ("m", "m"), ("periodic", "periodic"))
    noisy = perturb(frames, [WhiteNoise(_SENSOR_DECIBELS)], seed=moving).values
    observed = Trajectory({variable: noisy}, {variable: "1"}, grid, 0.0, 1.0)
    table = np.stack([noisy.mean(axis=(1, 2)), noisy.std(axis=(1, 2))], axis=1)
    return Stream(name, observed, table, truth, moving)


def _swung(
    grid: PowerGrid, state: Machines, given: tuple[Number, Float[np.ndarray, "y x"]]
) -> Machines:
    strength, push = given
    state = replace(grid, strength=strength).step(state, _SWING_STEP_S)
    return state._replace(frequency=state.frequency + push)


_SWING_STEP_S, _SWING_STEPS = 0.1, 5
_SWING_EDGES = Edges((1.0,), ("out of step", "in step"), ("", "stable"), 0.1)
_ONSAGER = float(critical_temperature())
_ISING_EDGES = Edges((_ONSAGER,), ("ordered", "disordered"), ("stable", "stable"), _ONSAGER / 10)


def _swing(ramp: Ramp, seed: int) -> Stream:
    """Return the frequencies of a grid that load noise shakes, as its lines weaken."""
    control = ramp.path(ramp.stop + AFTER)
    grid = PowerGrid(inertia=1.0, damping=0.3, power=1.0, strength=ramp.before)
    draws = np.random.default_rng(seed).standard_normal((len(control), _CELLS, _CELLS))
    given = (jnp.asarray(control), jnp.asarray(0.01 * draws))
    path = driven(_swung, grid, kicked(grid, _CELLS, 0.05, seed), given, _SWING_STEPS)
    frames = np.asarray(path.frequency)
    truth = ramp_truth(control, _SWING_EDGES)
    return _field("swing equation", "frequency", frames, truth, ramp.start)


def _heated(nothing: None, spins: Spins, temperature: Number) -> Spins:
    del nothing
    return Ising(temperature).sweep(spins, 1.0)


def _ising(ramp: Ramp, seed: int) -> Stream:
    """Return the spins of a lattice that is heated out of its order, five sweeps a sample."""
    control = ramp.path(ramp.stop + AFTER)
    start = drawn(_CELLS, seed, up=1.0)
    frames = np.asarray(driven(_heated, None, start, jnp.asarray(control), 5).spin, np.float64)
    return _field("Ising", "spin", frames, ramp_truth(control, _ISING_EDGES), ramp.start)


_FIELDS: dict[str, Callable[[Ramp, int], Stream]] = {"swing equation": _swing, "Ising": _ising}
