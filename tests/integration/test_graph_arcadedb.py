"""The same graph store on another server that speaks Bolt."""

from contextlib import closing

import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.adapters.graph_neo4j import Neo4jGraphStore
from industriverse.adapters.graph_schema import VERSIONS
from industriverse.kernel.errors import ContractError
from tests.arcadedb_server import running_server
from tests.contracts.graph_store import GraphStoreContract
from tests.integration.test_graph_of_maps import fill


@pytest.fixture(scope="module")
def server():
    with running_server() as server:
        yield server


def test_an_older_index_makes_way_for_a_constraint(server, monkeypatch):
    # the first test here: nothing is made on the server yet
    server.run("MATCH (n) DETACH DELETE n")
    monkeypatch.setattr("industriverse.adapters.graph_neo4j.VERSIONS", VERSIONS[:2])
    with closing(Neo4jGraphStore(server.url, user=server.user, password=server.password)) as store:
        store.migrate()
        server.run("CREATE INDEX EnergyDomain_name FOR (n:EnergyDomain) ON (n.name)")
        create = "CREATE (:EnergyDomain {domain_id: $id, name: 'fluid'})"
        store.run(create, {"id": "a"})
        monkeypatch.undo()
        assert store.migrate() == store.migrate() == len(VERSIONS)
        with pytest.raises(ContractError):
            store.run(create, {"id": "b"})
        names = store.run("MATCH (d:EnergyDomain) RETURN d.domain_id AS id, d.name AS name")
    assert names == [{"id": "a", "name": "fluid"}]


class TestNeo4jGraphStoreOnArcadeDb(GraphStoreContract):
    @pytest.fixture
    def graph(self, server):
        server.run("MATCH (n) DETACH DELETE n")
        with closing(
            Neo4jGraphStore(server.url, user=server.user, password=server.password)
        ) as store:
            yield store


def test_maps_and_predictions_leave_the_same_as_in_the_embedded_graph(server, tmp_path):
    server.run("MATCH (n) DETACH DELETE n")
    with (
        closing(Neo4jGraphStore(server.url, user=server.user, password=server.password)) as one,
        closing(LadybugGraphStore(tmp_path / "graph")) as other,
    ):
        assert fill(one) == fill(other)
