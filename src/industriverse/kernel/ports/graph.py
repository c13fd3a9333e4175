"""A property graph through Cypher."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

Value = None | bool | int | float | str | list[str] | list[float]
Row = dict[str, Value]


@runtime_checkable
class GraphStore(Protocol):
    """Holds atlas metadata and provenance. Contract suite: `tests/contracts/graph_store.py`."""

    def run(self, cypher: str, parameters: Mapping[str, Value] | None = None) -> list[Row]:
        """Run one read or write statement and return its rows by column name.

        Raises:
            ContractError: The statement does not parse or breaks the schema.
            UnavailableError: Another process writes, or the store is out of reach.
        """
        ...

    def migrate(self) -> int:
        """Bring the schema up to date, as often as wanted; return its version."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
