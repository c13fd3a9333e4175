"""One field stored in many ways is read as one."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
import zarr

from industriverse.adapters.fields import FieldReader
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import ReadOptions
from industriverse.kernel.signals import Signals

RNG = np.random.default_rng(7)
HEAT = RNG.normal(300, 5, (8, 5, 6))
FLOW = RNG.normal(0, 1, (8, 5, 6))
X, Y = np.arange(6) * 0.5, np.arange(5) * 2.0


def labelled(**attributes) -> xr.Dataset:
    dims = ("time", "y", "x")
    return xr.Dataset(
        {
            "heat": (dims, HEAT.copy(), {"units": "kelvin"}),
            "flow": (dims, FLOW.copy(), {"units": "m s**-1"}),
        },
        coords={
            "time": ("time", np.arange(8.0), {"units": "minutes since 2026-01-01"}),
            "y": ("y", Y, {"units": "m"}),
            "x": ("x", X, {"units": "m"}),
        },
        attrs=attributes,
    )


def read(path: Path, **options) -> Trajectory:
    trajectory = FieldReader().read(path, ReadOptions(**options)).observation
    assert isinstance(trajectory, Trajectory)
    return trajectory


def assert_truth(trajectory: Trajectory):
    np.testing.assert_allclose(trajectory.variables["heat"], HEAT, rtol=1e-6)
    np.testing.assert_allclose(trajectory.variables["flow"], FLOW, rtol=1e-6)
    assert trajectory.grid.shape == (5, 6)
    assert trajectory.grid.spacing == pytest.approx((2.0, 0.5))
    assert trajectory.step_s == 60.0
    assert trajectory.valid is None


def netcdf4(path: Path) -> Path:
    labelled().to_netcdf(path / "a.nc", engine="h5netcdf")
    return path / "a.nc"


def netcdf3(path: Path) -> Path:
    labelled().to_netcdf(path / "a.nc", engine="scipy", format="NETCDF3_64BIT")
    return path / "a.nc"


def zarr2(path: Path) -> Path:
    labelled().to_zarr(path / "a.zarr", zarr_format=2, consolidated=False)
    return path / "a.zarr"


def zarr3(path: Path) -> Path:
    labelled().to_zarr(path / "a.zarr", zarr_format=3, consolidated=False)
    return path / "a.zarr"


def packed(path: Path) -> Path:
    code = {"dtype": "i4", "scale_factor": 1e-7, "add_offset": 300.0, "_FillValue": -(2**31)}
    labelled().to_netcdf(path / "a.nc", engine="h5netcdf", encoding={"heat": code})
    return path / "a.nc"


def hdf5(path: Path) -> Path:
    with h5py.File(path / "a.h5", "w") as file:
        file["heat"], file["flow"] = HEAT, FLOW
        file["heat"].attrs["units"], file["flow"].attrs["units"] = "K", "m/s"
        file.attrs.update({"dt": 60.0, "dx": 0.5, "dy": 2.0})
    return path / "a.h5"


def npz(path: Path) -> Path:
    np.savez_compressed(
        path / "a.npz", heat=HEAT, flow=FLOW, dt=60.0, dx=0.5, dy=2.0,
        units=np.array(["K", "m/s"]), boundary="periodic", domain="heat", conductivity=0.6,
    )  # fmt: skip
    return path / "a.npz"


def frames_npz(path: Path) -> Path:
    (path / "frames").mkdir()
    for i in range(8):
        scalars = {"dt": 60.0, "dx": 0.5, "dy": 2.0}
        frame: dict[str, Any] = {"heat": HEAT[i], "flow": FLOW[i], **scalars}
        np.savez(path / "frames" / f"f{i + 3}.npz", **frame)
    return path / "frames"


def frames_nc(path: Path) -> Path:
    (path / "frames").mkdir()
    for i in range(8):
        labelled().isel(time=[i]).to_netcdf(path / "frames" / f"f{i + 3}.nc", engine="h5netcdf")
    return path / "frames"


def shuffled(path: Path) -> Path:
    labelled().isel(time=[3, 1, 0, 2, 7, 6, 5, 4]).to_netcdf(path / "a.nc", engine="h5netcdf")
    return path / "a.nc"


FORMS = [netcdf4, netcdf3, zarr2, zarr3, packed, hdf5, npz, frames_npz, frames_nc, shuffled]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_each_form_is_the_same_field(form, tmp_path):
    assert_truth(read(form(tmp_path)))


NAMES = [f"v{i:02d}" for i in range(12)]


def named_store(path: Path) -> None:
    data = dict.fromkeys(reversed(NAMES), (("time", "y", "x"), HEAT))
    xr.Dataset(data).to_zarr(path, consolidated=False)


def loose_store(path: Path) -> None:
    group = zarr.create_group(path)
    for name in reversed(NAMES):
        group.create_array(name, data=HEAT)


@pytest.mark.parametrize("store", [named_store, loose_store])
def test_the_variables_of_a_store_come_in_one_order(store, tmp_path):
    store(tmp_path / "a.zarr")
    assert list(read(tmp_path / "a.zarr").variables) == NAMES


@pytest.mark.parametrize("form", [netcdf4, zarr3, hdf5, npz], ids=lambda form: form.__name__)
def test_units_are_canonical(form, tmp_path):
    assert dict(read(form(tmp_path)).units) == {"heat": "K", "flow": "m s-1"}


def test_the_npz_convention_is_read_whole(tmp_path):
    trajectory = read(npz(tmp_path))
    assert trajectory.grid.boundary == ("periodic", "periodic")
    assert trajectory.domain == "heat"
    assert trajectory.parameters["conductivity"] == 0.6
    assert not trajectory.absolute


def test_a_dated_field_starts_at_its_date(tmp_path):
    trajectory = read(netcdf4(tmp_path))
    assert (trajectory.start_s, trajectory.absolute) == (1767225600.0, True)


def test_frames_of_text_and_of_one_array(tmp_path):
    for name, save in (("text", np.savetxt), ("arrays", np.save)):
        folder = tmp_path / name
        folder.mkdir()
        for i in range(12):
            suffix = "csv" if name == "text" else "npy"
            extra: dict[str, Any] = {"delimiter": ","} if name == "text" else {}
            save(folder / f"f{i}.{suffix}", np.full((4, 5), float(i)), **extra)
        trajectory = read(folder)
        only = next(iter(trajectory.variables.values()))
        assert only[:, 0, 0].tolist() == list(range(12))


def test_land_is_masked_and_a_passing_hole_is_bridged(tmp_path):
    data = labelled()
    data["heat"][:, 0, :2] = np.nan
    data["flow"][:, 0, :2] = np.nan
    data["heat"][3, 2, 2] = np.nan
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    result = FieldReader().read(tmp_path / "a.nc", ReadOptions())
    trajectory = result.observation
    assert isinstance(trajectory, Trajectory)
    assert trajectory.valid is not None
    assert np.argwhere(~trajectory.valid).tolist() == [[0, 0], [0, 1]]
    assert np.isfinite(trajectory.variables["heat"][:, trajectory.valid]).all()
    middle = (HEAT[2, 2, 2] + HEAT[4, 2, 2]) / 2
    assert trajectory.variables["heat"][3, 2, 2] == pytest.approx(middle)
    assert "bridged" in " ".join(result.warnings)


def test_only_the_newest_frames_that_fit_are_loaded(tmp_path):
    for form in (netcdf4, npz):
        both = ReadOptions(variables=("heat", "flow"))
        result = FieldReader(memory_bytes=5 * 2 * 8 * 30).read(form(tmp_path), both)
        trajectory = result.observation
        assert isinstance(trajectory, Trajectory)
        assert trajectory.frames == 5
        np.testing.assert_allclose(trajectory.variables["heat"], HEAT[3:])
        assert "newest 5 of 8" in " ".join(result.warnings)


def test_a_level_is_the_first_or_the_picked_one(tmp_path):
    levels = np.stack([HEAT, HEAT + 100], axis=1)
    data = labelled().drop_vars("heat").assign(heat=(("time", "level", "y", "x"), levels))
    data = data.assign_coords(level=("level", [1000.0, 850.0], {"units": "hPa"}))
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    first = FieldReader().read(tmp_path / "a.nc", ReadOptions(variables=("heat",)))
    assert "level" in " ".join(first.warnings)
    assert isinstance(first.observation, Trajectory)
    np.testing.assert_allclose(first.observation.variables["heat"], HEAT)
    picked = read(tmp_path / "a.nc", variables=("heat[level=850]",))
    np.testing.assert_allclose(picked.variables["heat"], HEAT + 100)


def test_uneven_and_curved_axes_are_said(tmp_path):
    uneven = labelled().assign_coords(x=("x", X**2 + X, {"units": "m"}))
    uneven.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert "varies" in " ".join(FieldReader().read(tmp_path / "a.nc", ReadOptions()).warnings)
    lat, lon = np.meshgrid(Y, X, indexing="ij")
    curved = labelled().drop_vars(["x", "y"]).assign_coords(
        lat=(("y", "x"), lat, {"units": "degrees_north"}),
        lon=(("y", "x"), lon, {"units": "degrees_east"}),
    )  # fmt: skip
    curved.to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    result = FieldReader().read(tmp_path / "b.nc", ReadOptions())
    assert "curved" in " ".join(result.warnings)
    assert isinstance(result.observation, Trajectory)
    assert result.observation.grid.spacing == (1.0, 1.0)


def test_variables_on_a_staggered_grid_are_set_aside(tmp_path):
    data = labelled().assign(u=(("time", "y", "x_u"), np.ones((8, 5, 5))))
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    result = FieldReader().read(tmp_path / "a.nc", ReadOptions())
    assert result.observation.names == ("heat", "flow")
    assert any("other grids" in warning and "u" in warning for warning in result.warnings)
    assert any("choose with --variable" in warning for warning in result.warnings)


def test_arrays_over_time_only_become_signals(tmp_path):
    table = RNG.normal(size=(100, 3))
    np.savez(tmp_path / "a.npz", signal=table, fs=50, names=["a", "b", "c"], units=["mV"] * 3)
    signals = FieldReader().read(tmp_path / "a.npz", ReadOptions()).observation
    assert isinstance(signals, Signals)
    assert signals.step_s == 0.02
    assert signals.units == {"a": "mV", "b": "mV", "c": "mV"}
    np.testing.assert_array_equal(signals.values, table)
