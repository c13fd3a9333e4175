"""Questions that run the forecaster again: on moved, thinned, longer, disturbed, older frames."""

import numpy as np
from jaxtyping import Float

from ._measure import Measure
from ._moves import moves
from ._scene import Frames, Hypothesis, apart, pace

_DISTURBANCE = 1e-3
_SEED = 4


def equivariance(asked: Hypothesis, symmetry: str) -> Measure | None:
    """Ask whether the forecast of moved frames is the moved forecast.

    The statistic is their root mean square difference, in changes of one frame interval.
    """
    move = moves(asked.scene).get(symmetry)
    if move is None:
        return None
    other = move.back(asked.rerun(move.there(asked.context), len(asked.mean)))
    size = _difference(other, asked.mean, asked)
    return Measure(
        size, f"Of frames {move.name} it makes another forecast, {size:.3g} frame changes away."
    )


def thinned(asked: Hypothesis) -> Measure | None:
    """Ask whether every second frame leads to the same forecast at twice the interval."""
    leads = len(asked.mean) // 2
    other = asked.rerun(asked.context[1 - len(asked.context) % 2 :: 2], leads, 2)
    size = _difference(other, asked.mean[1 : 2 * leads : 2], asked)
    return Measure(size, f"From every second frame it comes out {size:.3g} frame changes away.")


def in_two_parts(asked: Hypothesis) -> Measure | None:
    """Ask whether a forecast that starts from the first half's forecast finds the second half."""
    half = len(asked.mean) // 2
    seen = asked.whole[half : len(asked.context) + half]
    size = _difference(asked.rerun(seen, len(asked.mean) - half), asked.mean[half:], asked)
    return Measure(size, f"Started anew half-way it ends {size:.3g} frame changes away.")


def disturbed(asked: Hypothesis) -> Measure | None:
    """Ask how a disturbance of a thousandth of each channel's anomaly has grown at the end.

    The statistic is its size in the last lead over that at the start: neither none nor too much.
    """
    mean = asked.context.mean(axis=(0, 2, 3), keepdims=True)
    pattern = _smooth_pattern(asked.scene.grid.shape)
    changed = asked.context + _DISTURBANCE * pattern * (asked.context - mean)
    measure = pace(asked.context)
    start = float(apart(changed[-1], asked.newest, measure))
    last = asked.rerun(changed, len(asked.mean))[-1]
    growth = float(apart(last, asked.mean[-1], measure)) / max(start, np.finfo(np.float64).tiny)
    return Measure(
        growth, f"A thousandth more in the frames is {growth:.3g} times as large at the last lead."
    )


def hindsight(asked: Hypothesis) -> Measure:
    """Ask whether the forecaster would have foreseen the newer half of the known frames.

    The statistic is its root mean square error there over that of no change at all.
    """
    known = len(asked.context) // 2
    later = asked.context[known:]
    found = asked.rerun(asked.context[:known], len(later))
    measure = pace(asked.context)
    still = np.sqrt((apart(asked.context[known - 1][None], later, measure) ** 2).mean())
    error = float(np.sqrt((apart(found, later, measure) ** 2).mean()) / max(float(still), 1e-300))
    return Measure(
        error, f"Of the newest {len(later)} known frames it misses {error:.3g} of their change."
    )


def _difference(first: Frames, second: Frames, asked: Hypothesis) -> float:
    return float(np.sqrt((apart(first, second, pace(asked.context)) ** 2).mean()))


def _smooth_pattern(shape: tuple[int, ...]) -> Float[np.ndarray, "y x"]:
    """Return a field of the longest waves between −1 and 1, always the same."""
    random = np.random.default_rng(_SEED)
    waves = np.fft.rfft2(random.standard_normal(shape))
    along_y = np.abs(np.fft.fftfreq(shape[0], 1 / shape[0]))[:, None]
    along_x = np.fft.rfftfreq(shape[1], 1 / shape[1])[None, :]
    waves *= (along_y <= 3) & (along_x <= 3)  # noqa: PLR2004 - three waves a side are long
    field = np.fft.irfft2(waves, s=shape)
    return field / np.abs(field).max()
