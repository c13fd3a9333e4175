"""Scales: how large the next error is likely to be, known before it happens."""

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.signal import lfilter

_FLOOR = 0.03
_CEILING = 100.0
_LARGEST_RATIO = 1e6
_PER_DELAY = 2.0
_EARLY = 20
_PRIOR_WEIGHT = 5.0

Sizes = Float[np.ndarray, "origin lead variable"]


def running_mean(
    sizes: Sizes,
    known: Bool[np.ndarray, "origin lead variable"],
    memory: float,
    delays: Int[np.ndarray, "lead"],
) -> Float[np.ndarray, "next lead variable"]:
    """Return the exponentially discounted mean of matured sizes, at each origin and the next.

    It starts from the mean of the first twenty outcomes with the weight of five, so rows before
    those have matured may be learned from but never issued. A lead without any outcome takes the
    lead before it, grown like the errors of a random walk.
    """
    out = np.zeros((len(sizes) + 1, *sizes.shape[1:]))
    for lead, delay in enumerate(delays):
        if delay > len(sizes):
            if lead:
                out[:, lead] = out[-1, lead - 1] * np.sqrt(delay / delays[lead - 1])
            continue
        keep = 1.0 - 1.0 / (memory + _PER_DELAY * delay)
        mean = _from_prior(sizes[:, lead], known[:, lead], keep)
        out[:delay, lead] = mean[0]
        out[delay:, lead] = mean[1 : len(sizes) + 2 - delay]
    return out


def _from_prior(
    sizes: Float[np.ndarray, "origin variable"],
    known: Bool[np.ndarray, "origin variable"],
    keep: float,
) -> Float[np.ndarray, "next variable"]:
    """Return the prior, then the discounted mean after each origin."""
    clean = np.where(known, sizes, 0.0)
    early = known & (np.cumsum(known, axis=0) <= _EARLY)
    prior = np.where(early, clean, 0.0).sum(axis=0) / np.maximum(early.sum(axis=0), 1)
    total = lfilter([1.0], [1.0, -keep], clean, axis=0)
    count = lfilter([1.0], [1.0, -keep], known.astype(float), axis=0)
    weight = _PRIOR_WEIGHT * keep ** np.arange(1.0, len(sizes) + 1)[:, None]
    mean = (total + weight * prior) / np.maximum(count + weight, 1e-9)
    return np.concatenate([prior[None], mean])


def scales(
    sizes: Sizes,
    guides: Float[np.ndarray, "guide next lead variable"],
    memories: tuple[float, ...],
    delays: Int[np.ndarray, "lead"],
) -> Float[np.ndarray, "guide next lead variable"]:
    """Return one expected error size per guide.

    A guide is any positive series known at the origin (a constant, the season's roughness, recent
    volatility, the members' disagreement). Its scale is the guide times the running mean of
    `size / guide`, kept within 3 % and 100 times the long-run size, and above zero.

    Args:
        sizes: `(origin, lead, variable)`. Absolute errors; NaN where unknown.
        guides: `(guide, next, lead, variable)`. Above zero.
        memories: Outcomes that each guide's running mean remembers.
        delays: `(lead,)`. Origins until an outcome is known, at least 1.
    """
    known = np.isfinite(sizes)
    long_run = running_mean(sizes, known, 1e9, delays)
    out = np.empty(guides.shape)
    for index, (guide, memory) in enumerate(zip(guides, memories, strict=True)):
        clean = np.where(known, sizes, 0.0)
        ratio = clean / np.maximum(guide[:-1], clean / _LARGEST_RATIO)
        out[index] = guide * running_mean(ratio, known, memory, delays)
    tiny = 1e-12 * (1e-200 + np.nan_to_num(sizes).max())
    return np.clip(out, np.maximum(_FLOOR * long_run, tiny), np.maximum(_CEILING * long_run, tiny))


def seasonal_guide(
    sizes: Sizes,
    bins: Int[np.ndarray, "next lead"],
    delays: Int[np.ndarray, "lead"],
) -> Float[np.ndarray, "next lead variable"]:
    """Return the typical size of errors at the target's phase, relative to all phases.

    Args:
        sizes: `(origin, lead, variable)`. Absolute errors; NaN where unknown.
        bins: `(next, lead)`. Phase bin of each target, from 0.
        delays: `(lead,)`. Origins until an outcome is known.

    Notes:
        Shrunk towards 1 by the weight of five outcomes per bin.
    """
    known = np.isfinite(sizes)
    clean = np.where(known, sizes, 0.0)
    total_then = _same_phase(clean, bins, delays)
    seen_then = _same_phase(known.astype(float), bins, delays)
    overall = running_mean(sizes, known, 1e9, delays)
    weak = 5.0
    typical = (total_then + weak * overall) / (seen_then + weak)
    return np.where(overall > 0, np.maximum(typical / np.maximum(overall, 1e-300), 0.05), 1.0)


def _same_phase(
    series: Sizes, bins: Int[np.ndarray, "next lead"], delays: Int[np.ndarray, "lead"]
) -> Float[np.ndarray, "next lead variable"]:
    """Return the sum over matured outcomes of the target's own phase, at each origin."""
    out = np.zeros((len(bins), *series.shape[1:]))
    for lead, delay in enumerate(delays):
        for phase in np.unique(bins[:, lead]):
            asked = np.flatnonzero(bins[:, lead] == phase)
            held = np.flatnonzero(bins[:-1, lead] == phase)
            sums = np.zeros((len(held) + 1, series.shape[2]))
            np.cumsum(series[held, lead], axis=0, out=sums[1:])
            out[asked, lead] = sums[np.searchsorted(held, asked - delay, side="right")]
    return out
