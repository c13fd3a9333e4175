"""How well steps in time keep energy, beside SciPy and diffrax at the same number of forces."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.integrators import Phase, Scheme, integrate

from . import BenchSettings
from ._diffrax_peer import DIFFRAX, Work, solved
from ._long_runs import LONG_STEPS, long_run
from ._mechanics import CASES, LEAST_STEPS, Case, is_explicit, methods
from ._peers import MISSING, loaded

Array = Float[jax.Array, "..."]
Row = dict[str, str | bool | float | None]
Rows = list[Row]

_PERIODS = 100
_FEWER_PERIODS = 20
_SMALL = 2
"""Degrees of freedom up to which every method affords a long run."""
_TOLERANCES = (1e-12, 1e-1)
_HALVINGS = 14
_PEERS = ("DOP853", "LSODA")
_DIFFRAX = tuple(f"diffrax {method}" for method in DIFFRAX)


def run(settings: BenchSettings) -> dict[str, Any]:
    """Measure drift and swing of the energy at equal work, and over a million steps.

    Returns:
        `metrics`: by method, the worst over the systems of the drift per 1000 steps, of the growth
        of the energy's largest error from the first hundredth of a long run to all, and of its
        second half's largest over its first half's; `peers`: their drifts; `ratios`: the peers'
        over ours, of the fourth-order composition; `rows`: all of it. Where Newton's method failed
        at such large steps, or a peer is not installed, there is no number.
    """
    rows: Rows = []
    long: Rows = []
    peers: dict[str, dict[str, float]] = {peer: {} for peer in (*_PEERS, *_DIFFRAX)}
    for index, (name, case) in enumerate(CASES.items()):
        settings.progress(f"{name}, {_PERIODS} periods", index / len(CASES))
        rows += _all_of_ours(name, case)
        beside = [_scipy(name, case, peer) for peer in _PEERS]
        beside += [_diffrax(name, case, method) for method in DIFFRAX]
        for row in beside:
            if row["drift"] is not None:
                peers[str(row["method"])][f"drift/{name}"] = float(row["drift"])
        rows += beside
        settings.progress(f"{name}, a long run", (index + 0.5) / len(CASES))
        long += [_long(name, method) for method in _over_long(name)]
    return {
        "metrics": _metrics(rows, long),
        "peers": {peer: drifts for peer, drifts in peers.items() if drifts},
        "ratios": _ratios(rows, peers),
        "rows": rows + long,
    }


def _all_of_ours(name: str, case: Case) -> Rows:
    """Return each method at equal work and, where that is another step, at as many steps."""
    found = methods(case)
    equal = [m for m in found if is_explicit(m) or case.affords_equations]
    stepped = [m for m in found if not is_explicit(m) or case.step is not None]
    return [
        *(_ours(name, case, method) for method in equal),
        *(_ours(name, case, m, same_steps=True) for m in stepped if m != "stormer-verlet"),
    ]


def _over_long(name: str) -> list[str]:
    """Return the methods with a long run: the explicit ones, and all that solve on the pendulum.

    `tests.long_integrators` runs, and records, the others.
    """
    every = name == "pendulum"
    return [m for m in methods(CASES[name]) if is_explicit(m) or (every and "gonz" not in m)]


def _metrics(rows: Rows, long: Rows) -> dict[str, float]:
    worst: dict[str, float] = {}
    for row in rows:
        drift = row["drift_per_1000_steps"]
        if row["method"] not in (*_PEERS, *_DIFFRAX) and drift is not None:
            name = f"drift_per_1000_steps/{row['method']}"
            worst[name] = max(worst.get(name, 0.0), float(drift))
    for row in long:
        first, second = (float(row[f"largest_{half}_half"] or 0) for half in ("first", "second"))
        for name, value in (("growth", row["growth"]), ("halves", second / first)):
            key = f"{name}/{row['method']}"
            worst[key] = max(worst.get(key, 0.0), float(value or 0))
    return worst


def _ratios(rows: Rows, peers: dict[str, dict[str, float]]) -> dict[str, float]:
    ours = {str(row["system"]): row["drift"] for row in rows if row["method"] == "yoshida 4"}
    return {
        f"{peer} over yoshida 4/{name}": peers[peer][f"drift/{name}"] / float(drift)
        for peer in peers
        for name, drift in ours.items()
        if drift and f"drift/{name}" in peers[peer]
    }


def _ours(name: str, case: Case, method: str, *, same_steps: bool = False) -> Row:
    """Run a scheme at the work given, or with as many steps as that is evaluations."""
    make = methods(case)[method]
    if same_steps:
        count = round(case.evaluations)
        spent = _evaluations(case, make(case.period / count), count)
    else:
        count, spent = _steps_a_period(case, make)
    scheme = make(case.period / count)
    cheap = is_explicit(method) or case.affords_equations
    steps = (_PERIODS if cheap else _FEWER_PERIODS) * count

    @jax.jit
    def energies(state: Phase) -> Array:
        return jax.lax.map(case.system.energy, integrate(scheme, state, steps))

    energy = np.asarray(energies(case.start))
    times = np.arange(steps + 1) * (case.period / count)
    shown = f"{method}, same steps" if same_steps else method
    return _row(name, shown, steps, spent) | _kept(times, energy, case.period, steps)


def _steps_a_period(case: Case, make: Callable[[float], Scheme]) -> tuple[int, float]:
    """Return the most steps a period that the work allows, and the evaluations they take."""
    count = round(case.evaluations)
    spent = float("inf")
    # Larger steps need more of Newton's rounds, so a few corrections.
    for _ in range(6):
        spent = _evaluations(case, make(case.period / count), count)
        if abs(spent - case.evaluations) < spent / count:
            break
        count = max(LEAST_STEPS, round(count * case.evaluations / spent))
    return count, _evaluations(case, make(case.period / count), count)


def _evaluations(case: Case, scheme: Scheme, count: int) -> float:
    @jax.jit
    def all_of(state: Phase) -> Int[jax.Array, "step"]:
        path = integrate(scheme, state, count)
        starts = Phase(path.q[:-1], path.p[:-1])
        return jax.lax.map(scheme.evaluations, starts)

    return float(all_of(case.start).sum())


def _row(system: str, method: str, steps: int, evaluations: float) -> Row:
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
) -> Row:
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


def _scipy(name: str, case: Case, peer: str) -> Row:
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


def _diffrax(name: str, case: Case, method: str) -> Row:
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


def _long(name: str, method: str) -> Row:
    """Run many steps, and say what the energy's largest error did on the way."""
    case = CASES[name]
    steps = LONG_STEPS if len(case.q) <= _SMALL else LONG_STEPS // 10
    found = long_run(name, method, steps)
    head = {"system": f"{name}, long", "method": method, "steps": float(steps)}
    forces = None
    if is_explicit(method):
        forces = len(methods(case)[method](1.0).sizes) * case.period / float(found["step"])
    halves = {key: found[key] for key in ("largest_first_half", "largest_second_half")}
    largest = max(float(value) for value in halves.values())
    kept = {"drift_per_1000_steps": found["drift_per_1000_steps"], "largest_error": largest}
    return {**head, "evaluations_a_period": forces, **kept, **halves, "growth": found["growth"]}
