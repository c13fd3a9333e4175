"""The graph's schema by version. A published version never changes; a new one is appended.

Times are RFC 3339 text in UTC: they sort, and every Cypher store holds them. A map's cells lie in
arrays and in the vector store; only salient cells become an `EnergyVector`.

The statements are those of the embedded engine, whose tables are typed. For a server without such
tables, `schema_of` reads from them what each label and relation may hold.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

_FIRST = (
    """CREATE NODE TABLE EnergyDomain(domain_id STRING PRIMARY KEY, name STRING,
        description STRING, created_at STRING)""",
    """CREATE NODE TABLE EnergyMap(map_id STRING PRIMARY KEY, domain_id STRING, tenant STRING,
        scale INT64, energy_mean DOUBLE, energy_var DOUBLE, entropy DOUBLE, unit STRING,
        blob STRING, created_at STRING)""",
    """CREATE NODE TABLE EnergySnapshot(snapshot_id STRING PRIMARY KEY, map_id STRING,
        tenant STRING, timestamp STRING, energy_mean DOUBLE, energy_var DOUBLE, entropy DOUBLE,
        regime STRING, confidence DOUBLE, trace_id STRING)""",
    """CREATE NODE TABLE EnergyVector(vector_id STRING PRIMARY KEY, map_id STRING, x INT64,
        y INT64, energy DOUBLE, grad_x DOUBLE, grad_y DOUBLE, laplacian DOUBLE,
        local_entropy DOUBLE, temporal_trend DOUBLE, regime_score DOUBLE)""",
    """CREATE NODE TABLE RegimeTransition(regime_id STRING PRIMARY KEY, domain STRING,
        tenant STRING, regime_from STRING, regime_to STRING, start_time STRING, end_time STRING,
        stability_score DOUBLE, energy_delta DOUBLE)""",
    """CREATE NODE TABLE ModelUnit(model_id STRING PRIMARY KEY, architecture STRING,
        fitness DOUBLE, energy_efficiency DOUBLE, generation INT64, blob STRING,
        created_at STRING)""",
    """CREATE NODE TABLE Hypothesis(hypothesis_id STRING PRIMARY KEY, content STRING,
        dataset_id STRING, created_by STRING, created_at STRING, blob STRING,
        energy_prediction_mean DOUBLE, energy_prediction_std DOUBLE, regime STRING,
        confidence DOUBLE)""",
    """CREATE NODE TABLE Service(service_id STRING PRIMARY KEY, name STRING, type STRING,
        endpoint STRING, cloud_provider STRING, region STRING, energy_cost DOUBLE,
        reliability DOUBLE, capabilities STRING[])""",
    """CREATE NODE TABLE Proof(proof_id STRING PRIMARY KEY, tenant STRING, stage STRING,
        passed BOOL, domain STRING, leaf INT64, energy_predicted DOUBLE, energy_observed DOUBLE,
        created_at STRING)""",
    """CREATE NODE TABLE ShadowTwin(twin_id STRING PRIMARY KEY, model_version STRING,
        status STRING, vote_count INT64, agreement_rate DOUBLE, last_active STRING)""",
    """CREATE NODE TABLE ConsensusProposal(proposal_id STRING PRIMARY KEY,
        leader_twin_id STRING, energy_predicted DOUBLE, confidence DOUBLE, status STRING,
        votes_accept INT64, votes_reject INT64, created_at STRING, committed_at STRING)""",
    "CREATE REL TABLE HAS_MAP(FROM EnergyDomain TO EnergyMap)",
    "CREATE REL TABLE HAS_SNAPSHOT(FROM EnergyMap TO EnergySnapshot)",
    "CREATE REL TABLE HAS_VECTOR(FROM EnergySnapshot TO EnergyVector)",
    "CREATE REL TABLE LOCATED_IN(FROM EnergyVector TO EnergyMap)",
    "CREATE REL TABLE EVOLVES_TO(FROM EnergySnapshot TO EnergySnapshot, seconds DOUBLE)",
    "CREATE REL TABLE PREDICTED_BY(FROM EnergySnapshot TO ModelUnit, weight DOUBLE)",
    "CREATE REL TABLE DETECTED_REGIME(FROM EnergySnapshot TO RegimeTransition)",
    "CREATE REL TABLE IN_DOMAIN(FROM RegimeTransition TO EnergyDomain)",
    "CREATE REL TABLE PARENT_OF(FROM ModelUnit TO ModelUnit)",
    "CREATE REL TABLE TRAINED_ON(FROM ModelUnit TO EnergySnapshot)",
    "CREATE REL TABLE PREDICTS(FROM ModelUnit TO EnergyDomain)",
    "CREATE REL TABLE TARGETS_DOMAIN(FROM Hypothesis TO EnergyDomain)",
    "CREATE REL TABLE USES_SERVICE(FROM Hypothesis TO Service)",
    "CREATE REL TABLE DEPENDS_ON(FROM Hypothesis TO Hypothesis)",
    "CREATE REL TABLE VALIDATES(FROM Proof TO Hypothesis, FROM Proof TO EnergySnapshot)",
    "CREATE REL TABLE SETTLES(FROM Proof TO Proof)",
    "CREATE REL TABLE CONSENSUS_BY(FROM Proof TO ShadowTwin)",
    "CREATE REL TABLE PROPOSED_BY(FROM ConsensusProposal TO ShadowTwin)",
    """CREATE REL TABLE VOTED_ON(FROM ShadowTwin TO ConsensusProposal, vote STRING,
        timestamp STRING)""",
    "CREATE REL TABLE RESULTED_IN(FROM ConsensusProposal TO Proof)",
)

_RUNS = (
    "ALTER TABLE EnergyMap ADD title STRING",
    "ALTER TABLE EnergyMap ADD energy DOUBLE",
    "ALTER TABLE EnergyMap ADD shape STRING",
    "ALTER TABLE EnergyMap ADD proof_id STRING",
    "ALTER TABLE EnergyMap ADD sequence INT64",
)

_FACTS = (
    "ALTER TABLE EnergyDomain ADD resolution INT64[]",
    "ALTER TABLE EnergyMap ADD facts INT64",
    "ALTER TABLE EnergySnapshot ADD domain STRING",
    "ALTER TABLE EnergySnapshot ADD scale INT64",
    "ALTER TABLE EnergySnapshot ADD gradient_magnitude_mean DOUBLE",
    "ALTER TABLE EnergySnapshot ADD gradient_magnitude_max DOUBLE",
    "ALTER TABLE EnergySnapshot ADD version INT64",
    "ALTER TABLE EnergySnapshot ADD source STRING",
    "ALTER TABLE EnergySnapshot ADD patch_hash STRING",
    "ALTER TABLE EnergySnapshot ADD bbox INT64[]",
    "ALTER TABLE EnergySnapshot ADD delta_norm DOUBLE",
    "ALTER TABLE EnergyVector ADD coords INT64[]",
    "ALTER TABLE RegimeTransition ADD source STRING",
    "ALTER TABLE RegimeTransition ADD sequence INT64",
    "ALTER TABLE RegimeTransition ADD start_s DOUBLE",
    "ALTER TABLE RegimeTransition ADD end_s DOUBLE",
    "ALTER TABLE RegimeTransition ADD energy_start DOUBLE",
    "ALTER TABLE ModelUnit ADD accuracy DOUBLE",
    "ALTER TABLE ModelUnit ADD parent_ids STRING[]",
    "ALTER TABLE Hypothesis ADD energy_map_utid STRING",
    "ALTER TABLE Proof ADD hypothesis_id STRING",
    "ALTER TABLE Proof ADD validation_status STRING",
    "ALTER TABLE Proof ADD energy_fidelity DOUBLE",
    "ALTER TABLE Proof ADD consensus_votes INT64",
    "ALTER TABLE Proof ADD confidence DOUBLE",
    "ALTER TABLE Proof ADD pft_amount DOUBLE",
    "ALTER TABLE Proof ADD minted_at STRING",
)

VERSIONS: tuple[tuple[str, ...], ...] = (_FIRST, _RUNS, _FACTS)
"""Statements that lead from each version to the next; version n is `VERSIONS[n - 1]`."""

VERSION_TABLE = "SchemaVersion"
VERSION_TABLE_STATEMENT = (
    f"CREATE NODE TABLE {VERSION_TABLE}(version INT64 PRIMARY KEY, statements INT64)"
)

INDEXES: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("EnergyDomain", "name"),
        ("EnergyMap", "domain_id"),
        ("EnergyMap", "created_at"),
        ("EnergySnapshot", "map_id"),
        ("EnergySnapshot", "timestamp"),
        ("EnergyVector", "map_id"),
        ("RegimeTransition", "domain"),
        ("RegimeTransition", "start_time"),
        ("Hypothesis", "created_at"),
        ("Proof", "created_at"),
        ("ConsensusProposal", "status"),
        ("ConsensusProposal", "created_at"),
    ),
    (("EnergyMap", "sequence"),),
    (
        ("EnergyVector", "coords"),
        ("RegimeTransition", "source"),
        ("Hypothesis", "energy_map_utid"),
        ("Proof", "hypothesis_id"),
        ("Proof", "minted_at"),
    ),
)
"""What each version makes quick to look up beside the keys, where an engine has such indexes."""

UNIQUES: tuple[tuple[tuple[str, str], ...], ...] = ((), (), (("EnergyDomain", "name"),))
"""What each version declares to be no two nodes' beside the keys; null is nobody's."""

_TABLE = re.compile(r"CREATE (NODE|REL) TABLE (\w+)\((.*)\)", re.DOTALL)
_COLUMN = re.compile(r"ALTER TABLE (\w+) ADD (\w+) (\S+)")


@dataclass(slots=True)
class Table:
    """What a label or a kind of relation may hold.

    Attributes:
        columns: Type by property.
        key: The property that names a node; "" for relations.
        ends: Pairs of labels that a relation leads from and to.
    """

    columns: dict[str, str] = field(default_factory=dict[str, str])
    key: str = ""
    ends: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """Labels and kinds of relations by name."""

    labels: dict[str, Table]
    relations: dict[str, Table]


@cache
def schema_of(version: int) -> Schema:
    """Return what the graph may hold at a version; nothing at version 0.

    Examples:
        >>> schema_of(1).labels["ModelUnit"].key
        'model_id'
        >>> schema_of(1).relations["HAS_MAP"].ends
        {('EnergyDomain', 'EnergyMap')}
        >>> "title" in schema_of(1).labels["EnergyMap"].columns
        False
        >>> schema_of(2).labels["EnergyMap"].columns["title"]
        'STRING'
    """
    schema = Schema({}, {})
    first = (VERSION_TABLE_STATEMENT,) if version else ()
    for statement in (*first, *(one for each in VERSIONS[:version] for one in each)):
        if made := _TABLE.match(statement):
            kind, name, columns = made.groups()
            tables = schema.labels if kind == "NODE" else schema.relations
            tables[name] = _table(column.split() for column in columns.split(","))
        elif added := _COLUMN.match(statement):
            name, column, of = added.groups()
            (schema.labels.get(name) or schema.relations[name]).columns[column] = of
    return schema


def _table(columns: Iterable[list[str]]) -> Table:
    table = Table()
    for words in columns:
        match words:
            case ["FROM", start, "TO", end]:
                table.ends.add((start, end))
            case [name, of, *rest]:
                table.columns[name] = of
                table.key = name if rest == ["PRIMARY", "KEY"] else table.key
            case _:
                pass
    return table
