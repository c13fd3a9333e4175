"""Follows streams: changes, anomalies and a score a sample, at a rate of false alarms that is kept."""

from ._follow import FALSE_ALARMS, Found, StreamFollower
from ._report import Anomaly, ChangePoint, Segment, StreamReport

__all__ = [
    "FALSE_ALARMS",
    "Anomaly",
    "ChangePoint",
    "Found",
    "Segment",
    "StreamFollower",
    "StreamReport",
]
