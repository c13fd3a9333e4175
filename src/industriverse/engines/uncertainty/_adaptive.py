"""Adaptive conformal quantiles: experts that track each level online, and their aggregate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtri

from ._scores import LEVELS
from ._split import conformal_radius

_RATES = (0.02, 0.1)
_MEMORY = 250.0
_OUTER_RATE = 0.1
_REACH = 4.0
_SIGNED = 100
_REFERENCE = 2
_EAGER = 4.0
_PACE = 0.25

Residuals = Float[np.ndarray, "origin lead variable cell"]


@dataclass(frozen=True, slots=True)
class Stream:
    """Past errors of one forecaster and how large each was expected to be.

    Attributes:
        residuals: `(origin, lead, variable, cell)`. Truth less forecast, over the cell's
            pattern; NaN where unknown. Telemetry has one cell; a field's frame is one score.
        scales: `(expert, next, lead, variable)`. Expected sizes at each origin and the next.
        delays: `(lead,)`. Origins until an outcome is known, at least 1.
    """

    residuals: Residuals
    scales: Float[np.ndarray, "expert next lead variable"]
    delays: Int[np.ndarray, "lead"]


def adaptive_quantiles(
    stream: Stream, warm: int, levels: Float[np.ndarray, "level"] = LEVELS
) -> Float[np.ndarray, "next level lead variable"]:
    """Return error quantiles for each origin and the next, from matured outcomes only.

    Every expert pairs a scale with a learning rate. Its quantile of scaled errors starts at the
    finite-sample quantile of the warm-up and then follows `q ← q + η(above − (1 − τ))`, where
    `above` is the share of the frame's cells above it: the online subgradient of the pinball loss,
    whose long-run share above is `1 − τ` whatever the data do. Experts are averaged with weights
    exponential in their discounted pinball loss; one more tracker on the issued quantile makes up
    for what averaging costs in coverage. Steps are bounded, so no quantile becomes infinite.

    Args:
        stream: Past errors and scales.
        warm: Outcomes of each lead that are only learned from. Rows before they have matured are
            NaN, except the last, which uses what there is.
        levels: `(level,)`. Rising, in (0, 1).

    References:
        Gibbs and Candès (2021), Adaptive conformal inference under distribution shift; Zaffran et
        al. (2022), Adaptive conformal predictions for time series; Angelopoulos, Candès and
        Tibshirani (2023), Conformal PID control for time series prediction.
    """
    tracker = _Tracker.start(stream, warm, levels)
    last = len(stream.residuals)
    ready = warm - 1 + stream.delays
    for now in range(min(warm, last), last + 1):
        tracker.learn(now)
        tracker.issue(now)
    tracker.issued[:-1].swapaxes(1, 2)[np.arange(last)[:, None] < ready] = np.nan
    # Each level is corrected by how its own value fared; only what leaves here is put in order.
    return np.sort(tracker.issued, axis=1)


@dataclass(slots=True)
class _Tracker:
    """The running state; shapes `(expert·rate, level, lead, variable)` unless said."""

    stream: Stream
    warm: int
    level: np.ndarray
    pace: np.ndarray
    quantiles: np.ndarray
    rates: np.ndarray
    losses: np.ndarray
    offset: np.ndarray
    issued: np.ndarray

    @classmethod
    def start(cls, stream: Stream, warm: int, levels: np.ndarray) -> "_Tracker":
        """Start from the quantiles of the warm-up."""
        experts, rows, leads, variables = stream.scales.shape
        quantiles = np.repeat(_warm_quantiles(stream, warm, levels), len(_RATES), axis=0)
        rates = np.tile(_RATES, experts)[:, None, None, None]
        shape = (len(levels), leads, variables)
        issued = np.full((rows, *shape), np.nan)
        losses, offset = np.zeros_like(quantiles), np.zeros(shape)
        level = levels[:, None, None]
        # Errors at lead h stay alike for about h origins: fewer of them are news.
        pace = stream.delays[:, None] ** -_PACE
        return cls(stream, warm, level, pace, quantiles, rates, losses, offset, issued)

    def learn(self, now: int) -> None:
        """Take in the outcomes that became known since the last origin."""
        lead = np.arange(len(self.stream.delays))
        due = now - self.stream.delays
        rows = np.maximum(due, 0)
        error = self.stream.residuals[rows, lead]
        known = np.isfinite(error).all(axis=-1) & (due >= self.warm)[:, None]
        if not known.any():
            return
        error = np.where(known[..., None], error, 0.0)
        scale = np.repeat(self.stream.scales[:, rows, lead], len(_RATES), axis=0)[:, None]
        level = self._aim(due)
        above, loss = _compare(error, self.quantiles * scale, level)
        step = np.where(known, self.rates * self.pace * _eager(now - self.warm), 0.0)
        self.quantiles += step * (above - (1.0 - level))
        self.losses *= np.where(known, 1.0 - 1.0 / _MEMORY, 1.0)
        self.losses += np.where(known, loss / scale[_REFERENCE], 0.0)
        sent = self.issued[rows, :, lead].transpose(1, 0, 2)
        self._correct(error, known, sent, level)

    def _aim(self, due: np.ndarray) -> np.ndarray:
        """Return `(level, lead, 1)`: the levels, a little further out while outcomes are few.

        The finite-sample rule: a central share `c` aims at a miss rate of `1 − c − c/n`. Outcomes
        at lead h repeat each other, so each counts as `1/√h`.
        """
        worth = np.maximum(due + 1, 1) / np.sqrt(self.stream.delays)
        share = np.abs(2.0 * self.level - 1.0)
        miss = np.maximum(1.0 - share - share / worth[:, None], (1.0 - share) / 3.0)
        return 0.5 + np.sign(self.level - 0.5) * (1.0 - miss) / 2.0

    def _correct(
        self, error: np.ndarray, known: np.ndarray, sent: np.ndarray, level: np.ndarray
    ) -> None:
        """Move the offset by how the issued quantiles fared."""
        usable = known & np.isfinite(sent[0])
        above = _compare(error, np.where(usable, sent, 0.0), level)[0]
        self.offset += np.where(usable, _OUTER_RATE * self.pace, 0.0) * (above - (1.0 - level))
        np.clip(self.offset, -_REACH, _REACH, out=self.offset)

    def issue(self, now: int) -> None:
        """Write the quantiles for this origin: weighted and corrected."""
        weights = np.exp(self.pace * (self.losses.min(axis=0) - self.losses))
        scale = np.repeat(self.stream.scales[:, now], len(_RATES), axis=0)[:, None]
        weighted = weights / weights.sum(axis=0) * scale
        bound = (weighted * self.quantiles).sum(axis=0)
        self.issued[now] = bound + self.offset * weighted.sum(axis=0)


def _eager(age: int) -> float:
    """Return how much faster than in the long run a young tracker learns."""
    return max(1.0, _EAGER / np.sqrt(1.0 + max(age, 0) / 5.0))


def _compare(
    error: np.ndarray, bound: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of cells above each bound, and the mean pinball loss."""
    if error.shape[-1] == 1:
        miss = error[..., 0] - bound
        return (miss > 0).astype(float), np.maximum(level * miss, (level - 1.0) * miss)
    gap = error - bound[..., None]
    above = (gap > 0).mean(axis=-1)
    tau = level[..., None]
    return above, np.maximum(tau * gap, (tau - 1.0) * gap).mean(axis=-1)


def _warm_quantiles(
    stream: Stream, warm: int, levels: Float[np.ndarray, "level"]
) -> Float[np.ndarray, "expert level lead variable"]:
    """Return the finite-sample quantiles of the first `warm` scaled errors of each lead.

    A lead without any takes over those of the lead before it.
    """
    experts, rows, leads, variables = stream.scales.shape
    out = np.zeros((experts, len(levels), leads, variables))
    for lead, delay in enumerate(stream.delays):
        count = min(warm, max(rows - int(delay), 0))
        scaled = stream.residuals[:count, lead] / stream.scales[:, :count, lead, :, None]
        known_of = np.isfinite(scaled[0]).all(axis=-1)
        if scaled.shape[-1] == 1 and count and known_of.all():
            # Many channels without a gap: all at once.
            parts = scaled[..., 0].swapaxes(0, 1)
            out[:, :, lead] = _starting_many(parts, levels).swapaxes(0, 1)
            continue
        for variable in range(variables):
            known = known_of[:, variable]
            if not known.any() and lead:
                out[:, :, lead, variable] = out[:, :, lead - 1, variable]
                continue
            parts = scaled[:, known, variable]
            out[:, :, lead, variable] = [starting_quantiles(part, levels) for part in parts]
    return out


def starting_quantiles(
    scaled: Float[np.ndarray, "score cell"], levels: Float[np.ndarray, "level"] = LEVELS
) -> Float[np.ndarray, "level"]:
    """Return quantiles of scaled errors, honest for few of them.

    From 100 scores on, signed ranks; below, symmetric ones by `frame_radius`; with none, those of
    a normal distribution whose mean size is one.

    Args:
        scaled: `(score, cell)`. A frame is one score; cells are pooled inside it.
        levels: `(level,)`. In (0, 1).
    """
    if len(scaled) == 0:
        return ndtri(levels) / np.sqrt(2 / np.pi)
    if scaled.shape[1] == 1:
        return _starting_many(scaled[:, 0], levels)
    if len(scaled) >= _SIGNED:
        return np.quantile(scaled, levels)
    sizes = np.abs(scaled)
    radius = [frame_radius(sizes, abs(2 * float(level) - 1)) for level in levels]
    return np.sign(levels - 0.5) * np.array(radius)


def _starting_many(
    scaled: Float[np.ndarray, "score *batch"], levels: Float[np.ndarray, "level"]
) -> Float[np.ndarray, "level *batch"]:
    """Return `starting_quantiles` of at least one score of one cell, for a batch of channels."""
    if len(scaled) >= _SIGNED:
        return np.quantile(scaled, levels, axis=0)
    side = np.sign(levels - 0.5).reshape(-1, *[1] * (scaled.ndim - 1))
    return side * _ranked(np.sort(np.abs(scaled), axis=0), np.abs(2 * levels - 1))


def _ranked(
    sizes: Float[np.ndarray, "score *batch"], shares: Float[np.ndarray, "level"]
) -> Float[np.ndarray, "level *batch"]:
    """Return `conformal_radius` of sorted scores at many shares."""
    ranks = np.ceil((len(sizes) + 1) * shares - 1e-9).astype(int)
    radius = sizes[np.clip(ranks, 1, len(sizes)) - 1]
    for index in np.flatnonzero(ranks > len(sizes)):
        radius[index] = conformal_radius(sizes, float(shares[index]))
    return radius


def frame_radius(sizes: Float[np.ndarray, "score cell"], coverage: float) -> float:
    """Return the radius outside which the next frame has at most `1 − coverage` of its cells.

    Conformal risk control with the share of missed cells as the loss of a frame: the smallest
    radius with `(n·missed + 1)/(n + 1) ≤ 1 − coverage`. One cell a frame gives the usual rank rule.
    Where `n` is too small, Student's t on the frames' own quantiles takes over.

    References:
        Angelopoulos et al. (2024), Conformal risk control.
    """
    count, cells = sizes.shape
    allowed = ((count + 1) * (1.0 - coverage) - 1.0) / count
    if cells == 1 or allowed < 0:
        frames = sizes[:, 0] if cells == 1 else np.quantile(sizes, coverage, axis=1)
        return float(conformal_radius(frames, coverage))
    return float(np.quantile(sizes, 1.0 - allowed))
