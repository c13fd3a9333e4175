"""Questions about motion: does it go on from the known frames, in order, everywhere, as new."""

import numpy as np
from jaxtyping import Float

from industriverse.physics import octave_bands, octave_spectrum

from ._measure import Measure
from ._moves import moves
from ._scene import Frames, Hypothesis, Scene, apart, pace

_WEIGHTS = ((1.0,), (2.0, -1.0), (3.0, -3.0, 1.0))
"""Of the newest frames, newest first: no change, the same change, the same change of change."""
_FAINT = 1e-6
_STEADY = 0.05
_BLOCK = 8
_CALM = 0.1
_LEAST = 1e-9


def continuity(asked: Hypothesis) -> Measure | None:
    """Ask how much worse the first lead joins than the newest known frame does.

    The statistic is the first lead's distance from the best extrapolation of the known frames, over
    the newest known frame's distance from that of the frames before it.
    """
    measure = pace(asked.context)
    usual = _surprise(asked.context[:-1], asked.newest, measure)
    found = _surprise(asked.context, asked.mean[0], measure)
    ratio = found / max(usual, _LEAST)
    return Measure(
        ratio,
        f"The first lead is {found:.3g} frame changes from where the known frames point; the "
        f"newest known frame was {usual:.3g} away.",
    )


def steadiness(asked: Hypothesis) -> Measure | None:
    """Ask how fast the pace of change leaves that of the known frames, a lead.

    The statistic is the largest |ln| of a step's size over the last known one's, over its lead.
    """
    steps = _steps(asked)
    last = max(float(steps[0]), _LEAST)
    leads = np.arange(1, len(steps))
    found = np.abs(np.log(np.maximum(steps[1:], _LEAST) / last)) / leads
    worst = int(found.argmax())
    return Measure(
        float(found[worst]),
        f"Its step {worst + 1} is {steps[worst + 1] / last:.3g} times the last known one.",
    )


def order(asked: Hypothesis) -> Measure | None:
    """Ask for the sharpest turn in the sequence of frames: 0 straight on, 1 back or a halt."""
    frames = asked.whole[len(asked.context) - 2 :]
    measure = pace(asked.context)
    ahead = apart(frames[1:], frames[:-1], measure)
    bend = apart(frames[2:] - frames[1:-1], frames[1:-1] - frames[:-2], measure)
    turns = bend / np.maximum(ahead[1:] + ahead[:-1], _LEAST)
    worst = int(turns.argmax())
    return Measure(
        float(turns[worst]),
        f"At lead {worst + 1} it turns by {turns[worst]:.3g}, where 0 goes straight on and 1 back.",
    )


def stillness(asked: Hypothesis) -> Measure | None:
    """Ask for a place that stops, or starts, to move while the known frames did not.

    The statistic is the largest |ln| of a block's change over the leads, over that expected there
    from the known frames; what is calm in both counts as calm.
    """
    leads = min(len(asked.mean), len(asked.context) - 1)
    measure = pace(asked.context)
    before = _block_change(asked.context[-leads - 1 :], measure)
    after = _block_change(np.concatenate([asked.newest[None], asked.mean[:leads]]), measure)
    found = np.abs(np.log((after + _CALM) / (before + _CALM)))
    place = np.unravel_index(int(found.argmax()), found.shape)
    return Measure(
        float(found[place]),
        f"At block {int(place[0])}, {int(place[1])} it changes by {after[place]:.3g} where the "
        f"known frames changed by {before[place]:.3g}.",
    )


def spectrum(asked: Hypothesis) -> Measure | None:
    """Ask how fast a band of wavenumbers gains or loses energy, as against the known frames.

    The statistic is the largest |ln| of a band's energy over that of the newest frame, over lead
    times the largest such change between known frames; fainter than a millionth counts as none.
    """
    known = len(asked.context)
    bands = np.log(_band_shares(asked.whole, known, asked.scene))
    usual = np.abs(np.diff(bands[:known], axis=0)).max(axis=0) + _STEADY
    leads = np.arange(1, len(asked.mean) + 1)[:, None, None]
    found = np.abs(bands[known:] - bands[known - 1]) / usual / leads
    worst = np.unravel_index(int(found.argmax()), found.shape)
    factor = float(np.exp(bands[known:][worst] - bands[known - 1][worst[1:]]))
    return Measure(
        float(found[worst]),
        f"At lead {int(worst[0]) + 1} octave {int(worst[2])} of "
        f"{asked.scene.channels[int(worst[1])].name} holds {factor:.3g} times its energy.",
    )


def copy(asked: Hypothesis) -> Measure | None:
    """Ask whether a lead is a known frame, shifted or mirrored as may be.

    The statistic is a frame's change over the least distance to such a copy.
    """
    measure = pace(asked.context)
    known = asked.context[-4:]
    flips = [
        known,
        *(move.there(known) for name, move in moves(asked.scene).items() if name != "scale"),
    ]
    masters = np.concatenate([*flips, np.flip(known[-1:], axis=-1), np.flip(known[-1:], axis=-2)])
    leads = sorted({0, len(asked.mean) // 2, len(asked.mean) - 1})
    nearest = [_least_shifted(asked.mean[lead], masters, measure) for lead in leads]
    worst = int(np.argmin(nearest))
    closeness = 1.0 / max(nearest[worst], _LEAST)
    return Measure(
        closeness,
        f"Lead {leads[worst] + 1} is {nearest[worst]:.3g} frame changes from a known frame, "
        "moved as may be.",
    )


def neighbours(asked: Hypothesis) -> Measure | None:
    """Ask whether known states near the newest one moved as far as the forecast does.

    The statistic is the mean |ln| of its way from the newest frame, over the neighbours' median.
    """
    if asked.neighbours is None:
        return None
    leads = min(len(asked.mean), asked.neighbours.shape[1] - 1)
    measure = sized(asked.context)
    way = apart(asked.mean[:leads], asked.newest[None], measure)
    starts, after = asked.neighbours[:, :1], asked.neighbours[:, 1 : leads + 1]
    ways = np.median(apart(after, starts, measure), axis=0)
    found = float(np.abs(np.log(np.maximum(way, _LEAST) / np.maximum(ways, _LEAST))).mean())
    return Measure(
        found,
        f"It moves {way[-1] / max(float(ways[-1]), _LEAST):.3g} times as far as "
        f"{len(asked.neighbours)} known states near it did.",
    )


def sized(frames: Frames) -> Float[np.ndarray, "channel 1 1"]:
    """Return each channel's deviation as a measure, above zero."""
    deviation = frames.std(axis=(0, 2, 3))[:, None, None]
    return np.maximum(deviation, np.finfo(np.float64).tiny)


def _surprise(
    known: Frames,
    found: Float[np.ndarray, "channel y x"],
    measure: Float[np.ndarray, "channel 1 1"],
) -> float:
    """Return the distance of a frame from the best extrapolation of those before it."""
    guesses = (
        sum(weight * known[-1 - back] for back, weight in enumerate(weights))
        for weights in _WEIGHTS[: len(known)]
    )
    return min(float(apart(found, np.asarray(guess), measure)) for guess in guesses)


def _steps(asked: Hypothesis) -> Float[np.ndarray, "step"]:
    """Return the last known change and those of the forecast, in the known frames' pace."""
    frames = asked.whole[len(asked.context) - 2 :]
    return apart(frames[1:], frames[:-1], pace(asked.context))


def _block_change(
    frames: Frames, measure: Float[np.ndarray, "channel 1 1"]
) -> Float[np.ndarray, "row column"]:
    """Return the root mean square change between frames in each block of cells."""
    square = (np.diff(frames / measure, axis=0) ** 2).mean(axis=(0, 1))
    rows, columns = (cells // _BLOCK for cells in square.shape)
    whole = square[: rows * _BLOCK, : columns * _BLOCK]
    return np.sqrt(whole.reshape(rows, _BLOCK, columns, _BLOCK).mean(axis=(1, 3)))


def _band_shares(
    frames: Frames, known: int, scene: Scene
) -> Float[np.ndarray, "frame channel band"]:
    """Return the energy of each octave over the known frames' whole, never below a millionth."""
    power = octave_spectrum(frames, scene.grid) * octave_bands(scene.grid).modes
    whole = frames[:known].var(axis=(2, 3)).max(axis=0)
    whole = np.maximum(whole, np.finfo(np.float64).tiny)
    return power / whole[:, None] + _FAINT


def _least_shifted(
    frame: Float[np.ndarray, "channel y x"],
    masters: Frames,
    measure: Float[np.ndarray, "channel 1 1"],
) -> float:
    """Return the least distance of a frame to any master under any circular shift.

    Σ|f − g_s|² = Σ|f|² + Σ|g|² − 2 Σ f g_s, the last for all shifts at once by transforms.
    """
    f, g = frame / measure, masters / measure
    waves = np.conj(np.fft.rfft2(g)) * np.fft.rfft2(f)[None]
    overlap = np.fft.irfft2(waves.sum(axis=1), s=frame.shape[-2:]).max(axis=(1, 2))
    square = ((f**2).sum() + (g**2).sum(axis=(1, 2, 3)) - 2 * overlap) / f.size
    return float(np.sqrt(np.maximum(square.min(), 0.0)))
