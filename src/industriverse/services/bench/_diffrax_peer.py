"""Diffrax's solvers on a system of unit mass, at a given number of evaluations of the force."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.rollout import Number

State = tuple[Float[jax.Array, "axis"], Float[jax.Array, "axis"]]
_Found = tuple[jax.Array, tuple[jax.Array, jax.Array], jax.Array]
Force = Callable[[Float[jax.Array, "axis"]], Float[jax.Array, "axis"]]

_TOLERANCES = (1e-13, 1e-1)
_HALVINGS = 14
_TRIAL = 10
"""Periods on which a tolerance is chosen."""
_STEPS = {"SemiImplicitEuler": 1, "LeapfrogMidpoint": 1}
_STAGES = {"Tsit5": 6, "Dopri8": 13}
"""Evaluations a step, tried or taken: both hand their last one on to the next step."""
DIFFRAX = ("Dopri8", "Tsit5", "SemiImplicitEuler", "LeapfrogMidpoint")


class Path(NamedTuple):
    """What a solver returned.

    Attributes:
        times: `(time)`, the ends of its steps.
        q, p: `(time, axis)`.
        evaluations: Of the force.
    """

    times: Float[np.ndarray, "time"]
    q: Float[np.ndarray, "time axis"]
    p: Float[np.ndarray, "time axis"]
    evaluations: float


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be solved, and what it may cost.

    Attributes:
        force: Of places.
        start: Places and momenta.
        period: Of which `periods` are run.
        periods: How many.
        evaluations: Of the force, that a period may take.
    """

    force: Force
    start: State
    period: float
    periods: int
    evaluations: float


def solved(diffrax: ModuleType, method: str, work: Work) -> Path:
    """Return the path of one of `DIFFRAX` at the work given.

    Methods without an error estimate take equal steps; the others the tolerance, by bisection, at
    which they take the work.
    """
    solve = _solver(diffrax, method, work)
    if method in _STEPS:
        return solve(work.periods, None)
    low, high = np.log(_TOLERANCES)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        trial = solve(_TRIAL, float(np.exp(middle)))
        dear = trial.evaluations > _TRIAL * work.evaluations
        low, high = (middle, high) if dear else (low, middle)
    return solve(work.periods, float(np.exp(high)))


def _solver(diffrax: ModuleType, method: str, work: Work) -> Callable[[int, float | None], Path]:
    """Return a function of the number of periods and the tolerance; it compiles once for each."""
    solver, terms = _terms(diffrax, method, work.force)

    def whole(periods: int) -> Callable[[float | None], _Found]:
        most = int(4 * periods * work.evaluations)

        @jax.jit
        def run(tolerance: Number | None) -> _Found:
            control: Any = diffrax.ConstantStepSize()
            if tolerance is not None:
                control = diffrax.PIDController(rtol=tolerance, atol=tolerance * 1e-2)
            first = work.period / work.evaluations
            found: Any = diffrax.diffeqsolve(
                terms,
                solver,
                0.0,
                periods * work.period,
                first,
                work.start,
                saveat=diffrax.SaveAt(t0=True, steps=True),
                stepsize_controller=control,
                max_steps=most,
                throw=False,
            )
            return found.ts, found.ys, found.stats["num_steps"]

        return run

    runs = {periods: whole(periods) for periods in (_TRIAL, work.periods)}

    def solve(periods: int, tolerance: float | None) -> Path:
        return _path(runs[periods](tolerance), method)

    return solve


def _terms(diffrax: ModuleType, method: str, force: Force) -> tuple[Any, Any]:
    """Return a solver and the system in the form that it takes."""

    def drift(time: jax.Array, p: jax.Array, args: object) -> jax.Array:
        del time, args
        return p

    def kick(time: jax.Array, q: jax.Array, args: object) -> jax.Array:
        del time, args
        return force(q)

    def both(time: jax.Array, state: State, args: object) -> State:
        del time, args
        return state[1], force(state[0])

    solver: Any = getattr(diffrax, method)()
    if method == "SemiImplicitEuler":
        return solver, (diffrax.ODETerm(drift), diffrax.ODETerm(kick))
    return solver, diffrax.ODETerm(both)


def _path(found: _Found, method: str) -> Path:
    """Return the steps that were taken, as numbers."""
    times, (q, p), tried = (jax.tree.map(np.asarray, part) for part in found)
    taken = np.isfinite(times)
    q, p = q[taken], p[taken]
    spent = float(tried) * (_STEPS | _STAGES)[method]
    return Path(times[taken], q, p, spent)
