"""A table as it lies in the file, before anyone says what its columns mean."""

from dataclasses import dataclass, field, replace

from industriverse.adapters.intake import Table


@dataclass(frozen=True, slots=True)
class RawTable:
    """Columns by name, numbers and texts as found.

    Attributes:
        table: One Arrow column a file column; names are unique.
        source: Name of the file.
        units: Unit by column name, where the file states one.
        first_line: Line of the file that holds the first row, counted from 1; 0 when rows have
            no lines.
        step_s: Sampling step that the file states, 0 where it does not.
    """

    table: Table
    source: str
    units: dict[str, str] = field(default_factory=dict[str, str])
    first_line: int = 0
    step_s: float = 0.0

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return list(self.table.column_names)

    def place(self, row: int) -> str:
        """Return where a row (from 0) lies, as the user sees it."""
        return f"line {self.first_line + row}" if self.first_line else f"row {row + 1}"

    def number(self, row: int) -> int:
        """Return the same as a number."""
        return self.first_line + row if self.first_line else row + 1

    def with_table(self, table: Table) -> "RawTable":
        """Return the same file with other columns."""
        return replace(self, table=table)
