"""What every reader of users' data shares: units, the clock, cleaning, notes and limits."""

from ._arrow import ArrowType, Column, Foreign, Table, column_of, compute, numbers_of
from ._cleaning import drop_sentinels
from ._clock import MIN_ROWS, Times, in_words, on_regular_clock
from ._files import content_hash, members, require_file
from ._foreign import foreign_errors
from ._notes import Notes, listing
from ._signals import Readings, signals_from
from ._text import plain_name, suggestion
from ._units import canonical_unit, known_unit, scale_to, split_unit, to_si, unit_in_words

__all__ = [
    "MIN_ROWS",
    "ArrowType",
    "Column",
    "Foreign",
    "Notes",
    "Readings",
    "Table",
    "Times",
    "canonical_unit",
    "column_of",
    "compute",
    "content_hash",
    "drop_sentinels",
    "foreign_errors",
    "in_words",
    "known_unit",
    "listing",
    "members",
    "numbers_of",
    "on_regular_clock",
    "plain_name",
    "require_file",
    "scale_to",
    "signals_from",
    "split_unit",
    "suggestion",
    "to_si",
    "unit_in_words",
]
