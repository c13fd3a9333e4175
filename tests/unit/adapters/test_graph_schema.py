"""The schema has every name of the blueprint's, and is what its versions make of it."""

import re

from industriverse.adapters.graph_schema import INDEXES, UNIQUES, VERSIONS, schema_of
from tests.contracts.graph_names import INDEXED, PROPERTIES, RELATIONS, UNIQUE

SCHEMA = schema_of(len(VERSIONS))


def test_every_label_has_every_property_and_its_key():
    assert len(PROPERTIES) == 11
    for label, properties in PROPERTIES.items():
        assert set(properties) <= set(SCHEMA.labels[label].columns), label
        assert SCHEMA.labels[label].key == next(iter(properties))


def test_every_relation_joins_its_labels_and_has_its_properties():
    assert len({name for _, name, _, _ in RELATIONS}) == 19
    for start, name, end, properties in RELATIONS:
        assert (start, end) in SCHEMA.relations[name].ends
        assert set(properties) == set(SCHEMA.relations[name].columns), name


def test_twelve_properties_are_unique_and_fifteen_are_looked_up():
    keys = {(label, SCHEMA.labels[label].key) for label in PROPERTIES}
    assert keys | {pair for version in UNIQUES for pair in version} == set(UNIQUE)
    assert len(set(UNIQUE)) == 12
    # what is unique is looked up by that
    assert set(INDEXED) <= {pair for version in INDEXES for pair in version} | set(UNIQUE)
    assert len(set(INDEXED)) == 15


def test_each_version_adds_and_takes_nothing_away():
    assert len(UNIQUES) == len(INDEXES) == len(VERSIONS)
    for number, statements in enumerate(VERSIONS, start=1):
        before, after = schema_of(number - 1), schema_of(number)
        for label, table in before.labels.items():
            assert table.columns.items() <= after.labels[label].columns.items()
            assert table.key == after.labels[label].key
        for name, table in before.relations.items():
            assert table.ends <= after.relations[name].ends
        for statement in statements:
            assert re.match(r"(CREATE (NODE|REL) TABLE|ALTER TABLE \w+ ADD) ", statement)
        for label, name in (*UNIQUES[number - 1], *INDEXES[number - 1]):
            assert name in after.labels[label].columns
