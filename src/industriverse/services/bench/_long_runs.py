"""Whether the energy's error stays bounded over a million steps."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from industriverse.engines.simulation.integrators import Phase

from ._mechanics import CASES, SEED, Case, is_explicit, methods

Scalar = Float[jax.Array, ""]

LONG_STEPS = 1_000_000
_WINDOWS = 100


class _Seen(NamedTuple):
    state: Phase
    largest: Scalar
    total: Scalar


def long_step(case: Case, method: str) -> float:
    """Return the step of a long run: the case's own, or that of the forces a period may take.

    An implicit method takes as many steps a period as that is forces.
    """
    if case.step is not None:
        return case.step
    parts = len(methods(case)[method](1.0).sizes) if is_explicit(method) else 1
    return case.period * parts / case.evaluations


def long_run(name: str, method: str, steps: int = LONG_STEPS) -> dict[str, str | int | float]:
    """Run a system of `CASES` and watch its energy at every step.

    Args:
        name: Of the system.
        method: Of `methods`.
        steps: In all, a multiple of 100.

    Returns:
        `largest_first_half` and `largest_second_half`: of |E − E₀|/|E₀|; `growth`: the largest of
        all over that of the first hundredth; `drift_per_1000_steps`: of the mean over the last
        hundredth from that over the first.
    """
    case = CASES[name]
    size = long_step(case, method)
    error, mean = (np.asarray(part) for part in _windows(case, method, size, steps))
    half = _WINDOWS // 2
    return {
        "system": name,
        "method": method,
        "seed": SEED,
        "steps": steps,
        "step": size,
        "largest_first_half": float(error[:half].max()),
        "largest_second_half": float(error[half:].max()),
        "growth": float(error.max() / error[0]),
        "drift_per_1000_steps": float(abs(mean[-1] - mean[0])) * 1000 / steps,
    }


def _windows(
    case: Case, method: str, size: float, steps: int
) -> tuple[Float[jax.Array, "window"], Float[jax.Array, "window"]]:
    """Return the energy's largest error in each hundredth of the run, and its mean error."""
    scheme = methods(case)[method](size)
    energy = case.system.energy
    every = steps // _WINDOWS

    @jax.jit
    def run(start: Phase) -> tuple[Float[jax.Array, "window"], Float[jax.Array, "window"]]:
        level = energy(start)

        def step(seen: _Seen, _: None) -> tuple[_Seen, None]:
            after = scheme(seen.state)
            error = (energy(after) - level) / jnp.abs(level)
            largest = jnp.maximum(seen.largest, jnp.abs(error))
            return _Seen(after, largest, seen.total + error), None

        def window(state: Phase, _: None) -> tuple[Phase, tuple[Scalar, Scalar]]:
            fresh = _Seen(state, jnp.zeros(()), jnp.zeros(()))
            seen = jax.lax.scan(step, fresh, None, length=every)[0]
            return seen.state, (seen.largest, seen.total / every)

        return jax.lax.scan(window, start, None, length=_WINDOWS)[1]

    return run(case.start)
