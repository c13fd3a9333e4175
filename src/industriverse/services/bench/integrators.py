"""How well steps in time keep energy, beside SciPy and diffrax at the same number of forces."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp
from scipy.special import ellipk

from industriverse.engines.simulation.integrators import (
    Phase,
    Scheme,
    Separable,
    composed,
    discrete_gradient,
    gauss_legendre,
    integrate,
    stormer_verlet,
    variational,
    yoshida,
)

from . import BenchSettings
from ._diffrax_peer import DIFFRAX, Work, solved
from ._peers import MISSING, loaded

Array = Float[jax.Array, "..."]
Scalar = Float[jax.Array, ""]
Rows = list[dict[str, str | bool | float | None]]

_PERIODS = 100
_LONG_STEPS, _LONG_WINDOWS = 1_000_000, 100
_TOLERANCES = (1e-12, 1e-1)
_HALVINGS = 14
_PEERS = ("DOP853", "LSODA")
_DIFFRAX = tuple(f"diffrax {method}" for method in DIFFRAX)


def _kinetic(p: Array) -> Scalar:
    return (p**2).sum() / 2


def _pendulum(q: Array) -> Scalar:
    return (1 - jnp.cos(q)).sum()


def _kepler(q: Array) -> Scalar:
    return -1 / jnp.sqrt((q**2).sum())


def _henon_heiles(q: Array) -> Scalar:
    return (q**2).sum() / 2 + q[0] ** 2 * q[1] - q[1] ** 3 / 3


@dataclass(frozen=True, slots=True)
class _Case:
    """A system, where it starts, and the work that it is given.

    Attributes:
        potential: V; the mass is one.
        q, p: Start.
        period: Over which the energy is averaged.
        evaluations: Gradients of V that a period may take.
    """

    potential: Callable[[Array], Scalar]
    q: tuple[float, ...]
    p: tuple[float, ...]
    period: float
    evaluations: float

    @property
    def system(self) -> Separable:
        return Separable(_kinetic, self.potential)

    @property
    def start(self) -> Phase:
        return Phase(jnp.asarray(self.q), jnp.asarray(self.p))


_AMPLITUDE = 1.5
_CASES = {
    "pendulum": _Case(
        _pendulum,
        (0.0,),
        (2 * float(np.sin(_AMPLITUDE / 2)),),
        4 * float(ellipk(np.sin(_AMPLITUDE / 2) ** 2)),
        100,
    ),
    "kepler e=0.6": _Case(_kepler, (0.4, 0.0), (0.0, 2.0), 2 * np.pi, 1000),
    "henon-heiles": _Case(_henon_heiles, (0.0, 0.1), (0.47, 0.1), 2 * np.pi, 2 * np.pi / 0.05),
}


def _methods(case: _Case) -> dict[str, Callable[[float], Scheme]]:
    """Return the schemes by name: from a step's size."""
    system = case.system
    energy = system.energy

    def lagrangian(q: Array, v: Array) -> Scalar:
        return _kinetic(v) - case.potential(q)

    return {
        "stormer-verlet": lambda size: stormer_verlet(system, size),
        "yoshida 4": lambda size: yoshida(system, size, 4),
        "yoshida 6": lambda size: yoshida(system, size, 6),
        "yoshida 8": lambda size: yoshida(system, size, 8),
        "gauss 2": lambda size: gauss_legendre(energy, size, 2),
        "gauss 4": lambda size: gauss_legendre(energy, size, 4),
        "gauss 6": lambda size: gauss_legendre(energy, size, 6),
        "variational": lambda size: variational(lagrangian, size),
        "gonzalez": lambda size: discrete_gradient(energy, size),
        "gonzalez 4": lambda size: composed(discrete_gradient(energy, size), 4),
        "itoh-abe": lambda size: discrete_gradient(energy, size, "itoh-abe"),
    }


def run(settings: BenchSettings) -> dict[str, Any]:
    """Measure drift and swing of the energy at equal work, and over a million steps.

    Returns:
        `metrics`: the worst drift per 1000 steps over the systems, and the growth of the energy's
        largest error from the first hundredth of a million steps to all; `peers`: their drifts;
        `ratios`: the peers' over ours, of the fourth-order composition; `rows`: all of it. Where
        Newton's method failed at such large steps, or a peer is not installed, there is no number.
    """
    rows: Rows = []
    peers: dict[str, dict[str, float]] = {peer: {} for peer in (*_PEERS, *_DIFFRAX)}
    for index, (name, case) in enumerate(_CASES.items()):
        settings.progress(f"{name}, {_PERIODS} periods", index / (len(_CASES) + 1))
        rows += [_ours(name, case, method) for method in _methods(case)]
        implicit = [method for method in _methods(case) if not _is_explicit(method)]
        rows += [_ours(name, case, method, same_steps=True) for method in implicit]
        beside = [_scipy(name, case, peer) for peer in _PEERS]
        beside += [_diffrax(name, case, method) for method in DIFFRAX]
        for row in beside:
            if row["drift"] is not None:
                peers[str(row["method"])][f"drift/{name}"] = float(row["drift"])
        rows += beside
    settings.progress("a million steps of the pendulum", len(_CASES) / (len(_CASES) + 1))
    long = [_long(method) for method in _methods(_CASES["pendulum"]) if "gonz" not in method]
    return {
        "metrics": _metrics(rows, long),
        "peers": {peer: drifts for peer, drifts in peers.items() if drifts},
        "ratios": _ratios(rows, peers),
        "rows": rows + long,
    }


def _metrics(rows: Rows, long: Rows) -> dict[str, float]:
    worst: dict[str, float] = {}
    for row in rows:
        drift = row["drift_per_1000_steps"]
        if row["method"] not in (*_PEERS, *_DIFFRAX) and drift is not None:
            name = f"drift_per_1000_steps/{row['method']}"
            worst[name] = max(worst.get(name, 0.0), float(drift))
    return worst | {f"growth/{row['method']}": float(row["growth"] or 0) for row in long}


def _ratios(rows: Rows, peers: dict[str, dict[str, float]]) -> dict[str, float]:
    ours = {str(row["system"]): row["drift"] for row in rows if row["method"] == "yoshida 4"}
    return {
        f"{peer} over yoshida 4/{name}": peers[peer][f"drift/{name}"] / float(drift)
        for peer in peers
        for name, drift in ours.items()
        if drift and f"drift/{name}" in peers[peer]
    }


def _is_explicit(method: str) -> bool:
    return method.startswith(("stormer-verlet", "yoshida"))


def _ours(
    name: str, case: _Case, method: str, *, same_steps: bool = False
) -> dict[str, str | bool | float | None]:
    """Run a scheme at the work given, or with as many steps as that is evaluations."""
    make = _methods(case)[method]
    count, spent = _steps_a_period(case, make)
    if same_steps:
        count = round(case.evaluations)
        spent = _evaluations(case, make(case.period / count), count)
    scheme = make(case.period / count)
    steps = _PERIODS * count

    @jax.jit
    def energies(state: Phase) -> Array:
        return jax.vmap(case.system.energy)(integrate(scheme, state, steps))

    energy = np.asarray(energies(case.start))
    times = np.arange(steps + 1) * (case.period / count)
    shown = f"{method}, same steps" if same_steps else method
    return _row(name, shown, steps, spent) | _kept(times, energy, case.period, steps)


def _steps_a_period(case: _Case, make: Callable[[float], Scheme]) -> tuple[int, float]:
    """Return the most steps a period that the work allows, and the evaluations they take."""
    count = round(case.evaluations)
    spent = float("inf")
    # Larger steps need more of Newton's rounds, so a few corrections.
    for _ in range(6):
        spent = _evaluations(case, make(case.period / count), count)
        if abs(spent - case.evaluations) < spent / count:
            break
        count = max(3, round(count * case.evaluations / spent))
    return count, _evaluations(case, make(case.period / count), count)


def _evaluations(case: _Case, scheme: Scheme, count: int) -> float:
    @jax.jit
    def all_of(state: Phase) -> Array:
        path = integrate(scheme, state, count)
        starts = Phase(path.q[:-1], path.p[:-1])
        return jax.lax.map(scheme.evaluations, starts)

    return float(all_of(case.start).sum())


def _row(
    system: str, method: str, steps: int, evaluations: float
) -> dict[str, str | bool | float | None]:
    return {
        "system": system,
        "method": method,
        "steps": float(steps),
        "evaluations_a_period": evaluations,
    }


def _kept(
    times: Float[np.ndarray, "time"],
    energy: Float[np.ndarray, "time"],
    period: float,
    steps: int,
) -> dict[str, str | bool | float | None]:
    """Return the drift between the first and the last period's mean, and the largest error."""
    if not np.isfinite(energy).all():
        return {"drift": None, "drift_per_1000_steps": None, "largest_error": None}
    size = abs(energy[0])
    first = _mean(times, energy, times <= period * (1 + 1e-9))
    last = _mean(times, energy, times >= times[-1] - period * (1 + 1e-9))
    drift = float(abs(last - first) / size)
    return {
        "drift": drift,
        "drift_per_1000_steps": drift * 1000 / steps,
        "largest_error": float(np.abs(energy - energy[0]).max() / size),
    }


def _mean(
    times: Float[np.ndarray, "time"],
    energy: Float[np.ndarray, "time"],
    chosen: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> float:
    at, values = times[chosen], energy[chosen]
    return float(np.trapezoid(values - values[0], at) / (at[-1] - at[0]) + values[0])


def _scipy(name: str, case: _Case, peer: str) -> dict[str, str | bool | float | None]:
    """Run SciPy's solver at the tolerance at which it takes the work that ours are given."""
    force = jax.jit(case.system.force)
    half = len(case.q)

    def rates(time: float, state: Float[np.ndarray, "flat"]) -> Float[np.ndarray, "flat"]:
        del time
        return np.concatenate([state[half:], np.asarray(force(jnp.asarray(state[:half])))])

    def solve(tolerance: float, periods: int) -> tuple[Float[np.ndarray, "time"], Phase, int]:
        start = np.array([*case.q, *case.p])
        span = (0.0, periods * case.period)
        found = solve_ivp(rates, span, start, method=peer, rtol=tolerance, atol=tolerance * 1e-2)
        path = Phase(jnp.asarray(found.y[:half].T), jnp.asarray(found.y[half:].T))
        return np.asarray(found.t), path, int(found.nfev)

    low, high = np.log(_TOLERANCES)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        dear = solve(float(np.exp(middle)), 10)[2] > 10 * case.evaluations
        low, high = (middle, high) if dear else (low, middle)
    times, path, spent = solve(float(np.exp(high)), _PERIODS)
    energy = np.asarray(jax.vmap(case.system.energy)(path))
    steps = len(times) - 1
    return _row(name, peer, steps, spent / _PERIODS) | _kept(times, energy, case.period, steps)


def _diffrax(name: str, case: _Case, method: str) -> dict[str, str | bool | float | None]:
    """Run one of diffrax's solvers at the work that ours are given."""
    shown, found = f"diffrax {method}", loaded("diffrax")
    if found is None:
        absent = dict.fromkeys(("steps", "evaluations_a_period", "drift", "drift_per_1000_steps"))
        return {"system": name, "method": shown, **absent, "largest_error": None, "note": MISSING}
    start = (case.start.q, case.start.p)
    work = Work(case.system.force, start, case.period, _PERIODS, case.evaluations)
    path = solved(found[0], method, work)
    both = Phase(jnp.asarray(path.q), jnp.asarray(path.p))
    energy = np.asarray(jax.vmap(case.system.energy)(both))
    steps = len(path.times) - 1
    kept = _kept(path.times, energy, case.period, steps)
    return _row(name, shown, steps, path.evaluations / _PERIODS) | kept


class _Watched(NamedTuple):
    state: Phase
    largest: Scalar


def _long(method: str) -> dict[str, str | bool | float | None]:
    """Run a million steps of the pendulum, the explicit ones with 100 forces a period."""
    case = _CASES["pendulum"]
    make = _methods(case)[method]
    explicit = _is_explicit(method)
    forces = len(make(1.0).sizes) if explicit else 1
    scheme = make(case.period * forces / case.evaluations)
    level = case.system.energy(case.start)

    def step(watched: _Watched) -> _Watched:
        after = scheme(watched.state)
        return _Watched(
            after, jnp.maximum(watched.largest, jnp.abs(case.system.energy(after) - level))
        )

    start = _Watched(case.start, jnp.zeros(()))
    every = _LONG_STEPS // _LONG_WINDOWS

    @jax.jit
    def run_long(first: _Watched) -> Array:
        return integrate(step, first, _LONG_STEPS, every).largest / level

    largest = np.asarray(run_long(start))
    return _row("pendulum, long", method, _LONG_STEPS, case.evaluations if explicit else 0.0) | {
        "largest_error": float(largest[-1]),
        "growth": float(largest[-1] / largest[1]),
    }
