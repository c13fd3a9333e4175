"""The contract of `GraphStore`."""

import threading

import pytest

from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ports import GraphStore

LABELS = {
    "EnergyDomain",
    "EnergyMap",
    "EnergySnapshot",
    "EnergyVector",
    "RegimeTransition",
    "ModelUnit",
    "Hypothesis",
    "Service",
    "Proof",
    "ShadowTwin",
    "ConsensusProposal",
}
SNAPSHOT = "CREATE (:EnergySnapshot {snapshot_id: $id, regime: $regime, energy_mean: $mean})"


class GraphStoreContract:
    @pytest.fixture
    def graph(self) -> GraphStore:
        raise NotImplementedError

    @pytest.fixture
    def ready(self, graph: GraphStore) -> GraphStore:
        graph.migrate()
        return graph

    def test_migrating_again_changes_nothing(self, graph: GraphStore):
        version = graph.migrate()
        graph.run(SNAPSHOT, {"id": "s", "regime": "stable", "mean": 1.0})
        assert graph.migrate() == version >= 1
        assert graph.run("MATCH (s:EnergySnapshot) RETURN count(*) AS n") == [{"n": 1}]

    @pytest.mark.parametrize("label", sorted(LABELS))
    def test_every_label_is_there(self, ready: GraphStore, label: str):
        assert ready.run(f"MATCH (n:{label}) RETURN count(*) AS n") == [{"n": 0}]

    def test_gives_back_values_of_every_kind(self, ready: GraphStore):
        ready.run(
            "CREATE (:Service {service_id: $id, name: $name, reliability: $r, capabilities: $c})",
            {"id": "s", "name": None, "r": 0.5, "c": ["é", "b"]},
        )
        rows = ready.run(
            "MATCH (s:Service) RETURN s.service_id AS id, s.name AS name, s.reliability AS r, "
            "s.capabilities AS c, 1 = 1 AS yes, 7 AS n"
        )
        assert rows == [{"id": "s", "name": None, "r": 0.5, "c": ["é", "b"], "yes": True, "n": 7}]

    def test_evolution_and_prediction_can_be_followed(self, ready: GraphStore):
        for name in ("s1", "s2", "s3"):
            ready.run(SNAPSHOT, {"id": name, "regime": "stable", "mean": 1.0})
        ready.run("CREATE (:ModelUnit {model_id: 'blend'})")
        for a, b in (("s1", "s2"), ("s2", "s3")):
            ready.run(
                "MATCH (a:EnergySnapshot {snapshot_id: $a}), (b:EnergySnapshot {snapshot_id: $b})"
                " MERGE (a)-[:EVOLVES_TO]->(b)",
                {"a": a, "b": b},
            )
        ready.run(
            "MATCH (s:EnergySnapshot {snapshot_id: 's3'}), (m:ModelUnit {model_id: 'blend'})"
            " CREATE (s)-[:PREDICTED_BY {weight: 1.0}]->(m)"
        )
        reached = ready.run(
            "MATCH (a:EnergySnapshot {snapshot_id: 's1'})-[:EVOLVES_TO*1..3]->(b:EnergySnapshot)"
            "-[p:PREDICTED_BY]->(m:ModelUnit) RETURN b.snapshot_id AS id, p.weight AS w"
        )
        assert reached == [{"id": "s3", "w": 1.0}]

    def test_a_key_is_unique(self, ready: GraphStore):
        ready.run(SNAPSHOT, {"id": "s", "regime": "stable", "mean": 1.0})
        with pytest.raises(ContractError):
            ready.run(SNAPSHOT, {"id": "s", "regime": "chaotic", "mean": 2.0})
        rows = ready.run("MATCH (s:EnergySnapshot) RETURN s.regime AS regime")
        assert rows == [{"regime": "stable"}]

    @pytest.mark.parametrize(
        "cypher",
        [
            "",
            "MATCH (n:EnergyMap RETURN n",
            "MATCH (n:Unknown) RETURN n.x",
            "MATCH (n:EnergyMap) RETURN n.unknown",
            "MATCH (n:EnergyMap {map_id: $missing}) RETURN n.scale",
            "CREATE (:ModelUnit {model_id: 'a'}); MATCH (n:Unknown) RETURN n",
            "RETURN 1 AS a; RETURN 2 AS b",
            "BEGIN TRANSACTION",
            "CREATE NODE TABLE Mine(id STRING PRIMARY KEY)",
            "DROP TABLE EnergyMap",
            "COPY EnergyMap FROM 'x.csv'",
            "RETURN 1/0 AS x",
        ],
    )
    def test_a_bad_statement_is_refused_and_leaves_nothing(self, ready: GraphStore, cypher: str):
        with pytest.raises(ContractError):
            ready.run(cypher)
        assert ready.run("MATCH (m:ModelUnit) RETURN count(*) AS n") == [{"n": 0}]

    def test_a_whole_node_is_not_a_value(self, ready: GraphStore):
        ready.run("CREATE (:ModelUnit {model_id: 'a'})")
        with pytest.raises(ContractError, match="'m'") as told:
            ready.run("MATCH (m:ModelUnit) RETURN m")
        assert "Return properties" in told.value.hint

    def test_words_in_quotes_are_not_statements(self, ready: GraphStore):
        rows = ready.run("RETURN 'a; DROP TABLE x' AS words, \"it's; so\" AS more // end; of it")
        assert rows == [{"words": "a; DROP TABLE x", "more": "it's; so"}]

    def test_threads_wait_for_each_other(self, ready: GraphStore):
        errors: list[Exception] = []

        def write(worker: int) -> None:
            try:
                for number in range(10):
                    name = f"{worker}-{number}"
                    ready.run(SNAPSHOT, {"id": name, "regime": "stable", "mean": 1.0})
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert ready.run("MATCH (s:EnergySnapshot) RETURN count(*) AS n") == [{"n": 40}]

    def test_a_closed_store_says_so(self, ready: GraphStore):
        ready.close()
        with pytest.raises(UnavailableError, match="closed"):
            ready.run("RETURN 1 AS x")
        ready.close()
