"""Maps in the graph: domain, map, a snapshot for each version, what they evolve to, their regime.

A map's cells stay in the store; a handful of them become nodes (`_cells.py`).
"""

import json
from collections.abc import Sequence

from industriverse.kernel.maps import MapRecord, map_id
from industriverse.kernel.ports import AtlasCatalog, GraphStore, Row

from ._cells import show_cells, snapshot_id
from ._maps import Maps
from ._regimes import Sighting, show_regimes
from ._rows import once, write_rows

SHARED = ""
"""The tenant of maps that are nobody's and everybody's."""
FACTS = 1
"""Which facts are written of a map. A map with fewer, of an older program, is written again."""
_BATCH = 200
_DOMAIN = """MERGE (d:EnergyDomain {domain_id: row.domain})
    ON CREATE SET d.name = row.domain SET d.resolution = row.resolution"""
_MAP = """MERGE (m:EnergyMap {map_id: row.map_id})
    SET m.domain_id = row.domain, m.title = row.title, m.tenant = row.tenant,
    m.shape = row.shape, m.scale = row.scale, m.unit = row.unit, m.blob = row.checksum,
    m.energy = row.energy, m.energy_mean = row.mean, m.energy_var = row.variance,
    m.entropy = row.entropy, m.created_at = row.created"""
_SNAPSHOT = """MERGE (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    SET s.map_id = row.map_id, s.tenant = row.tenant, s.timestamp = row.created,
    s.energy_mean = row.mean, s.energy_var = row.variance, s.entropy = row.entropy,
    s.regime = row.regime, s.domain = row.domain, s.scale = row.scale, s.version = row.version,
    s.source = row.title"""
_JOIN = """MATCH (d:EnergyDomain {domain_id: row.domain}), (m:EnergyMap {map_id: row.map_id}),
    (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    MERGE (d)-[:HAS_MAP]->(m) MERGE (m)-[:HAS_SNAPSHOT]->(s)"""
_EVOLVE = """MATCH (a:EnergySnapshot {snapshot_id: row.before}),
    (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    MERGE (a)-[e:EVOLVES_TO]->(s) ON CREATE SET e.seconds = row.seconds"""
_SAME_REGIME = """MATCH (a:EnergySnapshot {snapshot_id: row.before})
    -[:DETECTED_REGIME]->(t:RegimeTransition),
    (s:EnergySnapshot {snapshot_id: row.snapshot_id}) MERGE (s)-[:DETECTED_REGIME]->(t)"""
_NUMBER = """MATCH (m:EnergyMap {map_id: row.map_id})
    SET m.sequence = row.number, m.facts = row.facts"""
"""The number comes last: after a crash in between, the next time writes the rest."""


def show_in_graph(graph: GraphStore | None, maps: Maps) -> int:
    """Write the maps that the graph has not seen; return how many.

    Args:
        graph: The graph, or None where another process holds it.
        maps: Where they are listed and lie. The graph follows, so it can be made again from them.
    """
    if graph is None:
        return 0
    written = 0
    while batch := maps.catalogue.after(_newest(graph), limit=_BATCH):
        _write(graph, maps, batch)
        written += len(batch)
    return written


def _newest(graph: GraphStore) -> int:
    query = """MATCH (m:EnergyMap) WHERE m.tenant = $tenant AND m.facts >= $facts
        RETURN max(m.sequence) AS newest"""
    rows = graph.run(query, {"tenant": SHARED, "facts": FACTS})
    newest = rows[0]["newest"] if rows else None
    return int(newest) if isinstance(newest, int) else 0


def _write(graph: GraphStore, maps: Maps, batch: Sequence[MapRecord]) -> None:
    known = [_row(record) for record in batch]
    newest = once(known, "map_id")
    write_rows(graph, _DOMAIN, once([_resolution(record) for record in batch], "domain"))
    write_rows(graph, _MAP, newest)
    write_rows(graph, _SNAPSHOT, known)
    write_rows(graph, _JOIN, known)
    pairs = _evolutions(maps.catalogue, batch)
    write_rows(graph, _EVOLVE, [_evolution(*pair) for pair in pairs])
    first = [record for record in batch if record.regime and record.version == 1]
    show_regimes(graph, [_sighting(record) for record in first])
    patched = [_evolution(*pair) for pair in pairs if pair[1].version > 1]
    write_rows(graph, _SAME_REGIME, patched)
    show_cells(graph, maps, batch, {snapshot_id(b): b.time_s - a.time_s for a, b in pairs})
    write_rows(graph, _NUMBER, newest)


def _evolutions(
    catalogue: AtlasCatalog, batch: Sequence[MapRecord]
) -> list[tuple[MapRecord, MapRecord]]:
    """Return each record that follows another, after that one.

    A version follows the version before, a first version the frame before.
    """
    held = {snapshot_id(record): record for record in batch}

    def find(name: str, version: int) -> MapRecord | None:
        if (near := held.get(f"{name}@{version}")) is not None:
            return near
        return next((old for old in catalogue.history(name) if old.version == version), None)

    pairs: list[tuple[MapRecord, MapRecord]] = []
    for record in batch:
        before = None
        if record.version > 1:
            before = find(record.id, record.version - 1)
        elif record.frame:
            before = find(map_id(record.sequence, record.frame - 1), 1)
        if before is not None:
            pairs.append((before, record))
    return pairs


def _evolution(before: MapRecord, record: MapRecord) -> Row:
    return {
        "before": snapshot_id(before),
        "snapshot_id": snapshot_id(record),
        "seconds": float(record.time_s - before.time_s),
    }


def _sighting(record: MapRecord) -> Sighting:
    """Return a map's regime, which the solver's control or the importer set."""
    return Sighting(
        snapshot_id=snapshot_id(record),
        tenant=SHARED,
        source=record.sequence,
        domain=record.domain,
        number=record.number,
        regime=record.regime,
        time=record.created.isoformat(),
        clock_s=float(record.time_s),
        energy=float(record.energy),
        confidence=1.0,
    )


def _resolution(record: MapRecord) -> Row:
    return {"domain": record.domain, "resolution": list(record.shape)}


def _row(record: MapRecord) -> Row:
    return {
        "domain": record.domain,
        "map_id": record.id,
        "snapshot_id": snapshot_id(record),
        "title": record.origin,
        "tenant": SHARED,
        "shape": json.dumps(list(record.shape)),
        "scale": max(record.shape),
        "unit": record.unit,
        "checksum": record.checksum,
        "energy": float(record.energy),
        "mean": float(record.mean),
        "variance": float(record.variance),
        "entropy": float(record.entropy),
        "regime": record.regime,
        "created": record.created.isoformat(),
        "version": record.version,
        "number": record.number,
        "facts": FACTS,
    }
