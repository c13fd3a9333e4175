"""Keeping, importing, patching and exporting maps, on fakes."""

import csv
import io
import json
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from industriverse.adapters.fields import FieldReader
from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.plugins import installed
from industriverse.kernel.ports import ReadOptions, ReadResult
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.atlas import (
    ImportRequest,
    Maps,
    PatchRequest,
    audit,
    export_croissant,
    import_maps,
    patch_map,
)
from tests.contracts.atlas_maps import facts_of, made_frames, next_version
from tests.contracts.croissant import broken_rules
from tests.fakes.clock import HandClock
from tests.fakes.maps import MemoryAtlasCatalog, MemoryMapStore

ASKED = ImportRequest("Plate 7.nc", "CC-BY-4.0", "a heated plate in a laboratory", "heat")


@pytest.fixture
def maps():
    return Maps(MemoryMapStore(), MemoryAtlasCatalog(), HandClock())


TEMPERATURE = 290.0 + np.random.default_rng(1).random((4, 16, 24))


def plate(**changes):
    grid = Grid((16, 24), (0.1, 0.2), ("y", "x"), ("m", "m"), ("reflecting", "open"))
    stated: dict[str, Any] = {"parameters": {"density": 2.0, "specific_heat": 3.0}, **changes}
    units = stated.pop("units", {"temperature": "K"})
    field = Trajectory({"temperature": TEMPERATURE}, units, grid, 100.0, 5.0, **stated)
    return ReadResult(field, ("temperature",), (4, 16, 24), ("Time was found.",), "ab" * 32)


def test_an_imported_field_is_listed_loaded_and_sound(maps):
    records = import_maps(maps, installed(), plate(), ASKED)
    assert [r.time_s for r in records] == [100.0, 105.0, 110.0, 115.0]
    first = maps.load(records[0].id)
    np.testing.assert_allclose(first.density, 6.0 * TEMPERATURE[0])
    assert (first.unit, first.domain) == ("J/m^3", "heat")
    assert "T_ref" in first.reference
    coarse = maps.load(records[0].id, level=2)
    assert coarse.grid.spacing == (0.2, 0.4)
    assert coarse.total == pytest.approx(first.total, rel=1e-12)
    assert records[0].provenance["source"] == ASKED.source
    assert records[0].sequence == "heat-plate-7-nc-ababababab"
    assert audit(maps).findings == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"licence": " "}, "licence"), ({"source": ""}, "source"), ({"domain": "fluid"}, "needs u")],
)
def test_an_import_states_licence_source_and_a_domain_that_fits(maps, changes, said):
    with pytest.raises(ContractError, match=said):
        import_maps(maps, installed(), plate(), replace(ASKED, **changes))
    assert maps.store.sequences() == ()


def test_an_unknown_unit_is_refused(maps):
    with pytest.raises(ContractError, match="unit"):
        import_maps(maps, installed(), plate(units={}), replace(ASKED, domain="field"))


def test_a_file_is_imported_once(maps):
    import_maps(maps, installed(), plate(), ASKED)
    with pytest.raises(ConflictError):
        import_maps(maps, installed(), plate(), ASKED)


def test_readings_of_sensors_become_one_map(maps):
    values = np.random.default_rng(2).standard_normal((200, 1))
    signals = Signals(0.0, 0.5, values, (Channel("a", "V"),), source="x")
    read = ReadResult(signals, ("a",), (200, 1), (), "cd" * 32)
    (record,) = import_maps(maps, installed(), read, replace(ASKED, domain=""))
    assert record.domain == "signal"
    assert record.axes == ("frequency", "time")
    assert audit(maps).findings == ()
    with pytest.raises(ContractError, match="sensors"):
        import_maps(maps, installed(), read, ASKED)


def test_cells_without_energy_are_refused(maps):
    facts = facts_of(grid=Grid((8,), (1.0,), ("x",), ("m",), ("open",)))
    for bad in (-1.0, np.nan):
        with pytest.raises(ContractError):
            maps.keep(facts, [(0.0, np.full(8, bad))])
    assert maps.store.sequences() == ()


def test_what_a_crash_left_unlisted_is_listed_again(maps):
    made = made_frames(facts_of())
    maps.store.write("flow-a", made)
    assert (maps.recover(), maps.recover()) == (3, 0)
    maps.store.add_version(*next_version(facts_of(), made[2][0]))
    assert maps.recover("flow-a") == 1
    assert maps.catalogue.get("flow-a/0002").version == 2
    assert audit(maps).findings == ()


def patched(maps, **changes):
    asked = PatchRequest("flow-a/0001", (2, 1), np.full((2, 2), 5.0), "a survey", level=4)
    return patch_map(maps, replace(asked, **changes))


def test_a_patch_is_a_new_version_chained_to_the_old(maps):
    made = made_frames(facts_of())
    maps.catalogue.add(maps.store.write("flow-a", made))
    second = patched(maps)
    third = patched(maps, values=np.full((1, 3), 0.0), keep_differences=True)
    assert (second.version, second.parent) == (2, made[1][0].checksum)
    assert (third.version, third.parent) == (3, second.checksum)
    assert "a survey" in third.provenance["patch"]
    now = maps.load("flow-a/0001", level=4)
    np.testing.assert_allclose(now.density[2, 1:4], 0.0)
    np.testing.assert_allclose(now.density[3, 1:3], 5.0)
    before = maps.load("flow-a/0001", version=1)
    np.testing.assert_array_equal(before.density, made[1][1][1])
    assert audit(maps).findings == ()
    with pytest.raises(NotFoundError):
        maps.load("flow-a/0001", version=4)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"source": ""}, ContractError),
        ({"level": 3}, ContractError),
        ({"map_id": "flow-a/0009"}, NotFoundError),
    ],
)
def test_a_patch_that_cannot_be_changes_nothing(maps, changes, error):
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of())))
    with pytest.raises(error):
        patched(maps, **changes)
    assert len(maps.store.records("flow-a")) == 3


def exported(maps, asked=None):
    """Return the files of an export by name."""
    files: dict[str, io.BytesIO] = {}

    @contextmanager
    def create(name):
        yield files.setdefault(name, io.BytesIO())

    count = export_croissant(maps, asked or MapQuery(), create)
    assert count == len(files)
    return {name: file.getvalue() for name, file in files.items()}


@pytest.fixture
def two(maps):
    """Return an atlas of two sequences, one of them patched."""
    for name in ("flow-a", "flow-b"):
        maps.catalogue.add(maps.store.write(name, made_frames(facts_of(name))))
    patched(maps)
    return maps


def test_an_export_holds_the_newest_maps_with_a_row_each(two):
    files = exported(two, MapQuery(domain="fluid"))
    assert set(files) == {"flow-a.npz", "flow-b.npz", "maps.csv", "croissant.json"}
    rows = list(csv.DictReader(io.StringIO(files["maps.csv"].decode())))
    assert len(rows) == 6
    for row in rows:
        with np.load(io.BytesIO(files[row["file"]])) as arrays:
            cells = arrays["energy"][int(row["frame"])]
            volume = float(arrays["dy"] * arrays["dx"])
            assert arrays["time"][int(row["frame"])] == float(row["time_s"])
        np.testing.assert_array_equal(cells, two.load(row["id"]).density)
        assert cells.sum() * volume == pytest.approx(float(row["energy"]), rel=1e-12)
    assert exported(two) == files
    with pytest.raises(NotFoundError):
        exported(two, MapQuery(domain="heat"))


def test_an_export_is_read_by_our_own_reader(maps, tmp_path):
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of(), 5)))
    path = tmp_path / "flow-a.npz"
    path.write_bytes(exported(maps)["flow-a.npz"])
    field = FieldReader(memory_bytes=1 << 20).read(path, ReadOptions()).observation
    assert isinstance(field, Trajectory)
    whole = np.stack([maps.load(f"flow-a/000{n}").density for n in range(5)])
    np.testing.assert_array_equal(field.variables["energy"], whole)


def test_an_export_draws_one_map_at_a_time(two, monkeypatch):
    """Each map's bytes are handed over before the next is read."""
    store, handed = two.store, []

    class File(io.BytesIO):
        def write(self, data):
            handed.append("bytes")
            return super().write(data)

    @contextmanager
    def create(name):
        yield File()

    read = store.read

    def counted(*words, **named):
        handed.append("map")
        return read(*words, **named)

    monkeypatch.setattr(store, "read", counted)
    export_croissant(two, MapQuery(sequence="flow-a"), create)
    maps_at = [at for at, what in enumerate(handed) if what == "map"]
    assert len(maps_at) == 3
    assert all(later - earlier > 1 for earlier, later in pairwise(maps_at))


def test_an_export_keeps_the_rules_of_croissant(two):
    files = exported(two)
    said = json.loads(files.pop("croissant.json"))
    assert broken_rules(said, files) == []
    assert said["license"] == "Apache-2.0"
    objects = [entry for entry in said["distribution"] if entry["@type"] == "cr:FileObject"]
    for entry in objects:
        assert entry["sha256"] == sha256_hex(files[entry["contentUrl"]])
        assert entry["contentSize"] == f"{len(files[entry['contentUrl']])} B"


def _without(name):
    return lambda said: said.pop(name)


BREAKS: dict[str, Any] = {
    "a licence": _without("license"),
    "a check sum": lambda said: said["distribution"][0].pop("sha256"),
    "one name for two": lambda said: said["distribution"][1].update({"@id": "maps"}),
    "a source": lambda said: said["recordSet"][0]["field"][0]["source"].pop("fileObject"),
    "a column": lambda said: said["recordSet"][0]["field"][0]["source"].update(
        {"extract": {"column": "none"}}
    ),
    "cells without a record set": lambda said: said["recordSet"].pop(1),
    "a key": lambda said: said["recordSet"][0].update({"key": {"@id": "maps/none"}}),
    "a context": lambda said: said["@context"].pop("fileSet"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_the_rules_of_croissant_miss_nothing(two, what):
    files = exported(two)
    said = json.loads(files.pop("croissant.json"))
    BREAKS[what](said)
    assert broken_rules(said, files) != []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in rdflib, which it stands on
def test_the_makers_of_croissant_read_an_export(two, tmp_path):
    makers = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    for name, data in exported(two).items():
        (tmp_path / name).write_bytes(data)
    dataset = makers.Dataset(jsonld=str(tmp_path / "croissant.json"))
    assert not dataset.metadata.ctx.issues.report()
    assert [records.id for records in dataset.metadata.record_sets] == ["maps", "sequences"]
    assert len(list(dataset.records("maps"))) == 6
