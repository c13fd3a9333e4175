"""The exact solution of the Riemann problem of an ideal gas (Toro, Riemann Solvers, ch. 4)."""

import numpy as np
from scipy.optimize import brentq


def exact_riemann(left, right, speeds, gamma):
    """Density, velocity and pressure at the given `x / t`."""
    sound = [np.sqrt(gamma * p / d) for d, _, p in (left, right)]

    def jump(p, side, c):
        d, _, p0 = side
        if p > p0:
            return (p - p0) * np.sqrt(2 / d / ((gamma + 1) * p + (gamma - 1) * p0))
        return 2 * c / (gamma - 1) * ((p / p0) ** ((gamma - 1) / (2 * gamma)) - 1)

    def mismatch(p):
        return jump(p, left, sound[0]) + jump(p, right, sound[1]) + right[1] - left[1]

    middle = brentq(mismatch, 1e-12, 100 * max(left[2], right[2]), xtol=1e-14)
    speed = left[1] - jump(middle, left, sound[0])
    return np.array([_sampled(s, (left, right), sound, (middle, speed, gamma)) for s in speeds]).T


def _sampled(s, sides, sound, star):
    """One point of the solution; the right side is the left one in a mirror."""
    mirror = -1 if s > star[1] else 1
    (d, u, p), c = (sides[0], sound[0]) if mirror == 1 else (sides[1], sound[1])
    u, s, middle, speed = mirror * u, mirror * s, star[0], mirror * star[1]
    gamma = star[2]
    ratio, part = middle / p, (gamma - 1) / (gamma + 1)
    if middle > p:
        front = u - c * np.sqrt((gamma + 1) / (2 * gamma) * ratio + (gamma - 1) / (2 * gamma))
        density = d * (ratio + part) / (part * ratio + 1)
        return (d, mirror * u, p) if s < front else (density, mirror * speed, middle)
    density, tail = d * ratio ** (1 / gamma), speed - c * ratio ** ((gamma - 1) / (2 * gamma))
    if s < u - c:
        return d, mirror * u, p
    if s > tail:
        return density, mirror * speed, middle
    local = 2 / (gamma + 1) + part / c * (u - s)
    speed = 2 / (gamma + 1) * (c + (gamma - 1) / 2 * u + s)
    return (
        d * local ** (2 / (gamma - 1)),
        mirror * speed,
        p * local ** (2 * gamma / (gamma - 1)),
    )
