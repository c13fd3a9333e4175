"""Keeping, importing, patching and exporting maps, on fakes."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.plugins import installed
from industriverse.kernel.ports import ReadResult
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


def test_an_export_describes_its_files_in_croissant(maps):
    for name in ("flow-a", "flow-b"):
        maps.catalogue.add(maps.store.write(name, made_frames(facts_of(name))))
    patched(maps)
    files = dict(export_croissant(maps, MapQuery(domain="fluid")))
    assert set(files) == {"flow-a.npz", "flow-b.npz", "maps.csv", "croissant.json"}
    said = json.loads(files["croissant.json"])
    assert said["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert said["license"] == "Apache-2.0"
    for entry in said["distribution"]:
        assert entry["sha256"] == sha256_hex(files[entry["contentUrl"]])
    rows = list(csv.DictReader(io.StringIO(files["maps.csv"].decode())))
    fields = [field["source"]["extract"]["column"] for field in said["recordSet"][0]["field"]]
    assert fields == list(rows[0])
    for row in rows:
        with np.load(io.BytesIO(files[row["file"]])) as arrays:
            cells = arrays["energy"][int(row["frame"])]
            volume = float(arrays["dy"] * arrays["dx"])
        assert cells.sum() * volume == pytest.approx(float(row["energy"]), rel=1e-12)
    with pytest.raises(NotFoundError):
        list(export_croissant(maps, MapQuery(domain="heat")))
