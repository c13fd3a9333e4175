"""The same graph store on another server that speaks Bolt."""

from contextlib import closing

import pytest

from industriverse.adapters.graph_neo4j import Neo4jGraphStore
from tests.arcadedb_server import running_server
from tests.contracts.graph_store import GraphStoreContract


@pytest.fixture(scope="module")
def server():
    with running_server() as server:
        yield server


class TestNeo4jGraphStoreOnArcadeDb(GraphStoreContract):
    @pytest.fixture
    def graph(self, server):
        server.run("MATCH (n) DETACH DELETE n")
        with closing(
            Neo4jGraphStore(server.url, user=server.user, password=server.password)
        ) as store:
            yield store
