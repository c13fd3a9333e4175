"""Telemetry as a trajectory that can be judged: windows that slide over past and forecast."""

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.signals import Signals

_SHORTEST = 16
_MOST_STEPS = 32
_MOST_OBSERVED = 256
_AXES = ("time",)


def slide(observed: Signals, forecast: Float[np.ndarray, "lead channel"]) -> tuple[Trajectory, int]:
    """Cut the record's end and its forecast into overlapping windows.

    A window is about as long as the forecast (16 samples at least), so that the last ones hold
    little else. Windows slide by one sample, or by more where the forecast is longer than 32.
    The last window ends with the last lead. Gaps in the record are filled by straight lines.

    Args:
        observed: The record; as many samples as two windows or more.
        forecast: `(lead, channel)` in the record's units. Finite.

    Returns:
        A trajectory on the axis `time` with a variable a channel, and the number of windows that
        hold observed samples only.

    Raises:
        ContractError: Too few samples, a channel without a reading, or a forecast with NaN.
    """
    leads = len(forecast)
    if leads == 0 or not np.isfinite(forecast).all():
        raise ContractError("The forecast is empty, or holds NaN or infinite values.")
    hop = -(-leads // _MOST_STEPS)
    window = max(_SHORTEST, leads)
    past = _filled(observed)
    if len(past) <= window + hop:
        window = len(past) - 2 * hop
    if window < _SHORTEST // 2:
        raise ContractError(
            f"{len(past)} samples are too few to judge a forecast of {leads} steps.",
            hint="Send a longer record or ask for a shorter horizon.",
        )
    joined = np.concatenate([past, forecast])
    ahead = -(-leads // hop)
    behind = min(_MOST_OBSERVED, (len(joined) - window) // hop + 1 - ahead)
    ends = len(joined) - hop * np.arange(ahead + behind - 1, -1, -1)
    windows = joined[ends[:, None] + np.arange(-window, 0)]
    grid = Grid((window,), (observed.step_s,), ("time",), ("s",), ("open",))
    return Trajectory(
        variables={name: windows[..., i] for i, name in enumerate(observed.names)},
        units=observed.units,
        grid=grid,
        start_s=observed.start_s + observed.step_s * float(ends[0] - 1),
        step_s=observed.step_s * hop,
        domain="signal",
        absolute=observed.absolute,
        source=observed.source,
    ), behind


def _filled(observed: Signals) -> Float[np.ndarray, "time channel"]:
    values = np.array(observed.values, np.float64)
    row = np.arange(len(values))
    for column, name in enumerate(observed.names):
        known = np.isfinite(values[:, column])
        if not known.any():
            raise ContractError(f"Channel {name!r} has no reading.", hint="Leave it out.")
        values[:, column] = np.interp(row, row[known], values[known, column])
    return values


def record_of(
    trajectory: Trajectory, observed: int
) -> tuple[Float[np.ndarray, "sample channel"] | None, int]:
    """Return the samples behind sliding windows and how many of them were observed.

    None and 0 for fields.
    """
    if trajectory.grid.axes != _AXES:
        return None, 0
    windows = np.stack(list(trajectory.variables.values()), axis=-1)
    hop = round(trajectory.step_s / trajectory.grid.spacing[0])
    if not 1 <= hop <= windows.shape[1]:
        return None, 0
    entered = windows[1:, -hop:].reshape(-1, windows.shape[2])
    samples = np.concatenate([windows[0], entered])
    return samples, windows.shape[1] + hop * (observed - 1)
