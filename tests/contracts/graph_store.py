"""The contract of `GraphStore`."""

import threading

import pytest

from industriverse.adapters.graph_schema import VERSIONS
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.ports import GraphStore
from industriverse.kernel.ports.graph import Parameter, Value
from tests.contracts.graph_names import PROPERTIES, RELATIONS, UNIQUE

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

    @pytest.mark.parametrize("label", sorted(PROPERTIES))
    def test_every_label_is_there(self, ready: GraphStore, label: str):
        assert ready.run(f"MATCH (n:{label}) RETURN count(*) AS n") == [{"n": 0}]

    @pytest.mark.parametrize("label", sorted(PROPERTIES))
    def test_every_property_comes_back_as_it_went(self, ready: GraphStore, label: str):
        given: dict[str, Parameter] = dict(PROPERTIES[label])  # pyright: ignore[reportAssignmentType]
        key, *others = given
        sets = ", ".join(f"n.{name} = ${name}" for name in others)
        ready.run(f"MERGE (n:{label} {{{key}: ${key}}}) ON CREATE SET {sets}", given)
        told = ", ".join(f"n.{name} AS {name}" for name in given)
        (row,) = ready.run(f"MATCH (n:{label}) RETURN {told}")
        assert row == given
        assert {name: type(value) for name, value in row.items()} == {
            name: type(value) for name, value in given.items()
        }

    @pytest.mark.parametrize(("start", "name", "end", "properties"), RELATIONS)
    def test_every_relation_leads_one_way_between_its_labels(
        self, ready: GraphStore, start: str, name: str, end: str, properties: dict[str, Parameter]
    ):
        ends = (
            f"(a:{start} {{{next(iter(PROPERTIES[start]))}: 'a'}})",
            f"(b:{end} {{{next(iter(PROPERTIES[end]))}: 'b'}})",
        )
        for node in ends:
            ready.run(f"CREATE {node}")
        sets = ", ".join(f"r.{key} = ${key}" for key in properties)
        merge = f"MATCH {ends[0]}, {ends[1]} MERGE (a)-[r:{name}]->(b)"
        for _ in range(2):
            ready.run(merge + (f" ON CREATE SET {sets}" if sets else ""), properties)
        told = "".join(f", r.{key} AS {key}" for key in properties)
        there = f"MATCH {ends[0]}-[r:{name}]->{ends[1]} RETURN 1 AS found{told}"
        assert ready.run(there) == [{"found": 1, **properties}]
        assert ready.run(f"MATCH {ends[0]}<-[r:{name}]-{ends[1]} RETURN r IS NULL AS x") == []
        if start != end:
            with pytest.raises(ContractError):
                ready.run(f"MATCH {ends[0]}, {ends[1]} MERGE (b)-[r:{name}]->(a)")

    @pytest.mark.parametrize(("label", "name"), UNIQUE)
    def test_no_two_nodes_have_what_is_unique(self, ready: GraphStore, label: str, name: str):
        key = next(iter(PROPERTIES[label]))
        create = f"CREATE (:{label} {{{key}: $key}})"
        if name != key:
            create = f"CREATE (:{label} {{{key}: $key, {name}: $value}})"
        ready.run(create, {"key": "a", "value": "same"})
        with pytest.raises(ContractError):
            ready.run(create, {"key": "a" if name == key else "b", "value": "same"})
        assert ready.run(f"MATCH (n:{label}) RETURN n.{key} AS key") == [{"key": "a"}]

    def test_a_name_that_is_taken_is_not_taken_over(self, ready: GraphStore):
        for domain in ("a", "b"):
            ready.run(
                "MERGE (d:EnergyDomain {domain_id: $id}) ON CREATE SET d.name = $id", {"id": domain}
            )
        rename = "MATCH (d:EnergyDomain {domain_id: 'b'}) SET d.name = $name"
        with pytest.raises(ContractError):
            ready.run(rename, {"name": "a"})
        ready.run(rename, {"name": "c"})
        for domain in ("x", "y"):  # no name is nobody's
            ready.run("CREATE (:EnergyDomain {domain_id: $id})", {"id": domain})
        rows = ready.run("MATCH (d:EnergyDomain) RETURN d.name AS name ORDER BY name")
        assert [row["name"] for row in rows] == ["a", "c", None, None]

    def test_an_older_graph_is_brought_up_to_date_and_keeps_its_data(
        self, graph: GraphStore, monkeypatch: pytest.MonkeyPatch
    ):
        for adapter in ("graph_ladybug", "graph_neo4j"):
            monkeypatch.setattr(f"industriverse.adapters.{adapter}.VERSIONS", VERSIONS[:2])
        assert graph.migrate() == 2
        graph.run(
            "CREATE (:EnergyDomain {domain_id: 'd', name: 'fluid'})-[:HAS_MAP]->"
            "(:EnergyMap {map_id: 'm', title: 'old', sequence: 7})"
        )
        with pytest.raises(ContractError):
            graph.run("MATCH (d:EnergyDomain) RETURN d.resolution AS r")
        monkeypatch.undo()
        assert graph.migrate() == graph.migrate() == len(VERSIONS)
        graph.run("MATCH (d:EnergyDomain) SET d.resolution = $cells", {"cells": [64, 32]})
        assert graph.run(
            "MATCH (d:EnergyDomain)-[:HAS_MAP]->(m:EnergyMap) RETURN d.name AS name, "
            "d.resolution AS cells, m.title AS title, m.sequence AS n, m.facts AS facts"
        ) == [{"name": "fluid", "cells": [64, 32], "title": "old", "n": 7, "facts": None}]

    def test_rows_are_written_in_one_statement(self, ready: GraphStore):
        rows: Parameter = [
            {"id": f"v{n}", "map": f"m{n % 2}", "e": n, "at": [n, 1], "score": n / 4}
            for n in range(300)
        ]
        for _ in range(2):
            ready.run(
                "UNWIND $rows AS row MERGE (v:EnergyVector {vector_id: row.id}) "
                "SET v.energy = row.e, v.coords = row.at, v.regime_score = row.score",
                {"rows": rows},
            )
        maps: Parameter = [{"id": "m0"}, {"id": "m1"}]
        ready.run("UNWIND $maps AS one CREATE (:EnergyMap {map_id: one.id})", {"maps": maps})
        for _ in range(2):
            ready.run(
                "UNWIND $rows AS row MATCH (v:EnergyVector {vector_id: row.id}), "
                "(m:EnergyMap {map_id: row.map}) MERGE (v)-[:LOCATED_IN]->(m)",
                {"rows": rows},
            )
        told = ready.run(
            "MATCH (v:EnergyVector)-[r:LOCATED_IN]->(m:EnergyMap) "
            "RETURN m.map_id AS id, count(r) AS n, sum(v.energy) AS e ORDER BY id"
        )
        assert told == [{"id": "m0", "n": 150, "e": 22350.0}, {"id": "m1", "n": 150, "e": 22500.0}]
        assert isinstance(told[0]["e"], float)
        last = "MATCH (v:EnergyVector {vector_id: 'v299'}) RETURN v.coords AS at"
        assert ready.run(last) == [{"at": [299, 1]}]

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [{"id": "a", "n": "three"}],
            [{"id": "a", "n": None}],
            [{"id": "a", "n": 1}, {"id": "b", "n": None}],
            [{"id": "a", "n": 1}, {"id": "b", "n": 2.5}],
            [{"id": "a", "n": 1}, {"id": "b"}],
            [{"id": "a", "n": 1}, {"n": 1, "id": "b"}],
            [{"id": "a", "n": 1}, "b"],
            [{"id": "a", "n": 1 << 63}],
            [{"id": "a", "other": 1}],
            ["a"],
        ],
    )
    def test_rows_that_do_not_fit_are_refused_and_leave_nothing(
        self, ready: GraphStore, rows: Parameter
    ):
        with pytest.raises(ContractError):
            ready.run(
                "UNWIND $rows AS row CREATE (:ModelUnit {model_id: row.id, generation: row.n})",
                {"rows": rows},
            )
        assert ready.run("MATCH (m:ModelUnit) RETURN count(*) AS n") == [{"n": 0}]

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
            "MATCH (n:EnergyMap) RETURN n.regime_score AS of_another_label",
            "MATCH (n:EnergyMap {unknown: 1}) RETURN n.map_id",
            "MATCH (n:EnergyMap) WHERE n.unknown = 1 RETURN n.map_id",
            "MATCH (n:EnergyMap)-[:UNKNOWN]->(d:EnergyDomain) RETURN d.name",
            "MATCH (a:EnergySnapshot)-[r:EVOLVES_TO]->(b:EnergySnapshot) RETURN r.unknown",
            "MERGE (m:ModelUnit {model_id: 'a'}) ON CREATE SET m.unknown = 1",
            "MERGE (m:ModelUnit {model_id: 'a'}) SET m.generation = 'three'",
            "MERGE (m:ModelUnit {model_id: 'a'}) SET m.model_id = 'b'",
            "MERGE (m:ModelUnit {model_id: 'a'}) SET m += {generation: 3}",
            "MERGE (m:ModelUnit {model_id: 'a'}) SET m:Service",
            "CREATE (m:ModelUnit {model_id: 'a', unknown: 1})",
            "CREATE (m:ModelUnit {model_id: null})",
            "CREATE (m:ModelUnit {fitness: 1.0})",
            "CREATE (m:ModelUnit)",
            "MERGE (m:ModelUnit {fitness: 1.0})",
            "CREATE (m:ModelUnit:Service {model_id: 'a', service_id: 'a'})",
            "CREATE (m {model_id: 'a'})",
            "CREATE (:Unknown {id: 'a'})",
            "CREATE (m:ModelUnit {model_id: 'a'})-[:HAS_MAP]->(s:Service {service_id: 's'})",
            "CREATE (m:ModelUnit {model_id: 'a'})<-[:PREDICTS]-(d:EnergyDomain {domain_id: 'd'})",
            "CREATE (m:ModelUnit {model_id: 'a'})-[:UNKNOWN]->(d:EnergyDomain {domain_id: 'd'})",
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

    def test_before_migrating_there_is_no_label(self, graph: GraphStore):
        with pytest.raises(ContractError):
            graph.run("MATCH (m:ModelUnit) RETURN m.model_id AS id")

    def test_threads_migrate_at_the_same_time(self, graph: GraphStore):
        told: list[object] = []
        threads = [threading.Thread(target=lambda: told.append(graph.migrate())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert told == [graph.migrate()] * 3

    def test_merging_sets_what_is_new_once(self, ready: GraphStore):
        merge = (
            "MERGE (m:EnergyMap {map_id: $id}) ON CREATE SET m.title = $title, m.energy = $energy "
            "SET m.sequence = $sequence"
        )
        for number in (1, 2):
            words = {"id": "m", "title": f"title {number}", "energy": 2, "sequence": number}
            ready.run(merge, words)
        rows = ready.run(
            "MATCH (m:EnergyMap) RETURN m.title AS title, m.energy AS energy, m.sequence AS n"
        )
        assert rows == [{"title": "title 1", "energy": 2.0, "n": 2}]
        assert isinstance(rows[0]["energy"], float)  # whatever was given: the property is one

    def test_merging_a_relation_again_adds_none(self, ready: GraphStore):
        ready.run("CREATE (:EnergyDomain {domain_id: 'd'})")
        ready.run("CREATE (:EnergyMap {map_id: 'm'})")
        for _ in range(2):
            ready.run(
                "MATCH (d:EnergyDomain {domain_id: 'd'}), (m:EnergyMap {map_id: 'm'}) "
                "MERGE (d)-[:HAS_MAP]->(m)"
            )
        assert ready.run(
            "MATCH (:EnergyDomain)-[r:HAS_MAP]->(:EnergyMap) RETURN count(r) AS n"
        ) == [{"n": 1}]
        wrong_way = "MATCH (m:EnergyMap)-[r:HAS_MAP]->(d:EnergyDomain) RETURN count(r) AS n"
        assert ready.run(wrong_way) == [{"n": 0}]

    def test_one_kind_of_relation_joins_several_labels(self, ready: GraphStore):
        ready.run(
            "CREATE (:Proof {proof_id: 'p'})-[:VALIDATES]->(:Hypothesis {hypothesis_id: 'h'})"
        )
        ready.run("MATCH (p:Proof) CREATE (p)-[:VALIDATES]->(:EnergySnapshot {snapshot_id: 's'})")
        rows = ready.run(
            "MATCH (p:Proof)-[:VALIDATES]->(n:Hypothesis|EnergySnapshot) RETURN p.proof_id AS id"
        )
        assert rows == [{"id": "p"}] * 2

    def test_rows_come_in_order_and_null_is_the_largest(self, ready: GraphStore):
        for number, fitness in ((1, 0.5), (2, None), (3, -1.0), (4, 2.5)):
            ready.run(
                "CREATE (:ModelUnit {model_id: $id, fitness: $fitness, generation: $n})",
                {"id": f"m{number}", "fitness": fitness, "n": number},
            )

        def order(words: str, **given: int) -> list[object]:
            rows = ready.run(
                f"MATCH (m:ModelUnit) RETURN m.generation AS n ORDER BY {words}", given
            )
            return [row["n"] for row in rows]

        assert order("m.fitness") == [3, 1, 4, 2]
        assert order("m.fitness DESC") == [2, 4, 1, 3]
        assert order("m.fitness DESC, m.generation LIMIT 2") == [2, 4]
        assert order("m.generation SKIP $skip LIMIT $limit", skip=1, limit=2) == [2, 3]

    def test_the_largest_of_nothing_is_null(self, ready: GraphStore):
        largest = "MATCH (m:EnergyMap) RETURN max(m.sequence) AS newest"
        assert ready.run(largest) == [{"newest": None}]
        for number in (3, 11, 7):
            ready.run(
                "CREATE (:EnergyMap {map_id: $id, sequence: $n})", {"id": str(number), "n": number}
            )
        assert ready.run(largest) == [{"newest": 11}]

    def test_takes_lists_and_gives_them_back(self, ready: GraphStore):
        ready.run("CREATE (:Service {service_id: 'a', capabilities: $c})", {"c": []})
        ready.run("UNWIND $ids AS id CREATE (:ModelUnit {model_id: id})", {"ids": ["x", "y", "z"]})
        assert ready.run("MATCH (s:Service) RETURN s.capabilities AS c") == [{"c": []}]
        rows = ready.run(
            "MATCH (m:ModelUnit) WHERE m.model_id IN $ids RETURN m.model_id AS id ORDER BY id",
            {"ids": ["x", "z", "none"]},
        )
        assert rows == [{"id": "x"}, {"id": "z"}]
        rows = ready.run(
            "MATCH (m:ModelUnit) WITH m ORDER BY m.model_id LIMIT 9 "
            "RETURN collect(m.model_id) AS ids"
        )
        assert rows == [{"ids": ["x", "y", "z"]}]

    @pytest.mark.parametrize(
        "value",
        [None, True, -(1 << 63), (1 << 63) - 1, 0.1, float("inf"), "", "$x; '\"é", [1.5, 2.0]],
    )
    def test_a_parameter_comes_back_as_it_went(self, ready: GraphStore, value: Value):
        rows = ready.run("RETURN $x AS x", {"x": value})
        assert rows == [{"x": value}]
        assert type(rows[0]["x"]) is type(value)

    @pytest.mark.parametrize("value", [1 << 63, [-(1 << 63) - 1]])
    def test_a_number_beyond_64_bits_is_refused(self, ready: GraphStore, value: Value):
        with pytest.raises(ContractError, match="'x'"):
            ready.run("RETURN $x AS x", {"x": value})

    def test_a_parameter_of_the_wrong_type_is_refused(self, ready: GraphStore):
        create = "CREATE (:ModelUnit {model_id: 'a', generation: $n})"
        with pytest.raises(ContractError):
            ready.run(create, {"n": "three"})
        ready.run(create, {"n": None})
        with pytest.raises(ContractError):
            ready.run("MATCH (m:ModelUnit) SET m.generation = $n", {"n": "three"})
        assert ready.run("MATCH (m:ModelUnit) RETURN m.generation AS n") == [{"n": None}]

    def test_a_parameter_that_is_not_used_is_let_be(self, ready: GraphStore):
        assert ready.run("RETURN 1 AS x", {"unused": 2}) == [{"x": 1}]

    def test_a_key_must_be_given(self, ready: GraphStore):
        for verb in ("CREATE", "MERGE"):
            with pytest.raises(ContractError):
                ready.run(f"{verb} (:ModelUnit {{model_id: $id}})", {"id": None})
        assert ready.run("MATCH (m:ModelUnit) RETURN count(*) AS n") == [{"n": 0}]

    def test_a_node_with_relations_is_deleted_with_them_only(self, ready: GraphStore):
        ready.run("CREATE (:ModelUnit {model_id: 'a'})-[:PARENT_OF]->(:ModelUnit {model_id: 'b'})")
        with pytest.raises(ContractError):
            ready.run("MATCH (m:ModelUnit {model_id: 'a'}) DELETE m")
        ready.run("MATCH (m:ModelUnit {model_id: 'a'}) DETACH DELETE m")
        assert ready.run("MATCH (m:ModelUnit) RETURN m.model_id AS id") == [{"id": "b"}]

    def test_names_bound_before_are_written_with(self, ready: GraphStore):
        ready.run("CREATE (:ModelUnit {model_id: 'a'})-[:PARENT_OF]->(:ModelUnit {model_id: 'b'})")
        ready.run(
            "MATCH (a)-[:PARENT_OF]->(b:ModelUnit) WITH a, b "
            "CREATE (a)-[:PARENT_OF]->(:ModelUnit {model_id: b.model_id + '2'})"
        )
        rows = ready.run(
            "MATCH (a:ModelUnit {model_id: 'a'}) OPTIONAL MATCH (a)-[:PARENT_OF]->(b:ModelUnit) "
            "RETURN b.model_id AS id ORDER BY id"
        )
        assert rows == [{"id": "b"}, {"id": "b2"}]

    def test_patterns_in_conditions(self, ready: GraphStore):
        ready.run("CREATE (:ModelUnit {model_id: 'a'})-[:PARENT_OF]->(:ModelUnit {model_id: 'b'})")
        rows = ready.run(
            "MATCH (m:ModelUnit) WHERE EXISTS { MATCH (m)-[:PARENT_OF]->(:ModelUnit) } "
            "AND (m.fitness IS NULL OR (m.generation - 1) > 2) "
            "RETURN CASE WHEN m.fitness IS NULL THEN 'none' ELSE 'some' END AS words, "
            "toUpper(m.model_id) AS `The Id`"
        )
        assert rows == [{"words": "none", "The Id": "A"}]

    def test_a_list_of_nodes_is_not_a_value(self, ready: GraphStore):
        ready.run("CREATE (:ModelUnit {model_id: 'a'})")
        with pytest.raises(ContractError, match="'ms'"):
            ready.run("MATCH (m:ModelUnit) RETURN collect(m) AS ms")

    def test_a_day_is_text(self, ready: GraphStore):
        assert ready.run("RETURN date('2026-11-25') AS day") == [{"day": "2026-11-25"}]

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
