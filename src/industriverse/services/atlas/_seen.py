"""The atlas: which energy maps the platform has seen, kept in the graph beside their proofs."""

import json
from dataclasses import dataclass
from typing import Any

from industriverse.kernel.context import Context
from industriverse.kernel.ports import GraphStore, Run, RunStore

from ._graph import SHARED

_BATCH = 200
_STATEMENTS = (
    "MERGE (d:EnergyDomain {domain_id: $domain}) ON CREATE SET d.name = $domain",
    """MERGE (m:EnergyMap {map_id: $map_id})
       ON CREATE SET m.domain_id = $domain, m.title = $title, m.unit = $unit, m.tenant = $tenant,
       m.energy = $energy, m.entropy = $entropy, m.shape = $shape, m.created_at = $created,
       m.proof_id = $proof_id""",
    """MERGE (s:EnergySnapshot {snapshot_id: $map_id})
       ON CREATE SET s.map_id = $map_id, s.tenant = $tenant, s.timestamp = $created,
       s.entropy = $entropy, s.regime = $regime, s.confidence = $confidence,
       s.trace_id = $trace_id""",
    """MERGE (p:Proof {proof_id: $proof_id})
       ON CREATE SET p.tenant = $tenant, p.stage = 'lawful', p.passed = $passed,
       p.domain = $domain, p.created_at = $created""",
    """MATCH (d:EnergyDomain {domain_id: $domain}), (m:EnergyMap {map_id: $map_id}),
       (s:EnergySnapshot {snapshot_id: $map_id}), (p:Proof {proof_id: $proof_id})
       MERGE (d)-[:HAS_MAP]->(m) MERGE (m)-[:HAS_SNAPSHOT]->(s) MERGE (p)-[:VALIDATES]->(s)
       SET m.sequence = $sequence""",
)
"""The sequence comes last: after a crash in between, the next time writes the rest."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """Reads and fills the graph.

    The graph is derived from the store of runs, so a crash between the two loses nothing: the
    next `catch_up` writes what is missing.

    Attributes:
        graph: The graph, or None where another process holds it.
        runs: Where maps come from.
    """

    graph: GraphStore | None
    runs: RunStore

    def catch_up(self) -> int:
        """Write the maps of runs that the graph has not seen; return how many."""
        if self.graph is None:
            return 0
        written = 0
        while batch := self.runs.after(self._newest(), limit=_BATCH):
            for run in batch:
                known = _parameters(run)
                for statement in _STATEMENTS:
                    used = {k: v for k, v in known.items() if f"${k}" in statement}
                    self.graph.run(statement, used)
            written += len(batch)
        return written

    def maps(
        self, context: Context, *, before: int | None, limit: int, domain: str | None
    ) -> list[dict[str, Any]]:
        """Return maps newest first, with a sequence below `before`."""
        if self.graph is None:
            return self._maps_from_runs(context, before=before, limit=limit, domain=domain)
        self.catch_up()
        rows = self.graph.run(
            "MATCH (m:EnergyMap) WHERE m.tenant = $tenant AND m.sequence < $before "
            + ("AND m.domain_id = $domain " if domain else "")
            + "RETURN m.map_id AS id, m.domain_id AS domain, m.title AS title, m.unit AS unit, "
            "m.energy AS energy, m.entropy AS entropy, m.shape AS shape, "
            "m.created_at AS created, m.proof_id AS proof_id, m.sequence AS sequence "
            f"ORDER BY m.sequence DESC LIMIT {int(limit)}",
            {
                "tenant": context.tenant,
                "before": (1 << 62) if before is None else before,
                **({"domain": domain} if domain else {}),
            },
        )
        return [{**row, "shape": json.loads(str(row["shape"]))} for row in rows]

    def _newest(self) -> int:
        assert self.graph is not None
        query = "MATCH (m:EnergyMap) WHERE m.tenant <> $shared RETURN max(m.sequence) AS newest"
        rows = self.graph.run(query, {"shared": SHARED})
        newest = rows[0]["newest"] if rows else None
        return int(newest) if isinstance(newest, int) else 0

    def _maps_from_runs(
        self, context: Context, *, before: int | None, limit: int, domain: str | None
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            page = self.runs.page(tenant=context.tenant, before=before, limit=_BATCH)
            if not page:
                break
            before = page[-1].sequence
            found += [_row(run) for run in page if domain in {None, run.domain}]
        return found[:limit]


def _row(run: Run) -> dict[str, Any]:
    document = json.loads(run.document)
    read = document["annotation"]
    return {
        "id": f"map_{run.trace_id}",
        "domain": run.domain,
        "title": run.name,
        "unit": read["unit"],
        "energy": float(read["energy"]),
        "entropy": float(read["entropy"]),
        "shape": document["input"]["shape"],
        "created": run.created.isoformat(),
        "proof_id": run.proof_id,
        "sequence": run.sequence,
    }


def _parameters(run: Run) -> dict[str, Any]:
    row, regime = _row(run), json.loads(run.document)["regime"]
    row["map_id"] = row.pop("id")
    return {
        **row,
        "tenant": run.tenant,
        "shape": json.dumps(row["shape"]),
        "regime": run.regime,
        "confidence": float(regime["probabilities"].get(run.regime, 0.0)),
        "trace_id": run.trace_id,
        "passed": run.passed,
    }
