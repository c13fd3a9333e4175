"""Tables that are already in memory."""

from collections.abc import Mapping

from industriverse.adapters.intake import Notes, Table
from industriverse.kernel.ports import ReadOptions, ReadResult

from ._parquet import flat
from ._raw import RawTable
from ._telemetry import telemetry


def read_table(  # noqa: PLR0913 (each says one thing about the table)
    table: Table,
    options: ReadOptions,
    *,
    source: str,
    sha256: str,
    notes: Notes | None = None,
    units: Mapping[str, str] | None = None,
    step_s: float = 0.0,
) -> ReadResult:
    """Turn an Arrow table into a `ReadResult`, as if it had been a file.

    Args:
        table: One column a channel, and perhaps one of times.
        options: What the user says.
        source: Where it came from.
        sha256: Of its content.
        notes: What was decided before.
        units: Unit by column.
        step_s: Sampling step where there is no time column; 0 for not known.

    Raises:
        InputError: No clock, no measured column, too few rows.
        NotFoundError: A column that `options` names is not there.
    """
    raw = RawTable(flat(table), source, dict(units or {}), 0, step_s)
    return telemetry(raw, options, notes or Notes(), sha256=sha256)
