"""Annotation: telemetry and fields as energy maps, with their energy, entropy and temperature."""

from ._fields import annotate_fields, total_unit
from ._frame import analyse, segment_length, squared_moduli, synthesise
from ._telemetry import annotate_signals, recent_windows, signal_map

__all__ = [
    "analyse",
    "annotate_fields",
    "annotate_signals",
    "recent_windows",
    "segment_length",
    "signal_map",
    "squared_moduli",
    "synthesise",
    "total_unit",
]
