"""The atlas follows the store of runs into the graph, once each, and after a crash too."""

import json
from dataclasses import replace

import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.kernel.context import Context
from industriverse.services.atlas import Atlas
from tests.contracts.run_store import make_run
from tests.fakes.runs import MemoryRunStore

DOCUMENT = {
    "annotation": {"unit": "J/m^3", "energy": 5.0, "entropy": 1.5},
    "input": {"shape": [4, 8, 8]},
    "regime": {"probabilities": {"stable": 0.8}, "confirmed": True},
    "forecast": {"model": "blend", "weights": {"ridge": 0.75, "persistence": 0.25, "season": 0.0}},
}
CONTEXT = Context("0" * 31 + "1", tenant="a")


def save(store: MemoryRunStore, number: int, **changes) -> None:
    run = make_run(number)
    store.save(replace(run, document=json.dumps(DOCUMENT).encode(), **changes))


@pytest.fixture
def runs():
    store = MemoryRunStore()
    for number in range(1, 6):
        save(store, number)
    save(store, 6, tenant="b")
    save(store, 7, domain="heat")
    return store


@pytest.fixture(params=["graph", "runs alone"])
def atlas(request, runs, tmp_path):
    if request.param == "runs alone":
        yield Atlas(None, runs)
        return
    graph = LadybugGraphStore(tmp_path / "graph")
    graph.migrate()
    yield Atlas(graph, runs)
    graph.close()


def test_maps_come_newest_first_and_page_on(atlas):
    first = atlas.maps(CONTEXT, before=None, limit=4, domain=None)
    rest = atlas.maps(CONTEXT, before=first[-1]["sequence"], limit=4, domain=None)
    assert [row["sequence"] for row in first + rest] == [7, 5, 4, 3, 2, 1]
    assert first[0]["shape"] == [4, 8, 8]
    assert first[0]["energy"] == 5.0


def test_maps_of_one_domain(atlas):
    found = atlas.maps(CONTEXT, before=None, limit=9, domain="heat")
    assert [row["domain"] for row in found] == ["heat"]


def test_catching_up_again_writes_nothing_and_joins_map_to_proof(runs, tmp_path):
    graph = LadybugGraphStore(tmp_path / "graph")
    graph.migrate()
    atlas = Atlas(graph, runs)
    assert (atlas.catch_up(), atlas.catch_up()) == (7, 0)
    save(runs, 8)
    assert atlas.catch_up() == 1
    rows = graph.run(
        "MATCH (d:EnergyDomain)-[:HAS_MAP]->(m)-[:HAS_SNAPSHOT]->(s)<-[:VALIDATES]-(p:Proof) "
        "RETURN count(*) AS n"
    )
    assert rows == [{"n": 8}]
    graph.close()
