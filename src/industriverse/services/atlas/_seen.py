"""The atlas: which energy maps the platform has seen, kept in the graph beside their proofs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from industriverse.kernel.context import Context
from industriverse.kernel.ports import GraphStore, Row, Run, RunStore

from ._graph import FACTS, SHARED
from ._regimes import Sighting, show_regimes
from ._rows import once, write_rows

_BATCH = 200
_FEWEST_WEIGHT = 1e-6
"""Of a member that had a part in a forecast."""
_DOMAIN = "MERGE (d:EnergyDomain {domain_id: row.domain}) ON CREATE SET d.name = row.domain"
_MAP = """MERGE (m:EnergyMap {map_id: row.map_id})
    ON CREATE SET m.domain_id = row.domain, m.title = row.title, m.unit = row.unit,
    m.tenant = row.tenant, m.energy = row.energy, m.entropy = row.entropy, m.shape = row.shape,
    m.created_at = row.created, m.proof_id = row.proof_id"""
_SNAPSHOT = """MERGE (s:EnergySnapshot {snapshot_id: row.map_id})
    ON CREATE SET s.map_id = row.map_id, s.tenant = row.tenant, s.timestamp = row.created,
    s.entropy = row.entropy, s.regime = row.regime, s.confidence = row.confidence,
    s.trace_id = row.trace_id SET s.domain = row.domain, s.source = row.title"""
_PROOF = """MERGE (p:Proof {proof_id: row.proof_id})
    ON CREATE SET p.tenant = row.tenant, p.stage = 'lawful', p.passed = row.passed,
    p.domain = row.domain, p.created_at = row.created"""
_JOIN = """MATCH (d:EnergyDomain {domain_id: row.domain}), (m:EnergyMap {map_id: row.map_id}),
    (s:EnergySnapshot {snapshot_id: row.map_id}), (p:Proof {proof_id: row.proof_id})
    MERGE (d)-[:HAS_MAP]->(m) MERGE (m)-[:HAS_SNAPSHOT]->(s) MERGE (p)-[:VALIDATES]->(s)"""
_MODEL = """MERGE (u:ModelUnit {model_id: row.model_id})
    ON CREATE SET u.architecture = row.architecture, u.created_at = row.created"""
_PREDICTED = """MATCH (s:EnergySnapshot {snapshot_id: row.map_id}),
    (u:ModelUnit {model_id: row.model_id})
    MERGE (s)-[p:PREDICTED_BY]->(u) ON CREATE SET p.weight = row.weight"""
_PREDICTS = """MATCH (u:ModelUnit {model_id: row.model_id}),
    (d:EnergyDomain {domain_id: row.domain}) MERGE (u)-[:PREDICTS]->(d)"""
_NUMBER = """MATCH (m:EnergyMap {map_id: row.map_id})
    SET m.sequence = row.sequence, m.facts = row.facts"""
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
            _write(self.graph, batch)
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
        query = """MATCH (m:EnergyMap) WHERE m.tenant <> $shared AND m.facts >= $facts
            RETURN max(m.sequence) AS newest"""
        rows = self.graph.run(query, {"shared": SHARED, "facts": FACTS})
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


def _write(graph: GraphStore, batch: Sequence[Run]) -> None:
    rows = [_parameters(run) for run in batch]
    members = [row for run in batch for row in _members(run)]
    write_rows(graph, _DOMAIN, once(rows, "domain"))
    write_rows(graph, _MAP, rows)
    write_rows(graph, _SNAPSHOT, rows)
    write_rows(graph, _PROOF, rows)
    write_rows(graph, _JOIN, rows)
    # the first of a model's rows, whose run dates it
    write_rows(graph, _MODEL, once(members[::-1], "model_id"))
    write_rows(graph, _PREDICTED, members)
    write_rows(graph, _PREDICTS, once(members, "pair"))
    sightings = [_sighting(run, row) for run, row in zip(batch, rows, strict=True)]
    show_regimes(graph, [seen for seen in sightings if seen is not None])
    write_rows(graph, _NUMBER, rows)


def _parameters(run: Run) -> Row:
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
        "facts": FACTS,
    }


def _members(run: Run) -> list[Row]:
    """Return the models that a run's forecast is blended of, none where it abstained.

    An abstained forecast is a baseline, not the blend whose weights the document tells.
    """
    if run.abstained:
        return []
    forecast = json.loads(run.document)["forecast"]
    return [
        {
            "map_id": f"map_{run.trace_id}",
            "domain": run.domain,
            "model_id": name,
            "pair": f"{name} {run.domain}",
            "weight": float(weight),
            "architecture": json.dumps({"member_of": forecast["model"], "name": name}),
            "created": run.created.isoformat(),
        }
        for name, weight in forecast["weights"].items()
        if weight > _FEWEST_WEIGHT
    ]


def _sighting(run: Run, row: Row) -> Sighting | None:
    """Return the regime that the classifier found, None where its evidence did not hold."""
    if not json.loads(run.document)["regime"]["confirmed"]:
        return None
    return Sighting(
        snapshot_id=str(row["map_id"]),
        tenant=run.tenant,
        source=run.name,
        domain=run.domain,
        number=run.sequence,
        regime=run.regime,
        time=run.created.isoformat(),
        clock_s=run.created.timestamp(),
        energy=float(str(row["energy"])),
        confidence=float(str(row["confidence"])),
    )
