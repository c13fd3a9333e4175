"""Maps on disk: the contracts, and what a disk can do to them."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from industriverse.adapters.maps_zarr import ZarrMapStore
from industriverse.adapters.sql_atlas import SqlAtlasCatalog
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.kernel.errors import ConflictError, ContractError, UnavailableError
from tests.contracts.atlas_catalog import AtlasCatalogContract
from tests.contracts.atlas_maps import facts_of, made_frames, next_version
from tests.contracts.map_store import MapStoreContract


class TestZarrMapStore(MapStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return ZarrMapStore(tmp_path / "atlas")


class TestSqlAtlasCatalog(AtlasCatalogContract):
    @pytest.fixture
    def catalogue(self, tmp_path):
        database = SqlDatabase.open(f"sqlite:///{tmp_path / 'atlas.db'}")
        yield SqlAtlasCatalog(database)
        database.close()


@pytest.fixture
def atlas(tmp_path):
    store = ZarrMapStore(tmp_path / "atlas")
    store.write("flow-a", made_frames(facts_of()))
    return tmp_path / "atlas"


def chunk_of(atlas, frame=1, level=1):
    return atlas / "flow-a.zarr" / f"level_{level}" / "energy" / "c" / str(frame) / "0" / "0"


def test_other_programs_open_a_level_with_its_coordinates(atlas):
    made = made_frames(facts_of())
    with xr.open_zarr(atlas / "flow-a.zarr", group="level_2", consolidated=False) as level:
        assert level["energy"].dims == ("time", "y", "x")
        np.testing.assert_array_equal(level["energy"][2], made[2][1][2])
        np.testing.assert_allclose(level["x"][:2], [0.25, 0.75])
        np.testing.assert_allclose(level["time"], [0.0, 2.0, 4.0])


@pytest.mark.parametrize("at", [0, -1, 200])
def test_a_flipped_bit_is_noticed(atlas, at):
    path = chunk_of(atlas)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    store = ZarrMapStore(atlas)
    with pytest.raises(UnavailableError, match="damaged"):
        store.read("flow-a", 1)
    store.read("flow-a", 0)


def test_a_lost_chunk_is_no_map_of_zeros(atlas):
    chunk_of(atlas).unlink()
    with pytest.raises(UnavailableError, match="gone"):
        ZarrMapStore(atlas).read("flow-a", 1)


def test_broken_metadata_are_said(atlas):
    (atlas / "flow-a.zarr" / "zarr.json").write_text("{")
    with pytest.raises(UnavailableError, match="damaged"):
        ZarrMapStore(atlas).records("flow-a")


@pytest.mark.parametrize("name", ["../flow", "Flow", "", ".hidden", "a/b", "a" * 200])
def test_a_name_cannot_leave_the_folder(tmp_path, name):
    with pytest.raises(ContractError):
        ZarrMapStore(tmp_path).records(name)


def test_one_process_writes_at_a_time(atlas):
    store = ZarrMapStore(atlas)

    def during():
        with pytest.raises(ConflictError, match="Another process"):
            ZarrMapStore(atlas).delete("flow-a")
        yield from made_frames(facts_of("flow-b"))

    store.write("flow-b", during())
    assert store.sequences() == ("flow-a", "flow-b")


def test_what_a_kill_leaves_is_swept_by_the_next_writer(atlas):
    code = (
        "import os, sys, pathlib\n"
        "from industriverse.adapters.maps_zarr import ZarrMapStore\n"
        "from tests.contracts.atlas_maps import facts_of, made_frames\n"
        "def frames():\n"
        "    yield from made_frames(facts_of('flow-b'), 2)\n"
        "    os.kill(os.getpid(), 9)\n"
        f"ZarrMapStore(pathlib.Path({str(atlas)!r})).write('flow-b', frames())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    store = ZarrMapStore(atlas)
    assert store.sequences() == ("flow-a",)
    assert list(atlas.glob(".new-*"))
    versions = atlas / "flow-a.zarr" / "versions"
    store.add_version(*next_version(facts_of(), store.records("flow-a")[0]))
    shutil.copytree(versions / "0000_0002", versions / ".new-0001_0002")
    store.write("flow-b", made_frames(facts_of("flow-b")))
    assert not list(atlas.rglob(".new-*"))
    assert len(store.records("flow-a")) == 4
