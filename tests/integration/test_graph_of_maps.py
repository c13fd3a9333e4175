"""What maps and predictions leave in the graph, and that it can be made again from the stores."""

import json
from dataclasses import replace

import numpy as np
import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.adapters.graph_schema import VERSIONS, schema_of
from industriverse.engines.atlas import build_pyramid, record_of, salience
from industriverse.kernel.context import Context
from industriverse.kernel.errors import UnavailableError
from industriverse.kernel.fields import Grid
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.ports import ReadOptions
from industriverse.services.atlas import Atlas, PatchRequest, build, patch_map, show_in_graph
from industriverse.services.predict import PredictRequest
from tests.contracts.atlas_maps import facts_of, made_frames
from tests.contracts.run_store import make_run
from tests.fakes.atlas_runs import tiny_catalog
from tests.fakes.runs import MemoryRunStore
from tests.integration.test_atlas import DOCUMENT
from tests.integration.test_atlas_build import TINY, in_memory

SCHEMA = schema_of(len(VERSIONS))
MOST = 8
"""Cells of a map that may be nodes."""


@pytest.fixture
def open_graph(tmp_path):
    """Open an empty graph, as often as wanted."""
    opened = []

    def new() -> LadybugGraphStore:
        graph = LadybugGraphStore(tmp_path / f"graph{len(opened)}")
        graph.migrate()
        opened.append(graph)
        return graph

    yield new
    for graph in opened:
        graph.close()


def whole(graph) -> dict[str, list]:
    """Return everything that a graph holds, in an order of its own."""
    held = {}
    for label, table in SCHEMA.labels.items():
        told = ", ".join(f"n.{name} AS {name}" for name in table.columns)
        held[label] = sorted(map(repr, graph.run(f"MATCH (n:{label}) RETURN {told}")))
    for name, table in SCHEMA.relations.items():
        for start, end in table.ends:
            keys = f"a.{SCHEMA.labels[start].key} AS start, b.{SCHEMA.labels[end].key} AS finish"
            told = "".join(f", r.{column} AS {column}" for column in table.columns)
            rows = graph.run(f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN {keys}{told}")
            held[f"{name} {start} {end}"] = sorted(map(repr, rows))
    return held


def a_ramp(maps, sequence="ramp", regimes=("stable", "stable", "chaotic", "chaotic")):
    """Keep frames whose regime a control sets, as a ramp across a boundary would."""
    frames = []
    for frame, regime in enumerate(regimes):
        facts = facts_of(sequence, regime=regime)
        density = np.full(facts.grid.shape, 1.0 + frame)
        density[3 + frame, 5] += 1.0
        pyramid = build_pyramid(density, facts.grid)
        frames.append((record_of(facts, frame, 2.0 * frame, pyramid), pyramid))
    return maps.catalogue.add(maps.store.write(sequence, frames))


def fill(graph) -> dict[str, list]:
    """Write maps, a patch and predictions; return everything that the graph then holds."""
    maps, runs = in_memory(), MemoryRunStore()
    a_ramp(maps)
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of())))
    for number, regime in enumerate(("stable", "stable", "chaotic"), start=1):
        runs.save(run_of(number, regime=regime))
    graph.migrate()
    assert show_in_graph(graph, maps) == 7
    patch_map(maps, PatchRequest("ramp/0002", (0, 0), np.ones((2, 2)), "a test"))
    assert show_in_graph(graph, maps) == 1
    assert Atlas(graph, runs).catch_up() == 3
    return whole(graph)


def test_a_build_leaves_at_most_eight_cells_of_a_map_never_a_node_a_pixel(open_graph):
    maps, graph = in_memory(), open_graph()
    build(maps, tiny_catalog(), TINY)
    count = show_in_graph(graph, maps)
    rows = graph.run(
        "MATCH (m:EnergyMap) OPTIONAL MATCH (v:EnergyVector)-[:LOCATED_IN]->(m) "
        "RETURN m.map_id AS id, count(v) AS n"
    )
    assert len(rows) == count > 0
    assert all(1 <= row["n"] <= MOST for row in rows)
    nodes = graph.run("MATCH (v:EnergyVector) RETURN count(v) AS n")
    assert nodes == [{"n": sum(row["n"] for row in rows)}]
    assert nodes[0]["n"] <= MOST * count


def test_a_cell_is_told_as_its_map_has_it(open_graph):
    maps, graph = in_memory(), open_graph()
    frames = made_frames(facts_of())
    records = maps.catalogue.add(maps.store.write("flow-a", frames))
    show_in_graph(graph, maps)
    names = ("coords", "x", "y", "energy", "grad_x", "grad_y", "laplacian", "local_entropy")
    for frame, (record, (_, pyramid)) in enumerate(zip(records, frames, strict=True)):
        rows = graph.run(
            "MATCH (s:EnergySnapshot {snapshot_id: $id})-[:HAS_VECTOR]->(v:EnergyVector)"
            "-[:LOCATED_IN]->(m:EnergyMap {map_id: $map}) RETURN v.vector_id AS id, "
            "v.temporal_trend AS trend, " + ", ".join(f"v.{name} AS {name}" for name in names),
            {"id": f"{record.id}@1", "map": record.id},
        )
        expected = {cell.at: cell for cell in salience(pyramid[1], record.grid).cells}
        assert len(rows) == len(expected)
        for row in rows:
            x, y = row["coords"]
            cell = expected[y, x]
            assert row["id"] == f"{record.id}:{x}:{y}"
            assert [row[name] for name in names] == [
                [x, y],
                *(x, y, pyramid[1][y, x]),
                *cell.slopes[::-1],
                *(cell.laplacian, cell.local_entropy),
            ]
            if frame:
                change = pyramid[1][y, x] - frames[frame - 1][1][1][y, x]
                assert row["trend"] == pytest.approx(change / 2.0)
            else:
                assert row["trend"] is None
    steep = graph.run(
        "MATCH (s:EnergySnapshot) RETURN s.gradient_magnitude_max AS top, "
        "s.gradient_magnitude_mean AS mean, s.domain AS domain, s.scale AS scale"
    )
    assert all(row["top"] > row["mean"] > 0 for row in steep)
    assert {(row["domain"], row["scale"]) for row in steep} == {("fluid", 32)}
    size = graph.run("MATCH (d:EnergyDomain) RETURN d.resolution AS cells")
    assert size == [{"cells": [32, 32]}]


def test_a_patched_map_has_the_cells_of_its_newest_version(open_graph):
    maps, graph = in_memory(), open_graph()
    a_ramp(maps)
    show_in_graph(graph, maps)
    before = graph.run("MATCH (v:EnergyVector {map_id: 'ramp/0001'}) RETURN v.coords AS at")
    assert [5, 4] in [row["at"] for row in before]
    patch_map(maps, PatchRequest("ramp/0001", (20, 8), np.full((2, 3), 9.0), "a survey"))
    assert show_in_graph(graph, maps) == 1
    rows = graph.run(
        "MATCH (s:EnergySnapshot)-[:HAS_VECTOR]->(v:EnergyVector {map_id: 'ramp/0001'}) "
        "RETURN s.snapshot_id AS id, v.energy AS e ORDER BY e DESC"
    )
    assert 1 <= len(rows) <= MOST
    assert {row["id"] for row in rows} == {"ramp/0001@2"}
    assert rows[0]["e"] == 9.0
    (told,) = graph.run(
        "MATCH (s:EnergySnapshot {snapshot_id: 'ramp/0001@2'})-[:DETECTED_REGIME]->"
        "(t:RegimeTransition) RETURN s.version AS version, s.bbox AS box, s.delta_norm AS norm, "
        "s.source AS source, s.patch_hash AS hash, t.regime_to AS regime, t.end_s AS last"
    )
    assert told["box"] == [8, 20, 10, 21]
    assert told["norm"] == pytest.approx(np.sqrt(6 * 7.0**2))
    assert (told["version"], told["regime"], told["last"]) == (2, "stable", 2.0)
    assert "a survey" in told["source"]
    assert told["hash"] == maps.catalogue.get("ramp/0001").checksum


def test_a_ramp_leaves_a_transition_from_one_regime_to_the_other(open_graph):
    maps, graph = in_memory(), open_graph()
    records = a_ramp(maps)
    a_ramp(maps, "unknown", ("", ""))
    show_in_graph(graph, maps)
    rows = graph.run(
        "MATCH (s:EnergySnapshot)-[:DETECTED_REGIME]->(t:RegimeTransition)-[:IN_DOMAIN]->"
        "(d:EnergyDomain) RETURN s.snapshot_id AS id, t.regime_from AS old, "
        "t.regime_to AS new, t.start_s AS first, t.end_s AS last, t.energy_delta AS delta, "
        "t.stability_score AS sure, d.domain_id AS domain ORDER BY id"
    )
    assert [(row["id"], row["old"], row["new"], row["first"], row["last"]) for row in rows] == [
        ("ramp/0000@1", "", "stable", 0.0, 2.0),
        ("ramp/0001@1", "", "stable", 0.0, 2.0),
        ("ramp/0002@1", "stable", "chaotic", 4.0, 6.0),
        ("ramp/0003@1", "stable", "chaotic", 4.0, 6.0),
    ]
    assert {(row["domain"], row["sure"]) for row in rows} == {("fluid", 1.0)}
    assert rows[0]["delta"] == pytest.approx(records[1].energy - records[0].energy)
    assert rows[2]["delta"] == pytest.approx(records[3].energy - records[2].energy)


def test_the_graph_can_be_made_again_and_after_any_crash(open_graph, monkeypatch):
    maps, whole_graph = in_memory(), open_graph()
    a_ramp(maps)
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of())))
    patch_map(maps, PatchRequest("ramp/0002", (0, 0), np.ones((2, 2)), "a test"))
    assert show_in_graph(whole_graph, maps) == 8
    expected = whole(whole_graph)

    class Cut(Exception):
        pass

    monkeypatch.setattr("industriverse.services.atlas._graph._BATCH", 3)
    real, calls = LadybugGraphStore.run, []

    def cut(self, cypher, parameters=None):
        calls.append(cypher)
        if len(calls) in cuts:
            raise Cut
        return real(self, cypher, parameters)

    monkeypatch.setattr(LadybugGraphStore, "run", cut)
    # two cuts at different places of each try: before, between and after the batches
    for first in range(1, 37, 5):
        graph, cuts = open_graph(), {first, first + 19}
        calls.clear()
        crashes = 0
        while True:
            try:
                show_in_graph(graph, maps)
                break
            except Cut:
                crashes += 1
        assert crashes == 2
        cuts = set()
        assert whole(graph) == expected
        graph.close()


def test_maps_that_an_older_program_wrote_get_what_is_new(open_graph):
    maps, graph = in_memory(), open_graph()
    a_ramp(maps)
    show_in_graph(graph, maps)
    expected = whole(graph)
    # what the second version of the schema had of them
    graph.run("MATCH (v:EnergyVector) DETACH DELETE v")
    graph.run("MATCH (t:RegimeTransition) DETACH DELETE t")
    graph.run("MATCH (m:EnergyMap) SET m.facts = NULL")
    assert show_in_graph(graph, maps) == 4
    assert show_in_graph(graph, maps) == 0
    assert whole(graph) == expected


def test_cells_that_cannot_be_read_leave_the_rest_of_their_map(open_graph, monkeypatch):
    maps, graph = in_memory(), open_graph()
    a_ramp(maps)
    real = maps.store.read

    def read(sequence, frame, *, level=1, version=1):
        if frame == 1:
            raise UnavailableError("damaged")
        cells = real(sequence, frame, level=level, version=version)
        return np.full_like(cells, np.nan) if frame == 2 else cells

    monkeypatch.setattr(maps.store, "read", read)
    assert show_in_graph(graph, maps) == 4
    rows = graph.run("MATCH (v:EnergyVector) RETURN DISTINCT v.map_id AS id ORDER BY id")
    assert [row["id"] for row in rows] == ["ramp/0000", "ramp/0003"]
    assert graph.run("MATCH (s:EnergySnapshot) RETURN count(s) AS n") == [{"n": 4}]


def test_maps_of_one_and_three_axes_have_cells_too(open_graph):
    maps, graph = in_memory(), open_graph()
    flat = Grid((40,), (0.5,), ("x",), ("m",), ("open",))
    deep = Grid((8, 9, 10), (0.5,) * 3, ("z", "y", "x"), ("m",) * 3, ("periodic",) * 3)
    for name, grid in (("line", flat), ("block", deep)):
        maps.catalogue.add(maps.store.write(name, made_frames(facts_of(name, grid=grid), 1)))
    assert show_in_graph(graph, maps) == 2
    rows = graph.run("MATCH (v:EnergyVector) RETURN v.map_id AS id, v.coords AS at")
    sizes = {row["id"]: len(row["at"]) for row in rows}
    assert sizes == {"line/0000": 1, "block/0000": 3}


def run_of(number, *, regime="stable", confirmed=True, sure=0.875, weights=None, **changes):
    told = {
        **DOCUMENT,
        "regime": {"probabilities": {regime: sure}, "confirmed": confirmed},
        "forecast": {"model": "blend", "weights": weights or {"ridge": 0.75, "naive": 0.25}},
    }
    return replace(make_run(number), regime=regime, document=json.dumps(told).encode(), **changes)


def test_a_source_that_changes_its_regime_leaves_a_transition(open_graph):
    runs, graph = MemoryRunStore(), open_graph()
    for run in (
        run_of(1),
        run_of(2, sure=0.8125),
        run_of(3, name="other.csv", regime="chaotic"),
        run_of(4, regime="transitional", confirmed=False),
        run_of(5, regime="chaotic"),
        run_of(6, regime="chaotic", tenant="b"),
        run_of(7, regime="initializing", confirmed=False),
        run_of(8, regime="chaotic"),
    ):
        runs.save(run)
    assert Atlas(graph, runs).catch_up() == 8
    rows = graph.run(
        "MATCH (s:EnergySnapshot)-[:DETECTED_REGIME]->(t:RegimeTransition)-[:IN_DOMAIN]->"
        "(:EnergyDomain {domain_id: 'signal'}) WITH t, count(s) AS n "
        "RETURN t.sequence AS first, t.tenant AS tenant, t.source AS source, "
        "t.regime_from AS old, t.regime_to AS new, t.stability_score AS sure, n, "
        "t.end_s - t.start_s AS seconds ORDER BY first"
    )
    assert [tuple(row.values()) for row in rows] == [
        (1, "a", "plant.csv", "", "stable", 0.8125, 2, 1.0),
        (3, "a", "other.csv", "", "chaotic", 0.875, 1, 0.0),
        (5, "a", "plant.csv", "stable", "chaotic", 0.875, 2, 3.0),
        (6, "b", "plant.csv", "", "chaotic", 0.875, 1, 0.0),
    ]


def test_a_forecast_leads_to_the_models_of_its_blend_by_their_weights(open_graph):
    runs, graph = MemoryRunStore(), open_graph()
    runs.save(run_of(1, weights={"ridge": 0.75, "naive": 0.25, "modes": 0.0}))
    runs.save(run_of(2, domain="heat", weights={"ridge": 1.0}))
    runs.save(run_of(3, abstained=True))  # a baseline was published, not the blend
    atlas = Atlas(graph, runs)
    assert (atlas.catch_up(), atlas.catch_up()) == (3, 0)
    rows = graph.run(
        "MATCH (s:EnergySnapshot)-[p:PREDICTED_BY]->(u:ModelUnit)-[:PREDICTS]->(d:EnergyDomain) "
        "WHERE d.domain_id = s.domain RETURN s.trace_id AS run, u.model_id AS model, "
        "p.weight AS weight ORDER BY run, model"
    )
    assert [(str(row["run"])[-1], row["model"], row["weight"]) for row in rows] == [
        ("1", "naive", 0.25),
        ("1", "ridge", 0.75),
        ("2", "ridge", 1.0),
    ]
    units = graph.run("MATCH (u:ModelUnit) RETURN u.model_id AS id, u.created_at AS at ORDER BY id")
    assert [row["id"] for row in units] == ["naive", "ridge"]
    assert {row["at"] for row in units} == {make_run(1).created.isoformat()}


def test_a_real_prediction_is_in_the_graph_with_its_blend(platform, tmp_path):
    path = tmp_path / "plant.csv"
    days, random = np.arange(600), np.random.default_rng(4)
    values = 10 + np.sin(2 * np.pi * days / 24) + 0.1 * random.standard_normal(600)
    path.write_text(
        "time,power\n" + "\n".join(f"{t},{v}" for t, v in zip(days, values, strict=True))
    )
    read = platform.reader.read(path, ReadOptions())
    document = platform.predict.run(PredictRequest(read, path.name), Context.fresh())
    platform.atlas.catch_up()
    rows = platform.graph.run(
        "MATCH (s:EnergySnapshot {trace_id: $id})-[p:PREDICTED_BY]->(u:ModelUnit) "
        "RETURN u.model_id AS model, p.weight AS weight",
        {"id": document.trace_id},
    )
    assert not document.abstained
    told = {row["model"]: row["weight"] for row in rows}
    assert told == {name: w for name, w in document.forecast.weights.items() if w > 1e-6}
    assert sum(told.values()) == pytest.approx(1.0, abs=1e-4)
    detected = platform.graph.run(
        "MATCH (s:EnergySnapshot {trace_id: $id})-[:DETECTED_REGIME]->(t:RegimeTransition) "
        "RETURN t.regime_to AS regime",
        {"id": document.trace_id},
    )
    expected = [{"regime": document.regime.label}] if document.regime.confirmed else []
    assert detected == expected


def test_the_maps_of_the_atlas_are_those_of_the_catalogue(open_graph):
    maps, graph = in_memory(), open_graph()
    a_ramp(maps)
    show_in_graph(graph, maps)
    rows = graph.run("MATCH (m:EnergyMap) RETURN m.map_id AS id ORDER BY id")
    assert [row["id"] for row in rows] == [record.id for record in maps.every(MapQuery())]
