"""How far a parameter moves past a threshold before the state leaves: known laws."""

import math

from industriverse.kernel.errors import ContractError

from ._truth import above_zero

_FIRST_AIRY_ZERO = 2.338107410459767


def fold_delay(rate: float, curvature: float = 1.0) -> float:
    """Return how far past a fold the parameter is when the state has run away.

    `du/dt = μ + c u²`, `μ = ε t`: with `u = −w'/(c w)` it is Airy's equation, whose first zero at
    −2.338 is where u becomes infinite: `μ = 2.338 ε^{2/3} c^{−1/3}`.

    Args:
        rate: ε, above zero: the parameter's change in a unit of time.
        curvature: c, above zero.

    References:
        Jung, Gray, Roy & Mandel (1990), Phys. Rev. Lett. 65, 1873; Haberman (1979).
    """
    above_zero(rate, "rate")
    above_zero(curvature, "curvature")
    return _FIRST_AIRY_ZERO * rate ** (2 / 3) * curvature ** (-1 / 3)


def mirrored_exit(entry: float) -> float:
    """Return where a state leaves a pitchfork or Hopf threshold at zero without noise.

    `dx/dt = μ x`, `μ = ε t`: `ln |x|` changes by `(μ² − μ₀²)/2ε`, so x has its first size again at
    `μ = −μ₀`, however slow the ramp: the earlier it came, the later it leaves.

    Args:
        entry: μ₀, below zero: where the ramp began.

    References:
        Mandel & Erneux (1987), J. Stat. Phys. 48, 1059; Neishtadt (1987, 1988).
    """
    if not (math.isfinite(entry) and entry < 0):
        raise ContractError(
            f"The ramp begins at {entry}.", hint="It must begin below the threshold at 0."
        )
    return -entry


def noisy_exit(rate: float, noise: float, level: float) -> float:
    """Return where a noisy state leaves a threshold at zero: its root mean square is `level`.

    `dx = ε t x dt + σ dW` from long before: `⟨x²⟩ = σ² √(π/ε) e^{μ²/ε} Φ(μ √(2/ε))`, Φ the normal
    distribution; solved for μ. Noise shortens the delay to about `√(2 ε ln(level/σ))`.

    Args:
        rate: ε, above zero.
        noise: σ, above zero.
        level: Above the root mean square at the threshold itself.

    Raises:
        ContractError: A level that noise reaches before the threshold.

    References:
        Stocks, Mannella & McClintock (1989), Phys. Rev. A 40, 5361.
    """
    for value, name in ((rate, "rate"), (noise, "noise"), (level, "level")):
        above_zero(value, name)
    wanted = 2 * math.log(level)

    def log_square(mu: float) -> float:
        share = (1 + math.erf(mu / math.sqrt(rate))) / 2
        return 2 * math.log(noise) + math.log(math.pi / rate) / 2 + mu**2 / rate + math.log(share)

    if log_square(0.0) >= wanted:
        raise ContractError(
            f"Noise of {noise:g} reaches {level:g} before the threshold.",
            hint="Give a higher level or less noise.",
        )
    low, high = 0.0, math.sqrt(rate)
    while log_square(high) < wanted:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if log_square(middle) < wanted else (low, middle)
    return high
