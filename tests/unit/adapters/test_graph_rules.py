"""A statement is held to the schema before a server sees it; the contract suite asks the same."""

import pytest

from industriverse.adapters.graph_patterns import read_statement
from industriverse.adapters.graph_rules import fitted
from industriverse.adapters.graph_schema import VERSIONS, schema_of
from industriverse.kernel.errors import ContractError

SCHEMA = schema_of(len(VERSIONS))


def fit(cypher: str, **parameters):
    return fitted(read_statement(cypher), SCHEMA, parameters)


@pytest.mark.parametrize(
    "cypher",
    [
        "RETURN 1 AS a",
        "RETURN {a: 1, b: [1, 2]}.a = 1 AS one",
        "RETURN [1, 2, 3][0..2] AS part, 2.5 AS x, duration.between(date(), date()) AS d",
        "MATCH (m:`EnergyMap`) RETURN m.`title` AS `The title: (m:Nothing)`",
        "MATCH (m:EnergyMap) WHERE m.title = '(n:Nothing {x: 1})' /* (n:Nothing) */ RETURN m.unit",
        "MATCH (m) RETURN m.title AS title // m.nothing",
        "MATCH (d)-[r:PREDICTED_BY {weight: 1.0}]->() WHERE r.weight > 1e-3 RETURN d.regime AS r",
        "MATCH (a)-->(b)<--(c)--(d) RETURN a.name AS name",
        "MATCH p = (a:EnergySnapshot)-[:EVOLVES_TO*1..3]->(b:EnergySnapshot) RETURN length(p) AS n",
        "MATCH (m:EnergyMap) WITH m AS n RETURN n.title AS title, count(n) AS k",
        "MATCH (m:EnergyMap) RETURN max(m.sequence - (m.scale) - [1][0]) AS n",
        "MATCH (a:ModelUnit) CALL { WITH a MATCH (a)-[:PARENT_OF]->(b:ModelUnit) RETURN b } "
        "RETURN b.model_id AS id",
        "MATCH (m:EnergyMap) SET m.title = CASE WHEN m.scale > 1 THEN 'a' ELSE 'b' END, "
        "m.scale = size([x IN [1, 2] WHERE x > 1 | x]) RETURN m.title AS title",
        "MERGE (m:EnergyMap {map_id: toString(count(1))}) ON MATCH SET m.scale = 1 "
        "ON CREATE SET m.scale = 2 MERGE (n:ModelUnit {model_id: 'a'})",
        "MATCH (a:ModelUnit|Service) DETACH DELETE a",
        "MATCH (a:ModelUnit {model_id: 'a'}), (b:ModelUnit) CREATE (b)<-[:PARENT_OF]-(a)",
    ],
)
def test_lets_pass(cypher):
    assert fit(cypher) == {}


@pytest.mark.parametrize(
    ("cypher", "words"),
    [
        ("MATCH (n:Nothing) RETURN 1", "Nothing is no label"),
        ("MATCH (n:EnergyMap|Nothing) RETURN 1", "Nothing is no label"),
        ("MATCH (n {nothing: 1}) RETURN 1", "no property nothing"),
        ("MATCH (a)-[:NOTHING]->(b) RETURN 1", "NOTHING is no relation"),
        ("MATCH (a)<-[r:HAS_MAP {weight: 1}]-(b) RETURN 1", "no property weight"),
        ("MATCH (n:EnergyMap) WITH n AS m RETURN m.nothing", "no property nothing"),
        ("MATCH (n:EnergyMap) RETURN (n).nothing", "no property nothing"),
        ("MATCH (n:EnergyMap) WHERE EXISTS { MATCH (n)--(x:Nothing) } RETURN 1", "no label"),
        ("MATCH (n:EnergyMap) WHERE n:Proof RETURN 1", "outside a pattern"),
        ("MATCH (n:EnergyMap) SET n = {title: 'a'}", "one by one"),
        ("MATCH (n:EnergyMap) SET n.title = 'a', n += {unit: 'J'}", "one by one"),
        ("MATCH (n:EnergyMap) REMOVE n.title", "REMOVE"),
        ("MATCH (n:EnergyMap) SET n.scale = 1.5", "holds INT64"),
        ("MATCH (n:EnergyMap) SET n.scale = true", "holds INT64"),
        ("CREATE (:Proof {proof_id: 'a', passed: 1})", "holds BOOL"),
        ("CREATE (:Proof {proof_id: 7})", "holds STRING"),
        ("CREATE (:Service {service_id: 'a', capabilities: 'b'})", r"holds STRING\[\]"),
        ("CREATE (:Proof {proof_id: NULL})", "needs its key"),
        ("CREATE (a)", "has one label"),
        ("MATCH (a:Proof) CREATE ()-[:SETTLES]->(a)", "has one label"),
        ("MATCH (a:Proof), (b:Proof) MERGE (a)-[:SETTLES]-(b)", "a direction"),
        ("MATCH (a:Proof), (b:Proof) MERGE (a)-[:SETTLES|VALIDATES]->(b)", "one name"),
        (
            "MATCH (a:Proof), (b:ModelUnit) MERGE (b)-[:SETTLES]->(a)",
            "does not lead from ModelUnit",
        ),
        ("MATCH (a:Proof), (b:ModelUnit) MERGE (b)<-[:SETTLES]-(a)", "does not lead from Proof"),
        ("CALL db.labels() YIELD label RETURN label", "Procedures"),
        ("MATCH (m:Proof) CALL { WITH m DELETE m } IN TRANSACTIONS", "TRANSACTIONS"),
        ("WITH 1 AS a LOAD CSV FROM 'x' AS line RETURN line", "LOAD"),
    ],
)
def test_refuses(cypher, words):
    with pytest.raises(ContractError, match=words):
        fit(cypher)


def test_a_whole_number_for_a_real_one_becomes_one():
    cypher = "CREATE (:EnergyMap {map_id: $id, energy: $energy, scale: $scale, title: $title})"
    given = {"id": "a", "energy": 2, "scale": 3, "title": None}
    fitting = fit(cypher, **given)
    assert fitting == given
    assert type(fitting["energy"]) is float
    assert type(fitting["scale"]) is int


def test_before_the_first_version_there_is_nothing():
    with pytest.raises(ContractError, match="no label"):
        fitted(read_statement("MATCH (m:EnergyMap) RETURN 1 AS x"), schema_of(0), {})
