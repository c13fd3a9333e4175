"""Rows for the graph: many nodes or relations in one statement."""

from collections.abc import Sequence

from industriverse.kernel.ports import GraphStore, Row

_ROWS = 2000
"""In one statement, so that none of them holds the graph for long."""


def write_rows(graph: GraphStore, statement: str, rows: Sequence[Row]) -> None:
    """Run a statement over rows, each of which it calls `row`; nothing where there are none."""
    for first in range(0, len(rows), _ROWS):
        part = list(rows[first : first + _ROWS])
        graph.run(f"UNWIND $rows AS row {statement}", {"rows": part})


def once(rows: Sequence[Row], key: str) -> list[Row]:
    """Return the last row of each key, in the order that keys come in first."""
    return list({row[key]: row for row in rows}.values())
