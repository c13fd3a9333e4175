"""Regimes in the graph: a `RegimeTransition` for each stretch of snapshots in one regime.

It begins with the first snapshot of a source - a sequence of maps, or what predictions were made
of - whose regime is known and another than that of the snapshot before, and ends with the last
one before the next. Snapshots of no known regime neither begin nor end one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from industriverse.kernel.ports import GraphStore, Row

from ._rows import write_rows

_KNOWN = """MATCH (t:RegimeTransition) WHERE t.tenant IN $tenants AND t.source IN $sources
    AND t.sequence < $number
    RETURN t.regime_id AS regime_id, t.tenant AS tenant, t.source AS source, t.domain AS domain,
    t.regime_from AS regime_from, t.regime_to AS regime_to, t.sequence AS sequence,
    t.start_time AS start_time, t.end_time AS end_time, t.start_s AS start_s, t.end_s AS end_s,
    t.energy_start AS energy_start, t.energy_delta AS energy_delta,
    t.stability_score AS stability_score ORDER BY sequence"""
_PERIOD = """MERGE (t:RegimeTransition {regime_id: row.regime_id})
    SET t.tenant = row.tenant, t.source = row.source, t.domain = row.domain,
    t.regime_from = row.regime_from, t.regime_to = row.regime_to, t.sequence = row.sequence,
    t.start_time = row.start_time, t.end_time = row.end_time, t.start_s = row.start_s,
    t.end_s = row.end_s, t.energy_start = row.energy_start, t.energy_delta = row.energy_delta,
    t.stability_score = row.stability_score"""
_IN_DOMAIN = """MATCH (t:RegimeTransition {regime_id: row.regime_id}),
    (d:EnergyDomain {domain_id: row.domain}) MERGE (t)-[:IN_DOMAIN]->(d)"""
_DETECTED = """MATCH (s:EnergySnapshot {snapshot_id: row.snapshot_id}),
    (t:RegimeTransition {regime_id: row.regime_id}) MERGE (s)-[:DETECTED_REGIME]->(t)"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A snapshot whose regime is known.

    Attributes:
        snapshot_id: Which.
        tenant, source, domain: Where it stands; one source has one line of regimes in a domain.
        number: Its place in the order of writing.
        regime: Label.
        time: RFC 3339, of the snapshot.
        clock_s: Seconds on the source's own clock.
        energy: Total of its map.
        confidence: That it is this regime, in [0, 1]; 1 where a control sets it.
    """

    snapshot_id: str
    tenant: str
    source: str
    domain: str
    number: int
    regime: str
    time: str
    clock_s: float
    energy: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive snapshots of one source in one regime.

    Attributes:
        regime_id: The first snapshot's id and the regime.
        tenant, source, domain: As for a sighting.
        regime_from: The regime before, "" where none is known.
        regime_to: Its own.
        sequence: Number of the first snapshot.
        start_time, end_time: Of the first and the last snapshot.
        start_s, end_s: Of the two on the source's clock.
        energy_start: Total energy of the first.
        energy_delta: Total energy of the last less that.
        stability_score: The least confidence of all.
    """

    regime_id: str
    tenant: str
    source: str
    domain: str
    regime_from: str
    regime_to: str
    sequence: int
    start_time: str
    end_time: str
    start_s: float
    end_s: float
    energy_start: float
    energy_delta: float
    stability_score: float

    @property
    def line(self) -> tuple[str, str, str]:
        """Whose regimes follow each other."""
        return self.tenant, self.source, self.domain


def periods(
    sightings: Iterable[Sighting], known: Iterable[Period] = ()
) -> tuple[list[Period], list[tuple[str, str]]]:
    """Return the periods that sightings begin or go on with, and who belongs to which.

    Args:
        sightings: In the order of their numbers.
        known: Periods begun by earlier snapshots, in the order of theirs.

    Returns:
        Periods as they are after the sightings, then `(snapshot_id, regime_id)` of each sighting.
    """
    last = {period.line: period for period in known}
    changed: dict[str, Period] = {}
    members: list[tuple[str, str]] = []
    for seen in sightings:
        line = (seen.tenant, seen.source, seen.domain)
        before = last.get(line)
        if before is not None and before.regime_to == seen.regime:
            now = _longer(before, seen)
        else:
            now = _begun(seen, "" if before is None else before.regime_to)
        last[line] = changed[now.regime_id] = now
        members.append((seen.snapshot_id, now.regime_id))
    return list(changed.values()), members


def show_regimes(graph: GraphStore, sightings: Sequence[Sighting]) -> None:
    """Write the regimes of snapshots that are in the graph, with their domains.

    Written again, they change nothing: only what earlier snapshots began is gone on with.
    """
    if not sightings:
        return
    asked = {
        "tenants": sorted({seen.tenant for seen in sightings}),
        "sources": sorted({seen.source for seen in sightings}),
        "number": min(seen.number for seen in sightings),
    }
    known = [_read(row) for row in graph.run(_KNOWN, asked)]
    found, members = periods(sightings, known)
    rows: list[Row] = [
        {name: getattr(period, name) for name in Period.__slots__} for period in found
    ]
    write_rows(graph, _PERIOD, rows)
    write_rows(graph, _IN_DOMAIN, rows)
    write_rows(graph, _DETECTED, [{"snapshot_id": s, "regime_id": r} for s, r in members])


def _read(row: Row) -> Period:
    return Period(**row)  # pyright: ignore[reportArgumentType]


def _begun(seen: Sighting, regime_from: str) -> Period:
    return Period(
        regime_id=f"{seen.snapshot_id}:{seen.regime}",
        tenant=seen.tenant,
        source=seen.source,
        domain=seen.domain,
        regime_from=regime_from,
        regime_to=seen.regime,
        sequence=seen.number,
        start_time=seen.time,
        end_time=seen.time,
        start_s=seen.clock_s,
        end_s=seen.clock_s,
        energy_start=seen.energy,
        energy_delta=0.0,
        stability_score=seen.confidence,
    )


def _longer(period: Period, seen: Sighting) -> Period:
    return replace(
        period,
        end_time=seen.time,
        end_s=seen.clock_s,
        energy_delta=seen.energy - period.energy_start,
        stability_score=min(period.stability_score, seen.confidence),
    )
