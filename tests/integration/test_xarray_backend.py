"""xarray finds `ds.energy` and the atlas' sequences by itself."""

import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from xarray.backends.plugins import guess_engine, list_engines

from industriverse.adapters.maps_zarr import ZarrMapStore
from industriverse.apps.xarray_backend import AtlasBackend
from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.fields import Grid
from industriverse.services.atlas import Maps, PatchRequest, patch_map
from tests.contracts.atlas_maps import facts_of, made_frames
from tests.fakes.clock import HandClock
from tests.fakes.maps import MemoryAtlasCatalog

USED = """
import json, sys
import xarray
data = xarray.open_dataset(sys.argv[1])
opened = sorted({name.split(".")[0] for name in sys.modules})
ours = sorted(name for name in sys.modules if name.startswith("industriverse"))
total = data.energy.total("heat")
alone = data["temperature"].energy.maps("heat")
print(json.dumps({"opened": opened, "ours": ours, "total": total.values.tolist(),
                  "unit": total.attrs["units"], "same": bool((alone == data.temperature).all())}))
"""
TIMED = """
import time
import xarray, xarray.backends.plugins
began = time.perf_counter()
import industriverse.apps.xarray_backend
print(time.perf_counter() - began)
"""
BROKEN = """
import sys, xarray
sys.modules["jax"] = sys.modules["zarr"] = None
data = xarray.open_dataset(sys.argv[1])
print(float(data.temperature.sum()))
"""


def alone(code, *words):
    """Run code in a Python of its own, where nothing of ours is imported; warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "plate.nc"
    temperature = 280.0 + np.random.default_rng(0).random((4, 16, 32))
    axes = {"time": 60.0 * np.arange(4), "y": 0.5 * np.arange(16), "x": 0.25 * np.arange(32)}
    field = xr.DataArray(temperature, axes, ("time", "y", "x"), attrs={"units": "K"})
    xr.Dataset({"temperature": field}).to_netcdf(path, engine="h5netcdf")
    return path


def test_a_user_of_xarray_alone_has_energy(plate):
    found = json.loads(alone(USED, plate))
    with xr.open_dataset(plate) as data:
        expected = data["temperature"].sum(("y", "x")) * 0.5 * 0.25
        np.testing.assert_allclose(found["total"], expected, rtol=1e-12)
    assert (found["unit"], found["same"]) == ("K", True)
    # Opening a file loads one module of ours and none that it does not need.
    assert found["ours"] == [
        "industriverse",
        "industriverse.apps",
        "industriverse.apps.xarray_backend",
    ]
    assert not {"jax", "pydantic", "sqlalchemy", "typer"} & set(found["opened"])


def test_finding_it_takes_less_than_50_ms():
    assert min(float(alone(TIMED)) for _ in range(3)) < 0.05


def test_xarray_opens_files_where_what_we_need_is_missing(plate):
    with xr.open_dataset(plate) as data:
        assert float(alone(BROKEN, plate)) == pytest.approx(float(data["temperature"].sum()))


@pytest.fixture
def atlas(tmp_path):
    maps = Maps(ZarrMapStore(tmp_path), MemoryAtlasCatalog(), HandClock())
    maps.catalogue.add(maps.store.write("flow-a", made_frames(facts_of())))
    patch_map(maps, PatchRequest("flow-a/0001", (0, 0), np.ones((2, 2)), "a test"))
    return maps, tmp_path / "flow-a.zarr"


def test_it_is_listed_and_guessed_for_sequences_of_the_atlas_only(atlas, plate, tmp_path):
    _, path = atlas
    assert "industriverse" in list_engines()
    assert guess_engine(path) == "industriverse"
    other = tmp_path / "other.zarr"
    xr.Dataset({"a": ("x", np.arange(3.0))}).to_zarr(other, zarr_format=3, consolidated=False)
    backend = AtlasBackend()
    for no in (other, plate, tmp_path, tmp_path / "none.zarr", path / "level_1", 7, None):
        assert not backend.guess_can_open(no)
    (path / "zarr.json").write_text("{ broken")
    assert not backend.guess_can_open(path)


def test_a_sequence_opens_as_its_newest_maps_with_cf_attributes(atlas):
    maps, path = atlas
    with xr.open_dataset(path) as data:
        for place, record in enumerate(maps.newest("flow-a")):
            np.testing.assert_array_equal(data["energy"][place], maps.load(record.id).density)
            assert data["checksum"].values[place] == record.checksum
        first = maps.catalogue.get("flow-a/0000")
        assert data["version"].values.tolist() == [1, 2, 1]
        assert data["energy"].dims == ("time", *first.axes)
        assert data["energy"].attrs["units"] == first.unit
        assert data["time"].values.tolist() == [r.time_s for r in maps.newest("flow-a")]
        assert data.attrs["Conventions"].startswith("CF-1.")
        assert data.attrs["license"] == first.licence
        for axis, unit in zip(first.axes, first.axis_units, strict=True):
            assert data[axis].attrs["units"] == unit
        cell = np.prod(first.spacing)
        np.testing.assert_allclose(data["energy"].sum(first.axes) * cell, data["total_energy"])
    for level in first.levels:
        with xr.open_dataset(path, engine="industriverse", level=level) as coarse:
            np.testing.assert_array_equal(
                coarse["energy"][2], maps.load("flow-a/0002", level=level).density
            )
            assert float(coarse[first.axes[0]][0]) == 0.5 * level * first.spacing[0]


def test_cells_are_read_frame_by_frame(atlas):
    maps, path = atlas
    read = []
    with pytest.MonkeyPatch.context() as patch:
        inner = ZarrMapStore.read
        patch.setattr(
            ZarrMapStore, "read", lambda self, *a, **k: read.append(a) or inner(self, *a, **k)
        )
        with xr.open_dataset(path) as data:
            assert read == []
            part = data["energy"][1:, 2, ::-1].values
            assert read == [("flow-a", 1), ("flow-a", 2)]
            one = float(data["energy"][0, 3, 4])
    whole = [maps.load(f"flow-a/000{n}").density for n in range(3)]
    np.testing.assert_array_equal(part, np.stack(whole[1:])[:, 2, ::-1])
    assert one == whole[0][3, 4]


def test_energy_of_a_sequence_is_its_maps_and_not_their_squares(atlas):
    _, path = atlas
    with xr.open_dataset(path) as data:
        total = data.energy.total()
        np.testing.assert_allclose(total, data["total_energy"], rtol=1e-12)
        np.testing.assert_allclose(data.energy.entropy("fluid"), data["entropy"], rtol=1e-12)
        np.testing.assert_array_equal(data.energy.maps(), data["energy"])
        with pytest.raises(ContractError, match="fluid"):
            data.energy.maps("heat")


def test_it_travels_through_netcdf(atlas, tmp_path):
    _, path = atlas
    with xr.open_dataset(path) as data:
        data.to_netcdf(tmp_path / "copy.nc", engine="h5netcdf")
        with xr.open_dataset(tmp_path / "copy.nc") as copy:
            xr.testing.assert_identical(copy.load(), data.load())


def test_maps_of_frequency_and_time_have_an_axis_of_their_own(tmp_path):
    ends = ("open", "open")
    grid = Grid((16, 16), (0.5, 2.0), ("frequency", "time"), ("Hz", "s"), ends)
    facts = facts_of(grid=grid)
    ZarrMapStore(tmp_path).write("flow-a", made_frames(facts))
    with xr.open_dataset(tmp_path / "flow-a.zarr", engine="industriverse") as data:
        assert data["energy"].dims == ("time", "frequency", "time_in_map")
        assert data["time_in_map"].values[:2].tolist() == [1.0, 3.0]


def test_what_is_not_there_or_damaged_is_said(atlas):
    _, path = atlas
    with pytest.raises(NotFoundError, match="level 3"):
        xr.open_dataset(path, level=3)
    with pytest.raises(NotFoundError):
        xr.open_dataset(path.with_name("none.zarr"), engine="industriverse")
    chunk = path / "level_1" / "energy" / "c" / "0" / "0" / "0"
    chunk.unlink()
    with xr.open_dataset(path) as data, pytest.raises(UnavailableError, match="gone"):
        data["energy"].load()
    dropped = xr.open_dataset(path, drop_variables="regime")
    assert "regime" not in dropped
