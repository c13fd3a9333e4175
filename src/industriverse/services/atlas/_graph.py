"""Maps in the graph: domain, map, a snapshot for each version, and what they evolve to."""

import json
from typing import Any

from industriverse.kernel.maps import MapRecord
from industriverse.kernel.ports import AtlasCatalog, GraphStore

SHARED = ""
"""The tenant of maps that are nobody's and everybody's."""
_BATCH = 200
_DOMAIN = "MERGE (d:EnergyDomain {domain_id: $domain}) ON CREATE SET d.name = $domain"
_MAP = """MERGE (m:EnergyMap {map_id: $map_id})
    ON CREATE SET m.domain_id = $domain, m.title = $title, m.tenant = $tenant,
    m.shape = $shape, m.scale = $scale"""
_SNAPSHOT = """MERGE (s:EnergySnapshot {snapshot_id: $snapshot_id})
    ON CREATE SET s.map_id = $map_id, s.tenant = $tenant, s.timestamp = $created,
    s.energy_mean = $mean, s.energy_var = $variance, s.entropy = $entropy, s.regime = $regime"""
_JOIN = """MATCH (d:EnergyDomain {domain_id: $domain}), (m:EnergyMap {map_id: $map_id}),
    (s:EnergySnapshot {snapshot_id: $snapshot_id})
    MERGE (d)-[:HAS_MAP]->(m) MERGE (m)-[:HAS_SNAPSHOT]->(s)"""
_EVOLVE = """MATCH (a:EnergySnapshot {snapshot_id: $before}),
    (s:EnergySnapshot {snapshot_id: $snapshot_id})
    MERGE (a)-[e:EVOLVES_TO]->(s) ON CREATE SET e.seconds = $seconds"""
_NUMBER = """MATCH (m:EnergyMap {map_id: $map_id})
    SET m.sequence = $number, m.unit = $unit, m.blob = $checksum, m.energy = $energy,
    m.energy_mean = $mean, m.energy_var = $variance, m.entropy = $entropy,
    m.created_at = $created"""
"""The number comes last: after a crash in between, the next time writes the rest."""


def show_in_graph(graph: GraphStore | None, catalogue: AtlasCatalog) -> int:
    """Write the maps that the graph has not seen; return how many.

    Args:
        graph: The graph, or None where another process holds it.
        catalogue: Where maps are listed. The graph follows it, so it can be made again from it.
    """
    if graph is None:
        return 0
    written = 0
    while batch := catalogue.after(_newest(graph), limit=_BATCH):
        for record in batch:
            _write(graph, catalogue, record)
        written += len(batch)
    return written


def _newest(graph: GraphStore) -> int:
    query = "MATCH (m:EnergyMap) WHERE m.tenant = $tenant RETURN max(m.sequence) AS newest"
    rows = graph.run(query, {"tenant": SHARED})
    newest = rows[0]["newest"] if rows else None
    return int(newest) if isinstance(newest, int) else 0


def _write(graph: GraphStore, catalogue: AtlasCatalog, record: MapRecord) -> None:
    known = _parameters(record)
    before = _before(catalogue, record)
    statements = [_DOMAIN, _MAP, _SNAPSHOT, _JOIN]
    if before is not None:
        statements.append(_EVOLVE)
        known |= {"before": _snapshot(before), "seconds": record.time_s - before.time_s}
    for statement in (*statements, _NUMBER):
        graph.run(statement, {k: v for k, v in known.items() if f"${k}" in statement})


def _before(catalogue: AtlasCatalog, record: MapRecord) -> MapRecord | None:
    """Return the version, or for a first version the frame, that a record follows."""
    if record.version > 1:
        history = catalogue.history(record.id)
        return next((old for old in history if old.version == record.version - 1), None)
    if record.frame == 0:
        return None
    frame = f"{record.sequence}/{record.frame - 1:04d}"
    return next(iter(catalogue.history(frame)), None)


def _snapshot(record: MapRecord) -> str:
    return f"{record.id}@{record.version}"


def _parameters(record: MapRecord) -> dict[str, Any]:
    return {
        "domain": record.domain,
        "map_id": record.id,
        "snapshot_id": _snapshot(record),
        "title": record.origin,
        "tenant": SHARED,
        "shape": json.dumps(list(record.shape)),
        "scale": max(record.shape),
        "unit": record.unit,
        "checksum": record.checksum,
        "energy": record.energy,
        "mean": record.mean,
        "variance": record.variance,
        "entropy": record.entropy,
        "regime": record.regime,
        "created": record.created.isoformat(),
        "number": record.number,
    }
