"""Who forecasts best, by channel and lead, from forecasts that came due; and how far off they were.

The weights minimise the recorded squared error of the weighted mean, none negative, their sum one.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import nnls

_BANDS = (0, 3, 10, 25)
_SPREAD = 0.05
_FADE = 1 / 64
_RECENT = 3
_SHARE = 0.7
_SHARP = 8
_ROOM = 1.1
_FIRM = 1e6


def bands(horizon: int) -> list[slice]:
    """Return the ranges of leads that are weighted together."""
    edges = [edge for edge in _BANDS if edge < horizon]
    return [slice(a, b) for a, b in zip(edges, [*edges[1:], horizon], strict=True)]


@dataclass(slots=True)
class Blend:
    """Recorded errors and the weights that follow.

    Attributes:
        products: `(channel, band, member, member)`. Faded mean products of the members' errors.
        squares: `(lead, channel)`. Faded mean squared error of the blend itself.
        weights: `(channel, band, member)`.
        count: Origins that came due.
    """

    products: Float[np.ndarray, "channel band member member"]
    squares: Float[np.ndarray, "lead channel"]
    weights: Float[np.ndarray, "channel band member"]
    count: float

    @classmethod
    def of(cls, channels: int, horizon: int, members: int) -> "Blend":
        """Return a blend that trusts all alike."""
        ranges = len(bands(horizon))
        return cls(
            np.zeros((channels, ranges, members, members)),
            np.zeros((horizon, channels)),
            np.full((channels, ranges, members), 1 / members),
            0.0,
        )

    def mix(
        self, paths: Float[np.ndarray, "member lead channel"], horizon: int
    ) -> Float[np.ndarray, "lead channel"]:
        """Return the weighted mean; leads beyond the horizon are weighted like the last."""
        ranges = bands(horizon)
        last = [*ranges[:-1], slice(ranges[-1].start, None)]
        parts = [
            np.einsum("mlc,cm->lc", paths[:, leads], self.weights[:, band])
            for band, leads in enumerate(last)
        ]
        return np.concatenate(parts)[: paths.shape[1]]

    def record(
        self,
        errors: Float[np.ndarray, "member lead channel"],
        blended: Float[np.ndarray, "lead channel"],
    ) -> None:
        """Add the errors of one origin."""
        self.count += 1
        # The first errors are those of members that had seen next to nothing.
        gain = max(_RECENT / (self.count + _RECENT - 1), _FADE)
        self.squares += gain * (blended**2 - self.squares)
        for band, leads in enumerate(bands(len(blended))):
            part = errors[:, leads].transpose(2, 0, 1)
            mean = part @ part.swapaxes(1, 2) / part.shape[2]
            self.products[:, band] += gain * (mean - self.products[:, band])

    def weigh(self, trusted: Bool[np.ndarray, "member"]) -> None:
        """Find the weights anew.

        Args:
            trusted: `(member,)`. Members whose plain mean is part of the weights if it does well.
        """
        if not self.count:
            return
        for channel, ranges in enumerate(self.products):
            for band, products in enumerate(ranges):
                self.weights[channel, band] = _simplex(products, trusted)


def _simplex(
    products: Float[np.ndarray, "member member"], trusted: Bool[np.ndarray, "member"]
) -> Float[np.ndarray, "member"]:
    """Return the convex weights whose mean errs least, or further to plain ones if as good.

    The recorded errors are few and alike, so the best weights on them are not the best to come.
    Plain weights go by each member's own error alone.
    """
    members = len(products)
    size = np.sqrt(np.maximum(np.diag(products), 1e-300))
    even = products / size[:, None] / size
    even[np.diag_indices(members)] = 1 + _SPREAD
    # In units of its own error every member's weight counts alike, however small the error is.
    values, vectors = np.linalg.eigh(even)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T * size
    scale = float(size.min())
    stacked = np.vstack([root / scale, np.full(members, _FIRM)])
    found, _ = nnls(stacked, np.append(np.zeros(members), _FIRM), maxiter=50 * members)
    best = found / found.sum() if found.sum() > 0 else np.eye(members)[size.argmin()]
    plain = np.zeros(members)
    plain[trusted] = (size[trusted].min() / size[trusted]) ** _SHARP
    mixed = (1 - _SHARE) * best + _SHARE * plain / plain.sum()
    return mixed if mixed @ products @ mixed < _ROOM * (best @ products @ best) else best
