"""The blend: convex weights over the members, learned from their own past errors, causally."""

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.signal import lfilter

Residuals = Float[np.ndarray, "origin member lead variable cell"]

_MEMORY = 500.0
_DRESS_MEMORY = 80.0
_FEW = 10.0
_SHARPNESS = 2.0
_ROUNDS = 150
_WORST_SQUARE = 9.0
_BLOCKS = 40
_FEWEST_BLOCKS = 8
_SOLVED = 1000
_LARGE_ROW = 500
_CLIP = 8.0


def lead_groups(leads: Int[np.ndarray, "lead"]) -> Int[np.ndarray, "lead"]:
    """Return the group of each lead: octaves 1, 2–3, 4–7, 8–15 …, numbered from 0.

    Examples:
        >>> lead_groups(np.array([1, 2, 3, 5, 20])).tolist()
        [0, 1, 1, 2, 3]
    """
    return np.unique(np.floor(np.log2(leads)).astype(int), return_inverse=True)[1]


def blend_weights(
    residuals: Residuals,
    leads: Int[np.ndarray, "lead"],
    delays: Int[np.ndarray, "lead"],
    first: Float[np.ndarray, "member"] | None = None,
) -> Float[np.ndarray, "next member lead variable"]:
    """Return weights for each origin and the next one, from matured outcomes only.

    Two layers. The inner layer adds one expert to the members: the convex combination with the
    smallest discounted mean square (a quadratic programme, by multiplicative updates). The outer
    layer weighs members and combination by exponentials of their discounted CRPS, each
    dressed with a Laplace law, so the blend follows the best of them with bounded regret.

    Args:
        residuals: `(origin, member, lead, variable, cell)`. Truth less forecast; NaN where missing.
        leads: `(lead,)`. Steps ahead; octaves of leads share their weights.
        delays: `(lead,)`. Origins that pass until the outcome is known, at least 1.
        first: `(member,)`. Weights while no outcome is known; None for equal ones.

    Returns:
        `(next, member, lead, variable)`. In [0, 1], summing to one over members; row `k` stands at
        origin `k`, the last row at the origin after the last.

    References:
        Cesa-Bianchi and Lugosi (2006), Prediction, Learning, and Games, ch. 2.
    """
    groups = lead_groups(leads)
    origins, members, _, variables, _ = residuals.shape
    weights = np.empty((origins + 1, members, len(leads), variables))
    for group in range(int(groups.max()) + 1):
        inside = groups == group
        part = residuals[:, :, inside].transpose(0, 3, 1, 2, 4)
        part = part.reshape(origins, variables, members, -1)
        delay = int(delays[inside].max())
        solved = _group_weights(part, delay)
        if first is not None:
            solved[:delay] = first
        weights[:, :, inside] = solved.transpose(0, 2, 1)[:, :, None]
    return weights


def _group_weights(
    residuals: Float[np.ndarray, "origin variable member sample"], delay: int
) -> Float[np.ndarray, "next variable member"]:
    """Return the weights of one lead group at each origin and the next."""
    known = np.asarray(np.isfinite(residuals).all(axis=(2, 3)))
    clean = np.where(known[..., None, None], residuals, 0.0)
    # In units of a variable's largest error: nothing overflows, and no weight depends on the unit.
    largest = np.abs(clean).max(axis=(0, 2, 3), keepdims=True)
    clean = clean / np.maximum(largest, 1e-300)
    unit = _typical(np.abs(clean).mean(axis=-1), known, delay)
    combination = _combination(clean, known, unit, delay)
    mixed = np.einsum("ovm,ovms->ovs", combination[:-1], clean)[:, :, None]
    losses = _dressed(np.concatenate([clean, mixed], axis=2), known, delay)
    outer = _exponential(np.minimum(losses / unit[:-1, :, None], _CLIP), known, delay)
    members = outer[..., :-1] + outer[..., -1:] * combination
    return members / members.sum(axis=-1, keepdims=True)


def _dressed(
    residuals: Float[np.ndarray, "origin variable expert sample"],
    known: Bool[np.ndarray, "origin variable"],
    delay: int,
) -> Float[np.ndarray, "origin variable expert"]:
    """Return the CRPS of each expert, dressed with a Laplace law of running bias and size.

    `CRPS = |e| + b·exp(−|e|/b) − ¾b` for an error `e` from the bias, `b` the mean size: what an
    expert is worth once its intervals are calibrated, a constant bias being forgiven.
    """
    counts = np.maximum(_discounted(known.astype(float), delay, _DRESS_MEMORY), 1e-12)[:-1]
    bias = _discounted(residuals.mean(axis=-1), delay, _DRESS_MEMORY)[:-1] / counts[..., None]
    bias = bias * (counts / (counts + _FEW))[..., None]
    error = np.where(known[..., None, None], residuals - bias[..., None], 0.0)
    absolute = np.abs(error).mean(axis=-1)
    size = _discounted(absolute, delay, _DRESS_MEMORY)[:-1] / counts[..., None]
    size = np.where(size > 0, size, absolute + 1e-30)[..., None]
    score = np.abs(error) + size * np.exp(-np.abs(error) / size) - 0.75 * size
    return score.mean(axis=-1)


def _discounted(series: np.ndarray, delay: int, memory: float | None = None) -> np.ndarray:
    """Return discounted sums over matured origins, for each origin and the next."""
    sums = _decaying(series, 1.0 - 1.0 / (memory or _MEMORY))
    out = np.zeros((len(series) + 1, *series.shape[1:]))
    if len(series) >= delay:
        out[delay:] = sums[: len(series) + 1 - delay]
    return out


def _decaying(series: np.ndarray, keep: float) -> np.ndarray:
    """Return `y_t = x_t + keep·y_{t−1}` along the first axis."""
    if series[:1].size < _LARGE_ROW:
        return np.asarray(lfilter([1.0], [1.0, -keep], series, axis=0))
    # The filter walks each column on its own, which for long rows misses the cache every time.
    sums = series.copy()
    for now in range(1, len(sums)):
        sums[now] += keep * sums[now - 1]
    return sums


def _typical(
    errors: Float[np.ndarray, "origin variable member"],
    known: Bool[np.ndarray, "origin variable"],
    delay: int,
) -> Float[np.ndarray, "next variable"]:
    """Return the discounted mean error of the best member so far, the unit of the losses.

    Before anything is known it is the first unit there will be: it cannot matter until then.
    """
    counts = _discounted(known.astype(float), delay)
    unit = (_discounted(errors, delay) / np.maximum(counts, 1e-12)[..., None]).min(axis=-1)
    first = np.take_along_axis(unit, (unit > 0).argmax(axis=0)[None], axis=0)
    return np.maximum(np.where(counts > 0, unit, first), 1e-12)


def _exponential(
    losses: Float[np.ndarray, "origin variable expert"],
    known: Bool[np.ndarray, "origin variable"],
    delay: int,
) -> Float[np.ndarray, "next variable expert"]:
    """Return weights proportional to `exp(−s·√n·excess)`, n the effective number of outcomes."""
    counts = _discounted(known.astype(float), delay)[..., None]
    mean = _discounted(losses * known[..., None], delay) / np.maximum(counts, 1e-12)
    excess = mean - mean.min(axis=-1, keepdims=True)
    weights = np.exp(-_SHARPNESS * np.sqrt(counts) * excess)
    return weights / weights.sum(axis=-1, keepdims=True)


def _combination(
    residuals: Float[np.ndarray, "origin variable member sample"],
    known: Bool[np.ndarray, "origin variable"],
    unit: Float[np.ndarray, "next variable"],
    delay: int,
) -> Float[np.ndarray, "next variable member"]:
    """Return the convex combination of least discounted square, renewed at up to 40 origins.

    Of many variables each is renewed less often, at eight origins at least.

    An origin's residuals are shrunk together where their size passes four units, so that one
    jump does not decide.
    """
    scaled = residuals / unit[:-1, :, None, None]
    size = np.sqrt((scaled**2).mean(axis=(2, 3), keepdims=True))
    scaled = scaled * np.minimum(1.0, _CLIP / np.maximum(size, 1e-300))
    products = scaled @ scaled.swapaxes(-1, -2) / scaled.shape[-1]
    counts = _discounted(known.astype(float), delay)
    sums = _discounted(products, delay)
    blocks = int(np.clip(_SOLVED // sums.shape[1], _FEWEST_BLOCKS, _BLOCKS))
    renewals = np.unique(np.linspace(0, len(sums) - 1, blocks).astype(int))
    mean = sums[renewals] / np.maximum(counts[renewals], 1e-12)[..., None, None]
    solved = _least_square(mean, counts[renewals])
    latest = np.searchsorted(renewals, np.arange(len(sums)), side="right") - 1
    return solved[latest]


def _least_square(
    products: Float[np.ndarray, "renewal variable member member"],
    counts: Float[np.ndarray, "renewal variable"],
) -> Float[np.ndarray, "renewal variable member"]:
    """Minimise `wᵀCw` on the simplex by multiplicative updates, shrunk where outcomes are few.

    Members whose root mean square is above three times the least stay out: the others' products
    then bound the step, so that every update descends.
    """
    members = products.shape[-1]
    diagonal = np.einsum("rvmm->rvm", products)
    least = np.maximum(diagonal.min(axis=-1, keepdims=True), 1e-12)
    eligible = diagonal <= _WORST_SQUARE * least
    ridge = 2.0 / np.maximum(counts, 1.0)[..., None, None] * np.eye(members) * least[..., None]
    step = 1.0 / (np.where(eligible, diagonal, 0.0).max(axis=-1, keepdims=True) + 3.0 * least)
    weights = eligible / eligible.sum(axis=-1, keepdims=True)
    steep = products + ridge
    for _ in range(_ROUNDS):
        slope = np.einsum("rvmk,rvk->rvm", steep, weights)
        slope = np.where(eligible, slope, np.inf)
        slope = slope - slope.min(axis=-1, keepdims=True)
        weights = weights * np.exp(-2.0 * step * slope)
        weights /= weights.sum(axis=-1, keepdims=True)
    return weights
