"""Maps: the logistic map, Hénon's map and a ring of coupled logistic maps."""

import numpy as np
from jaxtyping import Float

from ._drawn import LENGTH, Drawn, States
from ._lyapunov import label_by_exponent

_BURN, _BLOCKS, _BLOCK = 500, 20, 100
_SITES = 8

Batch = Float[np.ndarray, "record state"]


def _only(labels: list[str | None], wanted: str) -> list[str | None]:
    return [label if label == wanted else None for label in labels]


def logistic_chaos(drawn: Drawn) -> tuple[States, list[str | None]]:
    """`x → r x (1 − x)`, r in 3.57–4, where its exponent is positive."""
    r = drawn.parameter(3.57, 4.0)
    x = drawn.random.uniform(0.1, 0.9, drawn.count)
    path = np.empty((drawn.count, _BURN + max(LENGTH, _BLOCKS * _BLOCK)))
    for t in range(path.shape[1]):
        x = r * x * (1 - x)
        path[:, t] = x
    used = path[:, _BURN : _BURN + _BLOCKS * _BLOCK]
    growth = np.log(np.abs(r[:, None] * (1 - 2 * used)) + 1e-12)
    blocks = growth.reshape(drawn.count, _BLOCKS, _BLOCK).mean(axis=2)
    return path[:, -LENGTH:, None], _only(label_by_exponent(blocks), "chaotic")


def _noisy_logistic(drawn: Drawn, r: Float[np.ndarray, "record time"]) -> States:
    x = 1 - 1 / r[:, 0]
    size = drawn.random.uniform(0.002, 0.01, drawn.count)
    path = np.empty((drawn.count, LENGTH))
    for t in range(LENGTH):
        x = r[:, t] * x * (1 - x) + size * drawn.random.standard_normal(drawn.count)
        x = np.clip(x, 1e-3, 1 - 1e-3)
        path[:, t] = x
    return path[:, :, None]


def logistic_fixed(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same with small dynamic noise, r at least 10 % below its first threshold at 3."""
    r = drawn.parameter(1.5, 2.7)
    return _noisy_logistic(drawn, np.tile(r[:, None], LENGTH)), ["stable"] * drawn.count


def logistic_near(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same within 5 % below the threshold: perturbations die slowly, side to side."""
    r = drawn.parameter(2.85, 2.995)
    return _noisy_logistic(drawn, np.tile(r[:, None], LENGTH)), ["transitional"] * drawn.count


def logistic_crossing(drawn: Drawn) -> tuple[States, list[str | None]]:
    """The same while r passes 3: one state becomes two in turn."""
    r = drawn.ramp(drawn.parameter(2.3, 2.75), drawn.parameter(3.2, 3.45), 3.0, at=drawn.crossing())
    return _noisy_logistic(drawn, r), ["phase_change"] * drawn.count


def henon(drawn: Drawn) -> tuple[States, list[str | None]]:
    """`x → 1 − a x² + y, y → 0.3 x`, where its exponent is positive."""
    a = drawn.parameter(1.08, 1.4)
    x, y = np.full(drawn.count, 0.1), np.full(drawn.count, 0.1)
    u, v = np.ones(drawn.count), np.zeros(drawn.count)
    total = _BURN + max(LENGTH, _BLOCKS * _BLOCK)
    path, growth = np.empty((drawn.count, total, 2)), np.empty((drawn.count, total))
    for t in range(total):
        u, v = -2 * a * x * u + v, 0.3 * u
        x, y = 1 - a * x * x + y, 0.3 * x
        size = np.hypot(u, v)
        u, v = u / size, v / size
        path[:, t, 0], path[:, t, 1], growth[:, t] = x, y, np.log(size)
    used = growth[:, _BURN : _BURN + _BLOCKS * _BLOCK].reshape(drawn.count, _BLOCKS, _BLOCK)
    return path[:, -LENGTH:], _only(label_by_exponent(used.mean(axis=2)), "chaotic")


def _coupled(x: Batch, r: Float[np.ndarray, "record 1"], e: float) -> Batch:
    f = r * x * (1 - x)
    return (1 - e) * f + e / 2 * (np.roll(f, 1, axis=1) + np.roll(f, -1, axis=1))


def coupled_maps(drawn: Drawn) -> tuple[States, list[str | None]]:
    """Eight logistic maps in a ring with coupling 0.1, where the exponent is positive."""
    r = drawn.parameter(3.6, 4.0)[:, None]
    x = drawn.random.uniform(0.1, 0.9, (drawn.count, _SITES))
    tangent = drawn.random.standard_normal(x.shape)
    total = _BURN + max(LENGTH, _BLOCKS * _BLOCK)
    path, growth = np.empty((drawn.count, total, _SITES)), np.empty((drawn.count, total))
    for t in range(total):
        slope = r * (1 - 2 * x) * tangent
        tangent = 0.9 * slope + 0.05 * (np.roll(slope, 1, axis=1) + np.roll(slope, -1, axis=1))
        x = _coupled(x, r, 0.1)
        size = np.linalg.norm(tangent, axis=1, keepdims=True)
        tangent = tangent / size
        path[:, t], growth[:, t] = x, np.log(size[:, 0])
    used = growth[:, _BURN : _BURN + _BLOCKS * _BLOCK].reshape(drawn.count, _BLOCKS, _BLOCK)
    return path[:, -LENGTH:], _only(label_by_exponent(used.mean(axis=2)), "chaotic")
