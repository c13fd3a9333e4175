"""A property graph through Cypher."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

Value = None | bool | int | float | str | list[str] | list[float] | list[int]
Row = dict[str, Value]
Parameter = Value | list[Row]


@runtime_checkable
class GraphStore(Protocol):
    """Holds atlas metadata and provenance. Contract suite: `tests/contracts/graph_store.py`.

    The dialect is what every store understands: `MATCH`, `OPTIONAL MATCH`, `WHERE`, `CREATE`,
    `MERGE … ON CREATE SET`, `SET n.name = value`, `DELETE`, `WITH`, `UNWIND`, `UNION`, `RETURN`
    with `ORDER BY`, `SKIP` and `LIMIT`. Labels stand in patterns only. Null sorts as the largest.

    Many nodes go in one statement: `UNWIND $rows AS row MERGE (m:EnergyMap {map_id: row.id})`.
    Rows have the same keys in the same order, one kind of value under each, and no null; what
    several rows of a statement set of one node is not told.
    """

    def run(self, cypher: str, parameters: Mapping[str, Parameter] | None = None) -> list[Row]:
        """Run one read or write statement and return its rows by column name.

        All of a statement happens, or nothing.

        Args:
            cypher: The statement.
            parameters: Values, or rows, for its `$names`; one that it does not use is let be.

        Raises:
            ContractError: The statement does not parse, lacks a parameter, returns something
                else than values, or breaks the schema: a label, relation or property that is not
                there, a node with no key or a key that is taken, a key that would change, a
                relation between the wrong labels, a constant of another type than its property.
            UnavailableError: Another process writes, or the store is out of reach or closed.
        """
        ...

    def migrate(self) -> int:
        """Bring the schema up to date, as often as wanted; return its version."""
        ...

    def close(self) -> None:
        """Let go of files and connections; again does nothing."""
        ...
