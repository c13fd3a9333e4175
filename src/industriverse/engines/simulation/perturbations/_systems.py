"""Systems with a known threshold whose control parameter may change on the way."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.motions import (
    Lorenz,
    lorenz_rate,
    pendulum_rate,
    runge_kutta,
)
from industriverse.engines.simulation.rollout import Number
from industriverse.kernel.errors import ContractError

from ._ramps import Edges, Path, Ramp, RampTruth, driven, ramp_truth
from ._truth import at_least

Point = Float[jax.Array, "state"]
Rate = Callable[[Point, Number, Number], Point]
Step = Callable[[Number, tuple[Point, Number], tuple[Number, Point]], tuple[Point, Number]]
_SETTLING = 400


@dataclass(frozen=True, slots=True)
class System:
    """A system of few variables with a threshold.

    Attributes:
        name: For people.
        step: From the step's length, state and time, and the control parameter and the noise of
            one step, to state and time after it.
        edges: Its thresholds.
        least, most: Control parameters between which the edges tell all.
        start: A state on its first side.
        sample_s: Time between samples, in the system's own unit; 1 for a map.
        every: Steps a sample.
        shown: Which of the state's parts an instrument would give.
    """

    name: str
    step: Step
    edges: Edges
    least: float
    most: float
    start: tuple[float, ...]
    sample_s: float
    every: int
    shown: tuple[int, ...]

    def ramped(self, ramp: Ramp, samples: int, *, noise: float, seed: int) -> "Ramped":
        """Return the system's path while its control parameter follows a ramp.

        Args:
            ramp: Within `least` and `most`.
            samples: At least the ramp's stop.
            noise: σ of `dx = … + σ dW`; each variable's own, in its unit over the root of time.
            seed: Draws it.

        Raises:
            ContractError: The ramp leaves the range or the samples; or the path is not finite.
        """
        return self.followed(ramp.path(samples), noise=noise, seed=seed)

    def followed(self, control: Path, *, noise: float, seed: int) -> "Ramped":
        """Return the path under any course of the control parameter, after it has settled.

        It first runs 400 samples at the course's first value, with the same noise.

        Args:
            control: `(time,)`. Within `least` and `most`.
            noise: As for `ramped`.
            seed: As for `ramped`.

        Raises:
            ContractError: As for `ramped`.
        """
        at_least(noise, 0.0, "noise")
        if not (self.least <= control.min() and control.max() <= self.most):
            raise ContractError(
                f"The control parameter of {self.name} goes from {control.min():g} to "
                f"{control.max():g}.",
                hint=f"Its regimes are known from {self.least:g} to {self.most:g}.",
            )
        whole = np.concatenate([np.full(_SETTLING, control[0]), control])
        path = self.path(np.array(self.start), whole, noise=noise, seed=seed)[_SETTLING:]
        return Ramped(path[:, list(self.shown)], ramp_truth(control, self.edges))

    def path(
        self, start: Float[np.ndarray, "state"], control: Path, *, noise: float, seed: int
    ) -> Float[np.ndarray, "time state"]:
        """Return every part of the state at each sample, from a state one sample before the first.

        Raises:
            ContractError: It is not finite: the system ran away.
        """
        step_s = self.sample_s / self.every
        random = np.random.default_rng(seed)
        draws = random.standard_normal((len(control), self.every, len(start)))
        # One input a step, so that the noise does not depend on how samples are cut.
        given = (
            jnp.asarray(np.repeat(control, self.every)),
            jnp.asarray((noise * math.sqrt(step_s) * draws).reshape(-1, len(start))),
        )
        states, _ = driven(self.step, step_s, (jnp.asarray(start), jnp.zeros(())), given)
        path = np.asarray(states)[self.every - 1 :: self.every]
        if not np.isfinite(path).all():
            raise ContractError(
                f"{self.name} ran away at sample {int(np.argmin(np.isfinite(path).all(axis=1)))}.",
                hint="Use less noise.",
            )
        return path


@dataclass(frozen=True, slots=True)
class Ramped:
    """A path and its truth.

    Attributes:
        values: `(time, channel)`.
        truth: Of each sample.
    """

    values: Float[np.ndarray, "time channel"]
    truth: RampTruth


def _flow(rate: Rate) -> Step:
    """Return the step of an equation of motion: Runge–Kutta of fourth order, then the noise."""

    def step(
        step_s: Number, state: tuple[Point, Number], given: tuple[Number, Point]
    ) -> tuple[Point, Number]:
        x, time = state
        control, kick = given
        moved = runge_kutta(lambda at, when: rate(at, control, when), x, time, step_s)
        return moved + kick, time + step_s

    return step


def _lorenz(x: Point, r: Number, time: Number) -> Point:
    del time
    return jnp.stack(lorenz_rate(x[0], x[1], x[2], r))


def _pendulum(x: Point, drive: Number, time: Number) -> Point:
    push = drive * jnp.cos(2 / 3 * time)
    return jnp.stack(pendulum_rate(jnp.sin(x[0]), x[1], push))


def _pitchfork(x: Point, mu: Number, time: Number) -> Point:
    del time
    return mu * x - x**3


def _fold(x: Point, tilt: Number, time: Number) -> Point:
    del time
    return tilt + x - x**3


def _hopf(x: Point, mu: Number, time: Number) -> Point:
    del time
    grow = mu - (x**2).sum()
    return grow * x + jnp.stack([-x[1], x[0]])


def _logistic(
    step_s: Number, state: tuple[Point, Number], given: tuple[Number, Point]
) -> tuple[Point, Number]:
    x, time = state
    control, kick = given
    # Noise must not push the map out of the interval that it keeps.
    return jnp.clip(control * x * (1 - x) + kick, 1e-3, 1 - 1e-3), time + step_s


LORENZ_EDGE = float(Lorenz(rho=1.0).threshold)
"""`σ (σ + β + 3)/(σ − β − 1) = 24.74`: the two fixed points lose their stability."""
FOLD_EDGE = 2 / (3 * math.sqrt(3))
FOUR_CYCLE, EIGHT_CYCLE = 1 + math.sqrt(6), 3.54409

LORENZ = System(
    "Lorenz' system",
    _flow(_lorenz),
    Edges((LORENZ_EDGE,), ("fixed point", "chaos"), ("stable", "chaotic"), LORENZ_EDGE / 10),
    least=14.0,
    most=60.0,
    start=(6.8, 6.8, 17.5),
    sample_s=0.1,
    every=10,
    shown=(0, 2),
)
"""ρ, at σ = 10, β = 8/3. On the way back chaos lasts down to ρ = 24.06 (hysteresis)."""
PENDULUM = System(
    "driven pendulum",
    _flow(_pendulum),
    Edges(
        (1.0663, 1.0829),
        ("period one", "longer periods", "chaos with windows"),
        ("stable", "stable", ""),
        0.1,
    ),
    least=0.2,
    most=1.5,
    start=(0.2, 0.0),
    sample_s=0.6,
    every=20,
    shown=(1,),
)
"""Amplitude of the drive at damping ½ and frequency ⅔ (Baker & Gollub, 1996): speed is shown."""
PITCHFORK = System(
    "pitchfork",
    _flow(_pitchfork),
    Edges((0.0,), ("one state", "two states"), ("stable", "stable"), 0.1),
    least=-3.0,
    most=3.0,
    start=(0.0,),
    sample_s=0.5,
    every=5,
    shown=(0,),
)
"""`dx/dt = μ x − x³`."""
FOLD = System(
    "fold",
    _flow(_fold),
    Edges(
        (-FOLD_EDGE, FOLD_EDGE),
        ("lower state only", "two states", "upper state only"),
        ("stable", "stable", "stable"),
        FOLD_EDGE / 10,
    ),
    least=-3.0,
    most=3.0,
    start=(-1.0,),
    sample_s=0.5,
    every=5,
    shown=(0,),
)
"""`dx/dt = a + x − x³`, Duffing's two wells without inertia: which state of two it is in depends
on the past (hysteresis); up it leaves at a = 0.385, down at −0.385."""
HOPF = System(
    "Hopf",
    _flow(_hopf),
    Edges((0.0,), ("fixed point", "limit cycle"), ("stable", "stable"), 0.1),
    least=-3.0,
    most=3.0,
    start=(0.0, 0.0),
    sample_s=0.5,
    every=10,
    shown=(0, 1),
)
"""`dz/dt = (μ + i) z − |z|² z`."""
LOGISTIC = System(
    "logistic map",
    _logistic,
    Edges(
        (3.0, FOUR_CYCLE),
        ("fixed point", "two-cycle", "four-cycle"),
        ("stable", "stable", "stable"),
        0.05,
    ),
    least=1.2,
    most=EIGHT_CYCLE,
    start=(0.5,),
    sample_s=1.0,
    every=1,
    shown=(0,),
)
"""`x → r x (1 − x)` up to its eight-cycle at r = 3.544."""
SYSTEMS = (LORENZ, PENDULUM, PITCHFORK, FOLD, HOPF, LOGISTIC)
