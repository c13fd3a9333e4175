"""The graph on a real Neo4j server."""

import contextlib
import socket
import threading
from contextlib import closing

import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.adapters.graph_neo4j import Neo4jGraphStore
from industriverse.adapters.graph_schema import INDEXES, UNIQUES, VERSIONS, schema_of
from industriverse.bootstrap.settings import Settings
from industriverse.bootstrap.wiring import build_platform
from industriverse.kernel.errors import ConflictError, ContractError, UnavailableError
from industriverse.services.atlas import Atlas
from tests.contracts.graph_names import INDEXED, UNIQUE
from tests.contracts.graph_store import GraphStoreContract
from tests.fakes.runs import MemoryRunStore
from tests.integration.test_atlas import CONTEXT, save
from tests.integration.test_graph_of_maps import fill
from tests.neo4j_server import Server, running_server


@pytest.fixture(scope="module")
def server():
    with running_server() as server:
        yield server


@pytest.fixture
def empty(server: Server):
    server.run("MATCH (n) DETACH DELETE n")
    return server


def opened(server: Server, **changes: str) -> Neo4jGraphStore:
    words = {"url": server.url, "user": server.user, "password": server.password, **changes}
    return Neo4jGraphStore(words["url"], user=words["user"], password=words["password"])


class Way:
    """A way to a port of this machine that can be cut."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._whole = True
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]

    def __enter__(self) -> "Way":
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._door.close()

    def cut(self) -> None:
        self._whole = False
        self.shake()

    def mend(self) -> None:
        self._whole = True

    def shake(self) -> None:
        """Break off what is under way; whoever comes again is let in if the way is whole."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if not self._whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, giver: socket.socket, taker: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := giver.recv(1 << 16):
                taker.sendall(data)


class TestNeo4jGraphStore(GraphStoreContract):
    @pytest.fixture
    def graph(self, empty):
        with closing(opened(empty)) as store:
            yield store


@pytest.fixture
def bare(empty: Server):
    """A server without constraints and indexes."""
    for (name,) in empty.run("SHOW CONSTRAINTS YIELD name"):
        empty.run(f"DROP CONSTRAINT {name}")
    for (name,) in empty.run("SHOW INDEXES YIELD name, type WHERE type = 'RANGE' RETURN name"):
        empty.run(f"DROP INDEX {name}")
    return empty


def test_keys_are_constraints_and_the_looked_up_is_indexed(bare):
    with closing(opened(bare)) as store:
        store.migrate()
    rows = bare.run("SHOW CONSTRAINTS YIELD labelsOrTypes, properties, type")
    tables = schema_of(len(VERSIONS)).labels
    unique = {pair for version in UNIQUES for pair in version}
    assert {(labels[0], names[0]) for labels, names, _ in rows} == {
        *((label, table.key) for label, table in tables.items()),
        *unique,
    }
    assert set(UNIQUE) <= {(labels[0], names[0]) for labels, names, _ in rows}
    assert {kind for _, _, kind in rows} == {"UNIQUENESS"}
    rows = bare.run(
        "SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint "
        "WHERE owningConstraint IS NULL AND labelsOrTypes IS NOT NULL "
        "RETURN labelsOrTypes, properties"
    )
    made = {(labels[0], names[0]) for labels, names in rows}
    assert made == {pair for version in INDEXES for pair in version} - unique
    assert set(INDEXED) <= made | unique  # a constraint brings its index


def test_an_older_index_makes_way_for_a_constraint(bare, monkeypatch):
    monkeypatch.setattr("industriverse.adapters.graph_neo4j.VERSIONS", VERSIONS[:2])
    with closing(opened(bare)) as store:
        store.migrate()
        bare.run("CREATE INDEX EnergyDomain_name FOR (n:EnergyDomain) ON (n.name)")
        store.run("CREATE (:EnergyDomain {domain_id: 'd', name: 'fluid'})")
        monkeypatch.undo()
        assert store.migrate() == store.migrate() == len(VERSIONS)
        names = store.run("MATCH (d:EnergyDomain) RETURN d.name AS name")
    assert names == [{"name": "fluid"}]
    indexes = bare.run("SHOW INDEXES YIELD name WHERE name STARTS WITH 'EnergyDomain_name'")
    assert indexes == [["EnergyDomain_name_unique"]]


def test_programs_migrate_at_the_same_time(bare):
    stores, told = [opened(bare) for _ in range(4)], []

    def migrate(store: Neo4jGraphStore) -> None:
        try:
            told.append(store.migrate())
        except Exception as error:
            told.append(error)

    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [len(VERSIONS)] * 4
    rows = stores[0].run("MATCH (v:SchemaVersion) RETURN v.version AS v ORDER BY v")
    assert [row["v"] for row in rows] == list(range(1, len(VERSIONS) + 1))
    for store in stores:
        store.close()


def test_a_broken_off_migration_is_finished(bare, monkeypatch):
    with closing(opened(bare)) as store:
        real, done = store._execute, []

        def broken(cypher, parameters):
            done.append(cypher)
            if len(done) == 5:
                raise UnavailableError("cut")
            return real(cypher, parameters)

        monkeypatch.setattr(store, "_execute", broken)
        with pytest.raises(UnavailableError, match="cut"):
            store.migrate()
        monkeypatch.undo()
        with pytest.raises(ContractError, match="is no label"):
            store.run("MATCH (m:ModelUnit) RETURN m.model_id AS id")
        assert store.migrate() == len(VERSIONS)


def test_programs_write_the_same_nodes(empty):
    stores, errors = [opened(empty) for _ in range(3)], []
    stores[0].migrate()

    def write(store: Neo4jGraphStore) -> None:
        try:
            for number in range(15):
                store.run(
                    "MERGE (d:EnergyDomain {domain_id: 'd'}) MERGE (m:EnergyMap {map_id: $id}) "
                    "MERGE (d)-[:HAS_MAP]->(m)",
                    {"id": f"m{number}"},
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    counted = "MATCH (d:EnergyDomain)-[r:HAS_MAP]->(m:EnergyMap) RETURN count(r) AS n"
    assert stores[0].run(counted) == [{"n": 15}]
    for store in stores:
        store.close()


def test_what_was_written_is_there_for_another(empty):
    with closing(opened(empty)) as store:
        store.migrate()
        store.run("CREATE (:ModelUnit {model_id: 'a'})")
    with closing(opened(empty)) as other:
        assert other.run("MATCH (m:ModelUnit) RETURN m.model_id AS id") == [{"id": "a"}]


def test_a_graph_from_the_future_is_refused(empty):
    with closing(opened(empty)) as store:
        store.migrate()
        store.run("CREATE (:SchemaVersion {version: 99, statements: 0})")
        with pytest.raises(ConflictError, match="schema 99"):
            store.migrate()


def test_a_wrong_password_is_told(server):
    with pytest.raises(UnavailableError, match="refuses the user") as told:
        opened(server, password="not-the-one")
    assert "INDUSTRIVERSE_GRAPH_PASSWORD" in told.value.hint


@pytest.mark.parametrize(
    "url",
    ["", "bolt", "bolt://", "http://127.0.0.1:1", "bolt://a:b@127.0.0.1:1", "bolt://h:1?x=y"],
)
def test_a_url_of_no_server_is_told_without_its_secrets(url):
    with pytest.raises(ContractError) as told:
        Neo4jGraphStore(url, user="neo4j", password="x")
    assert "b@" not in str(told.value)


def test_a_server_that_is_not_there_is_told():
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9 does not answer") as told:
        Neo4jGraphStore("bolt://127.0.0.1:9", user="neo4j", password="x")
    assert "INDUSTRIVERSE_GRAPH_URL" in told.value.hint


@pytest.mark.parametrize(
    "cypher",
    [
        "CALL db.labels() YIELD label RETURN label",
        "MATCH (m:ModelUnit) CALL dbms.components() YIELD name RETURN name",
        "WITH 1 AS a LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "MATCH (m:ModelUnit) CALL { WITH m DELETE m } IN TRANSACTIONS",
        "MATCH (m:ModelUnit) FOREACH (x IN [1] | CREATE (:Mine))",
    ],
)
def test_what_only_a_server_understands_is_refused(empty, cypher):
    with closing(opened(empty)) as store:
        store.migrate()
        with pytest.raises(ContractError):
            store.run(cypher)


def test_a_lost_server_is_told_and_found_again(empty, monkeypatch):
    monkeypatch.setattr("industriverse.adapters.graph_neo4j._RETRY_S", 0.5)
    port = int(empty.url.rpartition(":")[2])
    with Way(port) as way, closing(opened(empty, url=f"bolt://127.0.0.1:{way.port}")) as store:
        store.migrate()
        way.cut()
        with pytest.raises(UnavailableError, match="does not answer"):
            store.run("RETURN 1 AS x")
        way.mend()
        assert store.run("RETURN 1 AS x") == [{"x": 1}]
        way.shake()
        store.run("MERGE (:ModelUnit {model_id: 'a'})")  # over a new connection, by itself
        assert empty.run("MATCH (m:ModelUnit) RETURN count(m)") == [[1]]


def test_the_atlas_tells_the_same_from_both_graphs(empty, tmp_path):
    runs, told = MemoryRunStore(), list[tuple[object, ...]]()
    for number in range(1, 6):
        save(runs, number)
    save(runs, 6, tenant="b")
    with closing(opened(empty)) as one, closing(LadybugGraphStore(tmp_path / "graph")) as other:
        for graph in (one, other):
            graph.migrate()
            atlas = Atlas(graph, runs)
            counts = (atlas.catch_up(), atlas.catch_up())
            joined = graph.run(
                "MATCH (d:EnergyDomain)-[:HAS_MAP]->(m:EnergyMap)-[:HAS_SNAPSHOT]->"
                "(s:EnergySnapshot)<-[:VALIDATES]-(p:Proof) "
                "RETURN m.sequence AS n, p.passed AS passed, s.confidence AS c ORDER BY n"
            )
            pages = [
                atlas.maps(CONTEXT, before=before, limit=2, domain=None) for before in (None, 4)
            ]
            told.append((counts, joined, pages))
    assert told[0] == told[1]
    assert told[0][0] == (6, 0)


def test_maps_and_predictions_leave_the_same_in_both_graphs(empty, tmp_path):
    with closing(opened(empty)) as one, closing(LadybugGraphStore(tmp_path / "graph")) as other:
        told = fill(one)
        assert told == fill(other)
    assert {name for name, held in told.items() if held} >= {
        "EnergyVector", "RegimeTransition", "ModelUnit", "EVOLVES_TO EnergySnapshot EnergySnapshot"
    }  # fmt: skip


def test_the_settings_choose_the_server(empty, tmp_path):
    words = {"graph_url": empty.url, "graph_user": empty.user, "graph_password": empty.password}
    settings = Settings(folder=tmp_path, watts_per_core=5, **words)
    with build_platform(settings, writer=True) as one, build_platform(settings) as other:
        assert isinstance(one.graph, Neo4jGraphStore)
        assert other.graph is not None  # no file, no lock: every program may use it
        one.graph.run("CREATE (:ModelUnit {model_id: 'a'})")
        rows = other.graph.run("MATCH (m:ModelUnit) RETURN m.model_id AS id")
        assert rows == [{"id": "a"}]
