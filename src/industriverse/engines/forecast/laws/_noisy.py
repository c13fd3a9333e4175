"""The law of noisy frames: total least squares, then state and coefficients together."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from ._integrals import BLOCK, Integrals, along_path, over_frames
from ._noisy_search import Balance, best_balance
from ._outcome import Outcome
from ._problem import Candidate, Frames, Problem
from ._smooth import smoothed
from ._solver import path, substeps
from ._verdict import Lawless, blown_up, require_few

_DRAWS = 3
_SEED = 0
_LARGEST_RATIO = 1.3
"""Of the misfit to that of the noise alone."""
_STEP_SHARE = 0.02
"""Of the noise, what steps may err by."""
Integrator = Callable[[Frames], Integrals]


def noisy_law(problem: Problem) -> Outcome:
    """Return the law, and the root mean square of what its solution misses over the noise.

    Raises:
        Lawless: What the best combination leaves is well above the noise.
    """
    damped = problem.frames * problem.noise.gain
    products = problem.program.products
    law = _balanced(problem, damped, lambda at: over_frames(products, at, problem.frame_s))
    require_few(problem, law)
    count = _steps(problem, law, damped)
    law = _balanced(problem, damped, _along(problem, law, BLOCK * -(-count // BLOCK)))
    require_few(problem, law)
    if law.misfit > _LARGEST_RATIO:
        raise Lawless(
            f"The best combination of terms leaves {law.misfit:.2f} times the power that the "
            f"estimated noise accounts for; a law leaves less than {_LARGEST_RATIO}.",
            law,
        )
    found = smoothed(problem, law, count)
    return Outcome(found.law, found.last, found.misfit)


def _steps(problem: Problem, law: Candidate, damped: Frames) -> int:
    deviation = np.linalg.norm(damped[0][:, 1:]) / problem.box.cells**2
    noise = np.linalg.norm(problem.noise.deviations)
    tolerance = _STEP_SHARE * float(noise / max(deviation, 1e-300))
    program = problem.law_program(law)
    count = substeps(program, law.coefficients, jnp.asarray(damped[0]), problem.frame_s, tolerance)
    if not count:
        raise blown_up(law)
    return count


def _along(problem: Problem, law: Candidate, steps: int) -> Integrator:
    """Return what integrates along a law's solutions from any frames."""
    parts = problem.stepper(law, steps)

    def integrals(frames: Frames) -> Integrals:
        at = jnp.asarray(frames)
        found = path(parts, at[:-1], steps)
        return along_path(problem.program.products, found, at[1:], problem.frame_s)

    return integrals


def _balanced(problem: Problem, damped: Frames, integrals: Integrator) -> Candidate:
    """Return the law that balances rows and their noise, the latter from drawn noise."""

    def rows(frames: Frames) -> list[np.ndarray]:
        return problem.matrices(integrals(frames), frames)

    random = np.random.default_rng(_SEED)
    here = rows(damped)
    noise = [np.zeros((one.shape[1],) * 2) for one in here]
    fields = (len(damped), damped.shape[1], problem.box.cells, problem.box.cells)
    for _ in range(_DRAWS):
        drawn = random.normal(size=fields) * problem.noise.deviations[None, :, None, None]
        waves = np.fft.rfft2(drawn) * problem.noise.gain
        for k, (up, down) in enumerate(zip(rows(damped + waves), rows(damped - waves), strict=True)):
            half = (up - down) / 2
            noise[k] += half.T @ half / _DRAWS
    balances = [Balance.of(one, own) for one, own in zip(here, noise, strict=True)]
    return problem.joined([(best_balance(one), one) for one in balances])
