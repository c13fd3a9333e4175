"""Telemetry in tables: delimited text, Parquet and JSON become signals on one regular clock."""

from ._in_memory import read_table
from ._reader import TableReader

__all__ = ["TableReader", "read_table"]
