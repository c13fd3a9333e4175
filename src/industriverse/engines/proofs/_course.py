"""The course of a signal: samples must follow from those before as the observed ones did."""

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from ._evidence import Evidence
from ._verdicts import Bound

_ORDER = 16
_SAMPLES_PER_TERM = 6
_MARGIN = 2.0
_RIDGE = 1e-6
_STILL = 1e-6
_NOTHING = 1e-30


def course_bound(evidence: Evidence) -> list[Bound]:
    r"""Bound each forecast sample's distance from the course that the samples before it set.

    The course is a linear autoregression fitted to the observed samples,
    $\hat x_t = c + \sum_i a_i x_{t-i}$; a distance may reach twice the largest observed one.
    Empty for fields, and for records too short to fit.
    """
    record, recorded = evidence.record, evidence.recorded
    if record is None:
        return []
    order = min(_ORDER, recorded // _SAMPLES_PER_TERM)
    if order == 0 or recorded >= len(record):
        return []
    ratios = np.stack([_ratio(channel, recorded, order) for channel in record.T], axis=1)
    lead, channel = (int(i) for i in np.unravel_index(ratios.argmax(), ratios.shape))
    note = (
        f"Sample {lead + 1} of channel {channel + 1} lies {ratios[lead, channel]:.3g} times as far "
        "off its course as any observed sample did."
    )
    return [Bound(float(ratios[lead, channel]), _MARGIN, note)]


def _ratio(
    channel: Float[np.ndarray, "sample"], recorded: int, order: int
) -> Float[np.ndarray, "lead"]:
    """Return each forecast sample's distance from its course over the largest observed one."""
    past = channel[:recorded]
    spread = float(past.std())
    level = float(past.mean())
    largest = float(np.abs(channel).max())
    scale = max(spread, _STILL * abs(level), _NOTHING * largest, np.finfo(np.float64).tiny)
    values = (channel - level) / scale
    before = sliding_window_view(values, order)[:-1]
    after = values[order:]
    fitted = recorded - order
    normal = before[:fitted].T @ before[:fitted] + _RIDGE * fitted * np.eye(order)
    weights = np.linalg.solve(normal, before[:fitted].T @ after[:fitted])
    distance = np.abs(after - before @ weights)
    return distance[fitted:] / max(float(distance[:fitted].max()), _STILL)
