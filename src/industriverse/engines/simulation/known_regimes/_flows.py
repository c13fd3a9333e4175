"""Flows: Lorenz, Rössler and the driven pendulum, with their tangents; van der Pol."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from industriverse.engines.simulation.motions import lorenz_rate, pendulum_rate, runge_kutta

from ._drawn import LENGTH, Drawn, States
from ._lyapunov import label_by_exponent

Batch = Float[np.ndarray, "state record"]
Rate = Callable[[Batch, Float[np.ndarray, "record"], float], Batch]
_DT, _BURN_STEPS, _TRUTH_STEPS, _BLOCKS = 0.02, 1500, 8000, 20


def _rk4(rate: Rate, x: Batch, p: Float[np.ndarray, "record"], t: float, dt: float) -> Batch:
    return runge_kutta(lambda state, time: rate(state, p, time), x, t, dt)


def _exponents(
    rate: Rate, x: Batch, p: Float[np.ndarray, "record"], dt: float
) -> Float[np.ndarray, "record block"]:
    """Return block means of tangent growth; the first half of `x` is state, the rest tangent."""
    half = len(x) // 2
    growth = np.empty((x.shape[1], _TRUTH_STEPS))
    for i in range(_BURN_STEPS + _TRUTH_STEPS):
        x = _rk4(rate, x, p, i * dt, dt)
        size = np.linalg.norm(x[half:], axis=0)
        x[half:] /= size
        if i >= _BURN_STEPS:
            growth[:, i - _BURN_STEPS] = np.log(size) / dt
    return growth.reshape(x.shape[1], _BLOCKS, -1).mean(axis=2)


def _sampled(
    rate: Rate,
    x: Float[np.ndarray, "pair record"],
    p: Float[np.ndarray, "record time"],
    every: Int[np.ndarray, "record"],
    dt: float,
) -> States:
    """Integrate past the transient, then keep the state at each record's own sampling step."""
    half, records = len(x) // 2, np.arange(x.shape[1])
    for i in range(_BURN_STEPS):
        x = _rk4(rate, x, p[:, 0], i * dt, dt)
        x[half:] = 0.0
    path = np.empty((x.shape[1], LENGTH, half))
    for i in range(LENGTH * int(every.max())):
        sample = np.minimum(i // every, LENGTH - 1)
        x = _rk4(rate, x, p[records, sample], (_BURN_STEPS + i) * dt, dt)
        due = ((i + 1) % every == 0) & (i < LENGTH * every)
        path[due, sample[due]] = x[:half, due].T
    return path


def _steps(drawn: Drawn, shortest: float, longest: float) -> Int[np.ndarray, "record"]:
    """Draw the integration steps between two samples of each record."""
    times = drawn.random.uniform(shortest, longest, drawn.count)
    return np.maximum(np.round(times / _DT), 1).astype(int)


def _lorenz(x: Batch, r: Float[np.ndarray, "record"], t: float) -> Batch:
    a, b, c, u, v, w = x
    return np.stack(
        [
            *lorenz_rate(a, b, c, r),
            10 * (v - u),
            u * (r - c) - a * w - v,
            u * b + a * v - 8 / 3 * w,
        ]
    )


def _rossler(x: Batch, c: Float[np.ndarray, "record"], t: float) -> Batch:
    a, b, z, u, v, w = x
    return np.stack(
        [-b - z, a + 0.2 * b, 0.2 + z * (a - c), -v - w, u + 0.2 * v, w * (a - c) + z * u]
    )


def _pendulum(x: Batch, drive: Float[np.ndarray, "record"], t: float) -> Batch:
    angle, speed, u, v = x
    push = drive * np.cos(2 / 3 * t)
    return np.stack([*pendulum_rate(np.sin(angle), speed, push), v, -np.cos(angle) * u - v / 2])


def _start(drawn: Drawn, state: list[float]) -> Batch:
    centre = np.array(state)[:, None]
    near = centre + 0.1 * drawn.random.standard_normal((len(state), drawn.count))
    tangent = drawn.random.standard_normal(near.shape)
    return np.concatenate([near, tangent / np.linalg.norm(tangent, axis=0)])


def _by_exponent(
    drawn: Drawn, rate: Rate, p: Float[np.ndarray, "record"], state: list[float], time: float
) -> tuple[States, list[str | None]]:
    """Label by exponent; each record's sampling step is drawn around `time`."""
    start = _start(drawn, state)
    labels = label_by_exponent(_exponents(rate, start.copy(), p, _DT * 1.5))
    every = _steps(drawn, 0.4 * time, 1.6 * time)
    path = _sampled(rate, start, np.tile(p[:, None], LENGTH), every, _DT)
    return path, [label if label == "chaotic" else None for label in labels]


def lorenz_chaos(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Lorenz' system, r in 27–60, where its exponent is positive."""
    return _by_exponent(drawn, _lorenz, drawn.parameter(27, 60), [1.0, 1.0, 25.0], 0.09)


def rossler_chaos(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Rössler's system (a = b = 0.2), c in 4.3–9, where its exponent is positive."""
    return _by_exponent(drawn, _rossler, drawn.parameter(4.3, 9), [1.0, 1.0, 0.0], 0.6)


def pendulum_chaos(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The driven, damped pendulum (drive 1.08–1.5), where its exponent is positive.

    Angle enters as its sine, as a sensor on a turning shaft would give it.
    """
    drive = drawn.parameter(1.08, 1.5)
    path, labels = _by_exponent(drawn, _pendulum, drive, [0.2, 0.0], 0.7)
    path[:, :, 0] = np.sin(path[:, :, 0])
    return path, labels


def pendulum_cycle(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same pendulum far below its first threshold (drive 0.2–0.9): a limit cycle."""
    drive = drawn.parameter(0.2, 0.9)
    start = _start(drawn, [0.2, 0.0])
    every = _steps(drawn, 0.25, 1.2)
    path = _sampled(_pendulum, start, np.tile(drive[:, None], LENGTH), every, _DT)
    return path, ["stable"] * drawn.count


def lorenz_crossing(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Lorenz' system while r passes 24.74, its subcritical Hopf threshold."""
    r = drawn.ramp(drawn.parameter(18, 22), drawn.parameter(28, 45), 24.74, at=drawn.crossing())
    every = _steps(drawn, 0.05, 0.16)
    start = _start(drawn, [8.0, 8.0, 20.0])
    return _sampled(_lorenz, start, r, every, _DT), ["phase_change"] * drawn.count


def lorenz_settled(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same, the threshold crossed and r past 27.5 before the recent window: chaos by now.

    Its exponent is positive for all these r (`lorenz_chaos` measures it from 27 on).
    """
    after = drawn.parameter(28, 45)
    r = drawn.ramp(drawn.parameter(18, 22), after, 24.74, at=drawn.earlier(), widest=0.05)
    start = _start(drawn, [8.0, 8.0, 20.0])
    return _sampled(_lorenz, start, r, _steps(drawn, 0.05, 0.16), _DT), ["chaotic"] * drawn.count


def _van_der_pol(x: Batch, mu: Float[np.ndarray, "record"], t: float) -> Batch:
    a, b, _, _ = x
    return np.stack([b, mu * (1 - a * a) * b - a, np.zeros_like(a), np.zeros_like(a)])


def van_der_pol(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Van der Pol's limit cycle, from nearly a sine to relaxation oscillations."""
    start = _start(drawn, [1.0, 0.0])
    every = _steps(drawn, 0.08, 0.9)
    mu = drawn.parameter(0.2, 5.0)
    path = _sampled(_van_der_pol, start, np.tile(mu[:, None], LENGTH), every, _DT)
    return path, ["stable"] * drawn.count
