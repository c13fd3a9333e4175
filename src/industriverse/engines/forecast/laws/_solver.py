"""Solve a law: ETDRK4 with the linear part of each channel solved exactly, substeps as needed."""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float, Inexact, Int

from ._program import Program, Rates, State, rates, spectra

if TYPE_CHECKING:
    Count = int
else:
    # A caller gives a number; inside what is compiled it is a traced one.
    Count = int | Int[jax.Array, ""]

Half = Inexact[np.ndarray, "channel ky kx"]
_SMALL = 0.7
"""Below this |z| the quotients are summed as series, above they lose two digits at most."""
_SERIES = 18
_MOST_SUBSTEPS = 1024


class Weights(NamedTuple):
    """Weights of one ETDRK4 step (Cox & Matthews 2002), and what they leave to the quadrature.

    Attributes:
        whole, half: `exp(L Δt)` and `exp(L Δt/2)`.
        middle: Weight of N in the inner stages.
        first, inner, last: Weights of N in the closing stage.
        linear: L, taken out of the mixing.
    """

    whole: jax.Array
    half: jax.Array
    middle: jax.Array
    first: jax.Array
    inner: jax.Array
    last: jax.Array
    linear: jax.Array


class Stepper(NamedTuple):
    """All that a step needs.

    Attributes:
        program: The law's terms.
        rates: With its coefficients in.
        weights: Of the step.
    """

    program: Program
    rates: Rates
    weights: Weights


def _quotients(z: Inexact[np.ndarray, "rate"]) -> list[Inexact[np.ndarray, "rate"]]:
    """Return φ₁, φ₂, φ₃ with `φ_{n+1}(z) = (φ_n(z) − 1/n!)/z`, `φ₀ = exp`."""
    small = np.abs(z) < _SMALL
    safe = np.where(small, 1.0, z)
    direct = [np.exp(safe)]
    for factorial in (1.0, 1.0, 2.0):
        direct.append((direct[-1] - 1 / factorial) / safe)
    near = np.where(small, z, 0.0)
    series = [np.zeros_like(z) for _ in range(3)]
    for order in range(3):
        for power in reversed(range(_SERIES)):
            series[order] = series[order] * near + 1 / _factorial(power + order + 1)
    return [np.where(small, s, d) for s, d in zip(series, direct[1:], strict=True)]


def _factorial(n: int) -> float:
    return float(np.prod(np.arange(1, n + 1, dtype=np.float64)))


# A rate that grows beyond all numbers gives none, which whoever steps with it sees.
@np.errstate(over="ignore", invalid="ignore")
def weights(linear: Half, step: float) -> Weights:
    """Return the weights of a step [s] for a diagonal linear part [1/s]."""
    values, place = np.unique(linear.round(14), return_inverse=True)
    z = step * values
    one, two, three = _quotients(z)
    middle = _quotients(z / 2)[0] / 2

    def spread(quotient: Inexact[np.ndarray, "rate"]) -> jax.Array:
        return jnp.asarray(quotient[place].reshape(linear.shape))

    return Weights(
        spread(np.exp(z)),
        spread(np.exp(z / 2)),
        spread(step * middle),
        spread(step * (one - 3 * two + 4 * three)),
        spread(step * (2 * two - 4 * three)),
        spread(step * (4 * three - two)),
        spread(values),
    )


def stepper(program: Program, coefficients: Float[np.ndarray, "term"], step: float) -> Stepper:
    """Return the stepper of a law with these coefficients."""
    filled = _filled(program, jnp.asarray(coefficients))
    mixing = np.array(filled.mixing)
    linear = np.einsum("ccyx->cyx", mixing).copy()
    coupled = np.abs(mixing).sum() > np.abs(linear).sum()
    made = Rates(
        filled.transfer,
        jnp.asarray(mixing) if coupled else None,
        filled.known if np.any(np.array(filled.known)) else None,
    )
    return Stepper(program, made, weights(_real(linear), step))


def _real(values: Half) -> Half:
    """Return real numbers where there is nothing else: they cost half."""
    return values if np.any(np.imag(values)) else np.real(values).copy()


_filled = jax.jit(rates)


def _nonlinear(parts: Stepper, state: State) -> State:
    products = spectra(parts.program.products, state)
    rate = (parts.rates.transfer * products[None]).sum(axis=1)
    if parts.rates.mixing is not None:
        rate += (parts.rates.mixing * state[None]).sum(axis=1) - parts.weights.linear * state
    return rate if parts.rates.known is None else rate + parts.rates.known


def step(parts: Stepper, state: State) -> State:
    """Return the waves one step on."""
    w = parts.weights
    start = _nonlinear(parts, state)
    a = w.half * state + w.middle * start
    at_a = _nonlinear(parts, a)
    b = w.half * state + w.middle * at_a
    at_b = _nonlinear(parts, b)
    c = w.half * a + w.middle * (2 * at_b - start)
    at_c = _nonlinear(parts, c)
    return w.whole * state + w.first * start + w.inner * (at_a + at_b) + w.last * at_c


@jax.jit
def advance(parts: Stepper, state: State, count: Count) -> State:
    """Return the waves `count` steps on, as those of a real field."""
    cells = parts.program.products.given.shape[-1]

    def one(_: Count, at: State) -> State:
        return step(parts, at)

    later = jax.lax.fori_loop(0, count, one, state)
    # Rounding that no real field has would grow wherever the linear part does.
    return jnp.fft.rfft2(jnp.fft.irfft2(later, s=(cells, cells)))


@partial(jax.jit, static_argnames=("count",))
def path(
    parts: Stepper, states: Complex[jax.Array, "start channel ky kx"], count: int
) -> Complex[jax.Array, "time start channel ky kx"]:
    """Return the waves at each of `count` steps from each start, the start first."""

    def one(at: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        later = jax.vmap(partial(step, parts))(at)
        return later, later

    _, later = jax.lax.scan(one, states, None, length=count)
    return jnp.concatenate([states[None], later])


def substeps(
    program: Program,
    coefficients: Float[np.ndarray, "term"],
    state: State,
    frame_s: float,
    tolerance: float,
) -> int:
    """Return how many steps a frame needs, 0 where no number up to 1024 will do.

    Args:
        program: The law's terms.
        coefficients: Theirs.
        state: To start from.
        frame_s: Time to the next frame [s].
        tolerance: Error of a frame allowed, relative to the norm of the state's deviation.
    """
    # A start without a pattern errs by nothing or by all.
    size = max(pattern_size(np.asarray(state)), 1e-300)
    count, coarse = 1, None
    while count <= _MOST_SUBSTEPS:
        fine = np.asarray(advance(stepper(program, coefficients, frame_s / count), state, count))
        if coarse is not None and np.isfinite(fine).all():
            # Halving a step of fourth order takes out fifteen sixteenths of the error.
            error = pattern_size(fine - coarse) / size
            if error < tolerance:
                return count // 2
            if error / 16 < tolerance:
                return count
        coarse = fine if np.isfinite(fine).all() else None
        count *= 2
    return 0


def pattern_size(waves: Complex[np.ndarray, "*batch ky kx"]) -> float:
    """Return the norm of waves, means left out."""
    deviation = waves.copy()
    deviation[..., 0, 0] = 0.0
    # What has left all bounds is infinitely large, and need not be warned of.
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm(deviation))
