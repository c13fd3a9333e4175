"""The regime of an observation: what a prediction looks at to name it."""

import numpy as np
from jaxtyping import Float

from industriverse.engines.regimes import RegimeModel, detect_regime
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.observations import Observation
from industriverse.kernel.results import Annotation, Regime
from industriverse.kernel.signals import Signals

from ._laws import reported_only

_RECENT = 1024
"""Samples that a regime is named from: its window, the one before, and room for a second look."""
_CELLS = 4096


def regime_of(
    observed: Observation,
    reported: tuple[str, ...],
    model: RegimeModel,
    annotation: Annotation | None = None,
) -> Regime:
    """Return the regime of an observation's recent past, as every prediction names it.

    Args:
        observed: Telemetry or a field.
        reported: Names of the variables that are looked at.
        model: The classifier.
        annotation: As for `detect_regime`.
    """
    series = _few_channels(observed, reported)
    return detect_regime(series, observed.step_s, model=model, annotation=annotation)


def _few_channels(
    observed: Observation, reported: tuple[str, ...], most: int = 4
) -> Float[np.ndarray, "time channel"]:
    """Return recent reported telemetry, or a field by its mean and strongest modes.

    Of a large field evenly spread cells stand for all.
    """
    shown = reported_only(observed, reported)
    if isinstance(shown, Signals):
        return np.asarray(shown.values[-_RECENT:], np.float64)
    table = _some_cells(shown)
    anomaly = np.nan_to_num(table - np.nanmean(table, axis=0))
    # The modes of few frames come from their small Gram matrix, not from the many cells.
    strength, modes = np.linalg.eigh(anomaly @ anomaly.T)
    strongest = modes[:, ::-1][:, :most] * np.sqrt(np.maximum(strength[::-1][:most], 0.0))
    return np.column_stack([np.nanmean(table, axis=1), strongest])


def _some_cells(shown: Trajectory) -> Float[np.ndarray, "time cell"]:
    """Return the recent frames of up to about `_CELLS` cells with data, evenly spread."""
    tables: list[np.ndarray] = []
    wanted = max(1, _CELLS // len(shown.names))
    valid = np.arange(shown.grid.cells) if shown.valid is None else np.flatnonzero(shown.valid)
    # Evenly spread places between the cells' numbers: a stride could follow one column.
    picked = valid[np.linspace(0, len(valid) - 1, min(wanted, len(valid))).astype(int)]
    for values in shown.variables.values():
        recent = values[-_RECENT:]
        tables.append(np.asarray(recent.reshape(len(recent), -1)[:, picked], np.float64))
    return np.concatenate(tables, axis=1)
