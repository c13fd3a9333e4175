"""Fields of every format go into the atlas, also those that do not fit into memory."""

import gc
import tracemalloc
from dataclasses import replace

import h5py
import numpy as np
import pytest
import xarray as xr
import zarr

from industriverse.adapters.fields import FieldReader
from industriverse.adapters.file_reader import FileReader
from industriverse.adapters.maps_zarr import ZarrMapStore
from industriverse.kernel.errors import ContractError, InputError
from industriverse.kernel.maps import MapQuery
from industriverse.kernel.plugins import Catalog, installed, make_domain
from industriverse.kernel.ports import ReadOptions
from industriverse.services.atlas import ImportRequest, Maps, audit, import_file, import_long
from tests.fakes.clock import HandClock
from tests.fakes.maps import MemoryAtlasCatalog, MemoryMapStore

FRAMES, SIDE = 64, 128
SMALL, LARGE = 1 << 20, 1 << 30
STEP_S, SPACING = 5.0, 0.5
ASKED = ImportRequest("plate", "CC0-1.0", "a test", "heat")
TOLD = ReadOptions(units=(("temperature", "K"),), domain="heat")


def temperature(frames=FRAMES, side=SIDE):
    """Return `(time, y, x)` [K], each frame another; the lowest cell lies late."""
    values = 290.0 + np.random.default_rng(1).random((frames, side, side))
    values[-3, 5, 7] = 280.0
    return values


def labelled(values):
    axes = {"time": STEP_S * np.arange(len(values))}
    axes |= {name: SPACING * np.arange(values.shape[1]) for name in ("y", "x")}
    field = xr.DataArray(values, axes, ("time", "y", "x"), attrs={"units": "K"})
    for name, unit in (("time", "s"), ("y", "m"), ("x", "m")):
        field[name].attrs["units"] = unit
    return xr.Dataset({"temperature": field})


def as_npz(folder, values):
    np.savez(folder / "plate.npz", temperature=values, dt=STEP_S, dx=SPACING, dy=SPACING)
    return folder / "plate.npz"


def as_packed_npz(folder, values):
    made = folder / "plate.npz"
    np.savez_compressed(made, temperature=values, dt=STEP_S, dx=SPACING, dy=SPACING)
    return made


def as_netcdf(folder, values):
    labelled(values).to_netcdf(folder / "plate.nc", engine="h5netcdf")
    return folder / "plate.nc"


def as_classic_netcdf(folder, values):
    labelled(values).to_netcdf(folder / "plate.nc", engine="scipy", format="NETCDF3_64BIT")
    return folder / "plate.nc"


def as_hdf5(folder, values):
    with h5py.File(folder / "plate.h5", "w") as file:
        made = file.create_dataset("temperature", data=values, chunks=(1, *values.shape[1:]))
        made.attrs["units"] = "K"
        file.attrs.update(dt=STEP_S, dx=SPACING, dy=SPACING)
    return folder / "plate.h5"


def as_zarr(version):
    def write(folder, values):
        whole = labelled(values).chunk({"time": 1, "y": -1, "x": -1})
        whole.to_zarr(folder / "plate.zarr", zarr_format=version, consolidated=False)
        return folder / "plate.zarr"

    return write


def as_bare_zarr(folder, values):
    group = zarr.create_group(folder / "plate.zarr", attributes={"dt": STEP_S, "dx": SPACING})
    made = group.create_array("temperature", shape=values.shape, chunks=(1, *values.shape[1:]),
                              dtype="float64")  # fmt: skip
    made[...] = values
    return folder / "plate.zarr"


def as_folder(folder, values):
    (folder / "plate").mkdir()
    for number, frame in enumerate(values):
        np.savez(folder / "plate" / f"f{number}.npz", temperature=frame, dt=STEP_S, dx=SPACING)
    return folder / "plate"


FORMATS = {
    "Zarr 2": as_zarr(2),
    "Zarr 3": as_zarr(3),
    "Zarr without labels": as_bare_zarr,
    "HDF5": as_hdf5,
    "NetCDF 4": as_netcdf,
    "NetCDF 3": as_classic_netcdf,
    "NPZ": as_npz,
    "packed NPZ": as_packed_npz,
    "a folder of frames": as_folder,
}


def atlas():
    return Maps(MemoryMapStore(), MemoryAtlasCatalog(), HandClock())


def reader_of(memory):
    return FileReader([FieldReader(memory_bytes=memory)])


def imported(maps, path, memory, told=TOLD, asked=ASKED):
    return import_file(maps, installed(), reader_of(memory), path, told, asked)


@pytest.fixture(scope="module")
def small():
    """Return a plate, and what its NPZ file became."""
    return temperature(6, 16)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_becomes_the_same_maps(form, small, tmp_path):
    maps = atlas()
    records, _ = imported(maps, FORMATS[form](tmp_path, small), LARGE)
    assert [record.time_s for record in records] == [STEP_S * n for n in range(len(small))]
    assert {record.unit for record in records} == {"K"}
    for record, frame in zip(records, small, strict=True):
        np.testing.assert_array_equal(maps.load(record.id).density, frame)
    assert audit(maps).findings == ()


@pytest.mark.parametrize("form", ["Zarr 2", "Zarr 3", "HDF5"])
def test_the_terminal_imports_it_too(form, small, tmp_path, command):
    stated = ("--unit", "temperature=K", "--licence", "CC0-1.0", "--source", "a test")
    path = FORMATS[form](tmp_path, small)
    done = command(tmp_path / "home", "atlas", "import", path, *stated, "--domain", "heat")
    assert done.returncode == 0, done.stderr
    assert f"{len(small)} maps of heat" in done.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_a_field_eight_times_the_memory_arrives_whole(form, tmp_path):
    values = temperature()
    assert values.nbytes == 8 * SMALL
    maps = atlas()
    records, said = imported(maps, FORMATS[form](tmp_path, values), SMALL)
    assert any(f"All {FRAMES} frames were read" in sentence for sentence in said)
    assert [record.time_s for record in records] == [STEP_S * n for n in range(FRAMES)]
    for record, frame in zip(records, values, strict=True):
        np.testing.assert_array_equal(maps.store.read(record.sequence, record.frame), frame)
    assert audit(maps).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["Zarr 3", "HDF5", "packed NPZ"])
def test_importing_it_takes_little_memory(form, tmp_path):
    path = FORMATS[form](tmp_path, temperature())
    maps = Maps(ZarrMapStore(tmp_path / "atlas"), MemoryAtlasCatalog(), HandClock())
    imported(maps, path, LARGE, asked=replace(ASKED, name="first"))  # loads what it needs
    # Threads of other tests in this process may allocate meanwhile; not in both.
    assert min(peak_of_import(maps, path, name) for name in ("windows", "again")) < 4 * SMALL


def peak_of_import(maps, path, name):
    gc.collect()
    tracemalloc.start()
    try:
        records, _ = imported(maps, path, SMALL, asked=replace(ASKED, name=name))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(records) == FRAMES
    return peak


DOMAINS = {
    "field": {"salinity": "1"},
    "heat": {"temperature": ""},  # without a unit the reference is the lowest of all frames
    "convection": {"temperature": "K", "velocity_x": "m/s", "velocity_y": "m/s"},
    "climate": {"depth": "m", "velocity_x": "m/s", "velocity_y": "m/s"},
}


@pytest.mark.parametrize("domain", DOMAINS)
def test_in_windows_a_map_is_what_it_is_whole(domain, tmp_path):
    """Coasts, passing holes, a late minimum, uneven times: all as if memory held every frame."""
    random = np.random.default_rng(4)
    path = tmp_path / "plate.nc"
    sea = np.ones((32, 32), bool)
    sea[:4, :9] = False
    made = {}
    for name, unit in DOMAINS[domain].items():
        values = 290.0 + random.random((40, 32, 32))
        values[31, 20, 20] = 281.0
        values[:, ~sea] = np.nan
        values[7:9, 10, 10] = np.nan
        values[0, 11, 11] = np.nan
        values[-1, 12, 12] = np.nan
        made[name] = (("time", "y", "x"), values, {"units": unit})
    times = np.arange(40.0)
    times[20:] += 0.7
    coordinates = {"time": ("time", times, {"units": "s"})}
    coordinates |= {axis: (axis, np.arange(32.0), {"units": "m"}) for axis in ("y", "x")}
    data = xr.Dataset({**made, "gravity": ((), 9.81, {"units": "m s-2"})}, coordinates)
    data.to_netcdf(path, engine="h5netcdf")
    told, asked = ReadOptions(domain=domain), replace(ASKED, domain=domain)
    seen = []
    for memory in (LARGE, 8 * 8 * 32 * 32 * len(made)):
        maps = atlas()
        with reader_of(memory).open_long(path, told) as long:
            assert (long is None) == (memory == LARGE)
        imported(maps, path, memory, told, asked)
        known = [(r.time_s, r.content, r.provenance["zero"]) for r in maps.every(MapQuery())]
        seen.append(known)
    whole, windows = seen
    assert len(whole) == 40
    assert windows == whole


def test_holes_that_no_whole_frame_ends_are_refused_not_guessed(tmp_path):
    values = temperature(64, 16)
    for frame in range(64):
        values[frame, frame % 16, :3] = np.nan
    with pytest.raises(InputError, match="no frame without holes"):
        imported(atlas(), as_netcdf(tmp_path, values), 8 * 8 * 16 * 16)


def test_frames_of_which_not_four_fit_are_refused(tmp_path):
    with pytest.raises(InputError, match="do not fit"):
        imported(atlas(), as_npz(tmp_path, temperature(8, 32)), 2 * 8 * 32 * 32)


def test_a_reference_that_windows_cannot_know_is_refused(tmp_path, monkeypatch):
    """A formula that takes the mean of all frames would differ from window to window."""
    catalog = installed()
    real = make_domain(catalog.get("heat"))

    class Drifting:
        law = real.law
        map_grid = staticmethod(real.map_grid)
        budget = staticmethod(real.budget)
        entropy = staticmethod(real.entropy)

        def fits(self, trajectory):
            return 1.0

        def energy(self, trajectory):
            values = trajectory.variables["temperature"]
            return (values - values.mean()) ** 2, "K", "the mean"

    monkeypatch.setattr(Catalog, "domains", lambda self: [Drifting()])
    maps = atlas()
    path = as_npz(tmp_path, temperature(64, 16))
    with reader_of(8 * 8 * 16 * 16).open_long(path, TOLD) as long:
        assert long is not None
        with pytest.raises(ContractError, match="changes along the file"):
            import_long(maps, catalog, long, ASKED)
    assert maps.store.sequences() == ()


def test_a_table_and_a_short_field_are_not_long(tmp_path):
    table = tmp_path / "plant.csv"
    table.write_text("time,flow\n" + "\n".join(f"{n},{n % 7}" for n in range(40)) + "\n")
    reader = FileReader()
    for path in (table, as_npz(tmp_path, temperature(6, 16))):
        with reader.open_long(path, ReadOptions()) as long:
            assert long is None
