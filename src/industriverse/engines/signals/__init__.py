"""Annotation: telemetry and fields as energy maps, and the quality of telemetry."""

from ._cleaning import Effect
from ._fields import annotate_fields, total_unit
from ._frame import analyse, segment_length, squared_moduli, synthesise
from ._quality import FLAG_KINDS, Flag, FlagKind, Quality, inspect
from ._telemetry import annotate_signals, recent_windows, signal_map

__all__ = [
    "FLAG_KINDS",
    "Effect",
    "Flag",
    "FlagKind",
    "Quality",
    "analyse",
    "annotate_fields",
    "annotate_signals",
    "inspect",
    "recent_windows",
    "segment_length",
    "signal_map",
    "squared_moduli",
    "synthesise",
    "total_unit",
]
