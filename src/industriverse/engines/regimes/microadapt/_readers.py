"""Model units that are fitted incrementally: the cycle's remainder, read through a pyramid.

A unit is `ds/dt = Q s`, `x = V s` with the state read from the past, `s = K·pyramid`. `K` and the
span of `V exp(Qt)` come from incremental least squares of the next samples on the pyramid, cut to
the few directions that carry the forecast; `Q` from that span's invariance to a shift in time,
then by Levenberg–Marquardt. Where there is a cycle, `K` turns with its phase: coarse blocks are
read once more, times the sines and cosines of its first two harmonics.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float, Int

from ._modes import amplitudes, basis, refine, shift_rates
from ._pyramid import COARSE, JOINT, LONG_JOINT, OWN, Pyramid
from ._regress import Moments

Table = Float[np.ndarray, "time channel"]
Kind = Literal["own", "pooled", "joint"]

KINDS: tuple[Kind, ...] = ("own", "pooled", "joint")
_STATES: dict[Kind, int] = {"own": 8, "pooled": 8, "joint": 24}
_JOINT_MOST = 12
_TURNING_MOST = 4


@dataclass(slots=True)
class Readers:
    """One unit a channel (`own`), one for all (`pooled`), or one that sees all at once (`joint`).

    Attributes:
        kind: Which of them.
        waves: Harmonics of the cycle, 0 without one.
        channels: Of the stream.
        moments: What the fits have seen.
        rates: `(unit, mode)`. Of the last fit.
        gain: `(channel, feature, state)`. `K`, in the modes' own coordinates.
        fitted: Whether there was a fit.
    """

    kind: Kind
    waves: int
    channels: int
    moments: Moments
    rates: Complex[np.ndarray, "unit mode"]
    gain: Float[np.ndarray, "channel feature state"]
    fitted: bool = False

    @classmethod
    def of(cls, kind: Kind, channels: int, horizon: int, *, waves: int) -> "Readers | None":
        """Return units that have seen nothing; None where the kind does not fit the stream."""
        if (kind != "own" and channels == 1) or (kind == "joint" and channels > _JOINT_MOST):
            return None
        joint = kind == "joint"
        size = _pyramid(kind, waves).size + COARSE.size * _turning(kind, waves, channels)
        features = size * (channels if joint else 1) + 1
        units = channels if kind == "own" else 1
        states = _STATES[kind]
        return cls(
            kind,
            waves,
            channels,
            Moments.of(units, features, horizon * (channels if joint else 1)),
            np.zeros((units, states), complex),
            np.zeros((channels, features, 2 * states)),
        )

    def see(
        self,
        past: Table,
        rows: Int[np.ndarray, "row"],
        waves: Float[np.ndarray, "row wave"],
        ahead: Float[np.ndarray, "row lead channel"],
    ) -> None:
        """Learn what followed some rows.

        Args:
            past: `(time, channel)`. Remainder of the cycle.
            rows: Origins in it.
            waves: Of the cycle at each.
            ahead: What followed each, less the cycle as known at the origin.
        """
        x = self._features(past, rows, waves)
        y = ahead.transpose(2, 0, 1)
        if self.kind == "pooled":
            x, y = x.reshape(1, -1, x.shape[2]), y.reshape(1, -1, y.shape[2])
        elif self.kind == "joint":
            y = ahead.transpose(0, 2, 1).reshape(1, len(rows), -1)
        self.moments.add(x, y)

    def fit(self, keep: float) -> None:
        """Make units of what was seen."""
        weights = self.moments.solve(keep)
        outputs = self.channels if self.kind == "joint" else 1
        for unit, w in enumerate(weights):
            rates, gain = _realise(self.moments.square[unit], w, outputs, _STATES[self.kind])
            self.rates[unit] = rates
            if self.kind == "own":
                self.gain[unit] = gain[0]
            else:
                self.gain[...] = gain
        self.fitted = True

    def forecast(
        self, past: Table, waves: Float[np.ndarray, "row wave"], steps: int
    ) -> Float[np.ndarray, "lead channel"]:
        """Return the remainder of the cycle that the units expect after the newest row."""
        x = self._features(past, np.array([len(past) - 1]), waves)
        times = np.arange(float(steps))
        modes = np.stack([basis(rates, times).T for rates in self.rates])
        return ((x @ self.gain) @ modes)[:, 0].T

    def _features(
        self, past: Table, rows: Int[np.ndarray, "row"], waves: Float[np.ndarray, "row wave"]
    ) -> Float[np.ndarray, "unit row feature"]:
        blocks = _pyramid(self.kind, self.waves).read(past, rows)
        if _turning(self.kind, self.waves, self.channels):
            turned = waves[:, None, :, None] * COARSE.read(past, rows)[:, :, None]
            blocks = np.concatenate([blocks, turned.reshape(*blocks.shape[:2], -1)], axis=2)
        if self.kind == "joint":
            flat = blocks.reshape(1, len(rows), -1)
        else:
            flat = blocks.transpose(1, 0, 2)
        return np.concatenate([flat, np.ones((*flat.shape[:2], 1))], axis=2)


def _pyramid(kind: Kind, waves: int) -> Pyramid:
    if kind != "joint":
        return OWN
    return JOINT if waves else LONG_JOINT


def _turning(kind: Kind, waves: int, channels: int) -> int:
    """Return the number of waves that the reading turns with."""
    return waves if kind != "joint" or channels <= _TURNING_MOST else 0


def _realise(
    square: Float[np.ndarray, "feature feature"],
    weights: Float[np.ndarray, "feature target"],
    outputs: int,
    states: int,
) -> tuple[Complex[np.ndarray, "mode"], Float[np.ndarray, "output feature state"]]:
    """Return the small linear system whose forecasts are nearest to a regression's.

    Args:
        square: Second moments of the features; nearness is in what they really do.
        weights: Target `(output, lead)`, flattened.
        outputs: Channels forecast.
        states: Directions kept.
    """
    values, vectors = np.linalg.eigh(square)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    _, size, span = np.linalg.svd(root @ weights, full_matrices=False)
    kept = max(1, min(states, int((size > 1e-9 * size[0]).sum())))
    span = span[:kept] * size[:kept, None]
    inner = weights @ np.linalg.pinv(span)
    curves = span.reshape(kept, outputs, -1).transpose(2, 1, 0)
    rates = shift_rates(curves, states)
    flat = curves.reshape(len(curves), -1)
    # The state is that of the next sample, where even the fastest mode still stands.
    rates = refine(flat, rates)
    weight, _ = amplitudes(basis(rates, np.arange(float(len(flat)))), flat)
    gain = np.einsum("fk,sok->ofs", inner, weight.reshape(-1, outputs, kept))
    return rates, gain
