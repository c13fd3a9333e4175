"""What only a map's cells tell the graph: how steep it is, what a patch did, its salient cells.

Of a map at most `MOST_SALIENT` cells become nodes, those of its newest version: never a node for
each cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from industriverse.engines.atlas import SalientCell, salience
from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.maps import MapRecord
from industriverse.kernel.ports import GraphStore, Row

from ._maps import Maps
from ._rows import write_rows

_STEEPNESS = """MATCH (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    SET s.gradient_magnitude_mean = row.mean, s.gradient_magnitude_max = row.max"""
_PATCH = """MATCH (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    SET s.source = row.source, s.patch_hash = row.checksum, s.bbox = row.bbox,
    s.delta_norm = row.norm"""
_FORGET = """MATCH (v:EnergyVector) WHERE v.map_id = row.map_id DETACH DELETE v"""
_VECTOR = """MERGE (v:EnergyVector {vector_id: row.vector_id})
    SET v.map_id = row.map_id, v.coords = row.coords, v.x = row.x, v.y = row.y,
    v.energy = row.energy, v.grad_x = row.grad_x, v.grad_y = row.grad_y,
    v.local_entropy = row.local_entropy"""
_CURVED = "MATCH (v:EnergyVector {vector_id: row.vector_id}) SET v.laplacian = row.laplacian"
_TREND = "MATCH (v:EnergyVector {vector_id: row.vector_id}) SET v.temporal_trend = row.trend"
_LOCATE = """MATCH (v:EnergyVector {vector_id: row.vector_id}), (m:EnergyMap {map_id: row.map_id}),
    (s:EnergySnapshot {snapshot_id: row.snapshot_id})
    MERGE (s)-[:HAS_VECTOR]->(v) MERGE (v)-[:LOCATED_IN]->(m)"""

_Cells = Float[np.ndarray, "..."]
_Place = tuple[str, int, int]
"""Sequence, frame and version."""


def snapshot_id(record: MapRecord) -> str:
    """Return the id of the snapshot that a version of a map is."""
    return f"{record.id}@{record.version}"


def show_cells(
    graph: GraphStore, maps: Maps, batch: Sequence[MapRecord], seconds: Mapping[str, float]
) -> None:
    """Write what the cells of maps tell, where the maps are in the graph.

    Of cells that cannot be read, or make no map, nothing is written; an audit says why.

    Args:
        graph: Where to.
        maps: Where the cells are.
        batch: Records of the maps.
        seconds: Since the frame before, by the id of a map's first snapshot.
    """
    newest = {record.id: record for record in batch}
    told = _Told(_Reader(maps))
    for record in batch:
        after = seconds.get(snapshot_id(record), 0.0) if record.version == 1 else 0.0
        told.add(record, after, newest=newest[record.id] is record)
    write_rows(graph, _STEEPNESS, told.steepness)
    write_rows(graph, _PATCH, told.patches)
    write_rows(graph, _FORGET, [{"map_id": r.id} for r in newest.values() if r.version > 1])
    write_rows(graph, _VECTOR, told.vectors)
    write_rows(graph, _CURVED, told.curved)
    write_rows(graph, _TREND, told.trends)
    write_rows(graph, _LOCATE, told.vectors)


class _Reader:
    """Reads cells, with those of the last two maps at hand: a frame's past is the frame before."""

    def __init__(self, maps: Maps) -> None:
        self._maps = maps
        self._held: dict[_Place, _Cells] = {}

    def read(self, sequence: str, frame: int, version: int) -> _Cells | None:
        """Return a map's cells, None where they cannot be read."""
        place = (sequence, frame, version)
        if place not in self._held:
            try:
                cells = self._maps.store.read(sequence, frame, version=version)
            except (NotFoundError, UnavailableError):
                return None
            self._held = {**dict(list(self._held.items())[-1:]), place: cells}
        return self._held[place]


@dataclass(slots=True)
class _Told:
    """Rows of what cells tell."""

    reader: _Reader
    steepness: list[Row] = field(default_factory=list[Row])
    patches: list[Row] = field(default_factory=list[Row])
    vectors: list[Row] = field(default_factory=list[Row])
    curved: list[Row] = field(default_factory=list[Row])
    trends: list[Row] = field(default_factory=list[Row])

    def add(self, record: MapRecord, after_s: float, *, newest: bool) -> None:
        past = None
        if newest and after_s > 0:
            past = self.reader.read(record.sequence, record.frame - 1, 1)
        cells = self.reader.read(record.sequence, record.frame, record.version)
        if cells is None:
            return
        try:
            found = salience(cells, record.grid)
        except ContractError:
            return
        self.steepness.append(
            {
                "snapshot_id": snapshot_id(record),
                "mean": found.steepness_mean,
                "max": found.steepness_max,
            }
        )
        if record.version > 1:
            self._add_patch(record, cells)
        for cell in found.cells if newest else ():
            self._add_cell(record, cell)
            if past is not None:
                trend = (cell.energy - float(past[cell.at])) / after_s
                self.trends.append({"vector_id": _name(record, cell), "trend": trend})

    def _add_patch(self, record: MapRecord, cells: _Cells) -> None:
        old = self.reader.read(record.sequence, record.frame, record.version - 1)
        if old is None or not (changed := np.argwhere(cells != old)).size:
            return
        box = [*changed.min(axis=0)[::-1], *changed.max(axis=0)[::-1]]
        self.patches.append(
            {
                "snapshot_id": snapshot_id(record),
                "source": record.provenance.get("patch", ""),
                "checksum": record.checksum,
                "bbox": [int(edge) for edge in box],
                "norm": float(np.linalg.norm(cells - old)),
            }
        )

    def _add_cell(self, record: MapRecord, cell: SalientCell) -> None:
        coords, slopes, name = cell.at[::-1], (*cell.slopes[::-1], 0.0), _name(record, cell)
        self.vectors.append(
            {
                "vector_id": name,
                "map_id": record.id,
                "snapshot_id": snapshot_id(record),
                "coords": list(coords),
                "x": coords[0],
                "y": (*coords, 0)[1],
                "energy": cell.energy,
                "grad_x": slopes[0],
                "grad_y": slopes[1],
                "local_entropy": cell.local_entropy,
            }
        )
        if cell.laplacian is not None:
            self.curved.append({"vector_id": name, "laplacian": cell.laplacian})


def _name(record: MapRecord, cell: SalientCell) -> str:
    """Return the id of a cell's vector: the map, then the place with x first."""
    return ":".join([record.id, *map(str, cell.at[::-1])])
