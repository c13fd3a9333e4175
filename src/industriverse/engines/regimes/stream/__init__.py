"""Follows streams: changes, anomalies, a score a sample, at a kept rate of false alarms."""

from ._follow import FALSE_ALARMS, Found, StreamFollower, follow
from ._report import Anomaly, ChangePoint, Segment, StreamReport
from ._segments import evidence_of, label_segments

__all__ = [
    "FALSE_ALARMS",
    "Anomaly",
    "ChangePoint",
    "Found",
    "Segment",
    "StreamFollower",
    "StreamReport",
    "evidence_of",
    "follow",
    "label_segments",
]
