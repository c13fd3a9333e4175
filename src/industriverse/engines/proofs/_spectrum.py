"""Spectral similarity: the forecast has structure at the scales where the system has it."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.fields import Grid
from industriverse.kernel.proofs import Check
from industriverse.physics import hann_window, octave_bands, octave_spectrum

from ._bounds import lead_bounds
from ._evidence import Evidence
from ._frames import filled
from ._verdicts import Bound, judge, not_applicable

_FLOOR = 0.1
_POWER_FLOOR = 1e-9
_MEAN_FLOOR = 1e-14
_TINY = float(np.finfo(np.float64).tiny)
_TIME_FREQUENCY = ("frequency", "time")


def check_spectrum(evidence: Evidence) -> Check:
    r"""Compare octave bands with the last observed frame, or with the truth once it is known.

    $$\max_j |\log_{10}(P_{f,j} / P_{r,j})|$$

    With the truth the pattern must agree too: one minus the coherence, again against what frames
    that far apart differ by. Powers below 1e-9 of the whole do not count: they are rounding.

    References:
        physics.md §3.
    """
    observed = evidence.observed
    if evidence.grid.cells < 2:  # noqa: PLR2004 (a wave)
        return not_applicable("spectrum", "A map of one cell has no spectrum.")
    if evidence.law.spectrum_bound is None and observed < 2:  # noqa: PLR2004 (a pair)
        return not_applicable(
            "spectrum", "One observed frame does not tell how much a spectrum may change."
        )
    frames = filled(evidence.energy, evidence.valid)
    floor = _power_floor(frames[:observed], evidence.grid)
    logs = _logs(frames, evidence.grid, floor)
    limits = _limits(logs[:observed], evidence)
    if evidence.truth is None:
        reference, against = logs[observed - 1 : observed], "the last observed frame"
        bounds = [_band_bound(logs[observed:] - reference, limits, against)]
        details: dict[str, float] = {}
    else:
        happened = filled(evidence.truth, evidence.valid)
        reference, against = _logs(happened, evidence.grid, floor), "what happened"
        agreement = _coherence_bound(frames, happened, evidence)
        bounds = [_band_bound(logs[observed:] - reference, limits, against), agreement]
        details = {"incoherence": agreement.value}
    details["pearson"] = _pearson(logs[-1], reference[-1])
    lawful = f"Every octave of the forecast keeps its strength against {against}."
    return judge("spectrum", bounds, lawful, details)


def _logs(
    frames: Float[np.ndarray, "frame *space"], grid: Grid, floor: Float[np.ndarray, "octave"]
) -> Float[np.ndarray, "frame octave"]:
    return np.log10(_octaves(frames, grid) + floor)


def _octaves(
    frames: Float[np.ndarray, "frame *space"], grid: Grid
) -> Float[np.ndarray, "frame octave"]:
    """Return the power in each octave, coarsest first.

    A map over frequency and time is a spectrum already: its octaves are those of its own
    frequency axis, summed over time.
    """
    if grid.axes != _TIME_FREQUENCY:
        return octave_spectrum(frames, grid)
    rows = frames.sum(axis=2)
    starts = [0, *(2**j for j in range(1, 64) if 2 ** (j + 1) < grid.shape[0])]
    return np.add.reduceat(rows, starts, axis=1)


def _power_floor(
    frames: Float[np.ndarray, "frame *space"], grid: Grid
) -> Float[np.ndarray, "octave"]:
    """Return the power below which an octave is rounding, not structure."""
    if grid.axes == _TIME_FREQUENCY:
        rows = _octaves(frames, grid)
        return np.full(rows.shape[1], _POWER_FLOOR * float(rows.sum(axis=1).max()) + _TINY)
    variance = float(frames.reshape(len(frames), -1).var(axis=1).max())
    mean = float(np.abs(frames).mean())
    return (_POWER_FLOOR * variance + _MEAN_FLOOR * mean**2 + _TINY) / octave_bands(grid).modes


def _limits(logs: Float[np.ndarray, "frame octave"], evidence: Evidence) -> Float[np.ndarray, "n"]:
    """Return the bound at each lead."""
    if evidence.law.spectrum_bound is not None:
        return np.full(evidence.leads, max(_FLOOR, evidence.law.spectrum_bound))
    pairs = [np.abs(logs[lead:] - logs[:-lead]).max(axis=1) for lead in range(1, len(logs))]
    return np.maximum(_FLOOR, lead_bounds(pairs, evidence.leads, evidence.overlap))


def _band_bound(
    difference: Float[np.ndarray, "lead octave"], limits: Float[np.ndarray, "lead"], against: str
) -> Bound:
    largest = np.abs(difference).max(axis=1)
    lead = int(np.argmax(largest / limits))
    octave = int(np.argmax(np.abs(difference[lead])))
    factor = 10 ** float(difference[lead, octave])
    note = (
        f"Octave {octave + 1} of {difference.shape[1]} (1 is the coarsest) holds {factor:.3g} "
        f"times the power of {against} in step {lead + 1}."
    )
    return Bound(float(largest[lead]), float(limits[lead]), note)


def _coherence_bound(
    frames: Float[np.ndarray, "frame *space"],
    happened: Float[np.ndarray, "lead *space"],
    evidence: Evidence,
) -> Bound:
    observed, grid = evidence.observed, evidence.grid
    seen = frames[:observed]
    lost = _incoherence(frames[observed:], happened, grid)
    limits = np.full(evidence.leads, _FLOOR)
    if observed > 1:
        pairs = [_incoherence(seen[lead:], seen[:-lead], grid) for lead in range(1, observed)]
        limits = np.maximum(_FLOOR, lead_bounds(pairs, evidence.leads, evidence.overlap))
    lead = int(np.argmax(lost / limits))
    note = (
        f"The pattern of step {lead + 1} shares only {1 - lost[lead]:.3g} of its structure with "
        "what happened."
    )
    return Bound(float(lost[lead]), float(limits[lead]), note)


def _incoherence(
    one: Float[np.ndarray, "frame *space"], other: Float[np.ndarray, "frame *space"], grid: Grid
) -> Float[np.ndarray, "frame"]:
    """Return one minus the coherence over all waves, in [0, 2]; 0 for two uniform fields.

    The cross-spectrum summed over waves is the product of the windowed fluctuations.
    """
    window = hann_window(grid).ravel()
    a, b = (_fluctuation(frames.reshape(len(frames), -1), window) for frames in (one, other))
    shared = (a * b).sum(axis=1)
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return 1 - np.where(size > 0, shared / np.where(size > 0, size, 1.0), 1.0)


def _fluctuation(
    frames: Float[np.ndarray, "frame cell"], window: Float[np.ndarray, "cell"]
) -> Float[np.ndarray, "frame cell"]:
    mean = (frames * window).sum(axis=1, keepdims=True) / window.sum()
    return (frames - mean) * window


def _pearson(
    forecast: Float[np.ndarray, "octave"], reference: Float[np.ndarray, "octave"]
) -> float:
    """Return the correlation of ln P in the last step; reported, never decisive."""
    spread = float(forecast.std() * reference.std())
    if spread == 0:
        return 1.0
    product = (forecast - forecast.mean()) * (reference - reference.mean())
    return float(product.mean() / spread)
