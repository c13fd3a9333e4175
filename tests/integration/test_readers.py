"""Every reader keeps the contract of the port."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from industriverse.adapters.fields import FieldReader
from industriverse.adapters.file_reader import FileReader
from industriverse.adapters.intake import content_hash
from industriverse.adapters.tables import TableReader
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ids import sha256_file
from industriverse.kernel.ports import ReadOptions, ReadResult
from industriverse.kernel.signals import Channel, Signals
from tests.contracts.observation_reader import ObservationReaderContract
from tests.fakes.readers import FakeReader


def table_of(path: Path) -> Path:
    rows = [
        f"2026-01-01T{h:02d}:{m:02d}:00Z,{h + m / 60},{h * 2}" for h in range(2) for m in range(60)
    ]
    path.write_text("time,flow,heat\n" + "\n".join(rows) + "\n")
    return path


def grid_of(path: Path) -> Path:
    rng = np.random.default_rng(1)
    data = xr.Dataset(
        {
            "flow": (("time", "y", "x"), rng.normal(size=(6, 4, 5)), {"units": "m s-1"}),
            "heat": (("time", "y", "x"), rng.normal(size=(6, 4, 5)), {"units": "K"}),
        },
        coords={
            "time": ("time", np.arange(6.0), {"units": "hours since 2026-01-01"}),
            "y": ("y", np.arange(4.0), {"units": "m"}),
            "x": ("x", np.arange(5.0), {"units": "m"}),
        },
    )
    if path.suffix == ".zarr":
        data.to_zarr(path, consolidated=False)
    else:
        data.to_netcdf(path, engine="h5netcdf")
    return path


class _Named(ObservationReaderContract):
    @pytest.fixture
    def variable(self):
        return "flow"

    @pytest.fixture
    def digest(self, good):
        return sha256_file(good)


class TestFakeReader(_Named):
    @pytest.fixture
    def good(self, tmp_path):
        return table_of(tmp_path / "plant.csv")

    @pytest.fixture
    def reader(self, good):
        signals = Signals(0.0, 1.0, np.zeros((40, 2)), (Channel("flow"), Channel("heat")))
        known = ReadResult(signals, signals.names, (40, 2), (), sha256_file(good))
        return FakeReader({"plant.csv": known, "empty.csv": known})


class TestTableReader(_Named):
    @pytest.fixture
    def reader(self):
        return TableReader()

    @pytest.fixture
    def good(self, tmp_path):
        return table_of(tmp_path / "plant.csv")


class TestFieldReaderOnNetcdf(_Named):
    @pytest.fixture
    def reader(self):
        return FieldReader()

    @pytest.fixture
    def good(self, tmp_path):
        return grid_of(tmp_path / "plant.nc")


class TestFieldReaderOnZarr(_Named):
    @pytest.fixture
    def reader(self):
        return FieldReader()

    @pytest.fixture
    def good(self, tmp_path):
        return grid_of(tmp_path / "plant.zarr")

    @pytest.fixture
    def digest(self, good):
        return content_hash(good)


class TestFileReader(_Named):
    @pytest.fixture
    def reader(self):
        return FileReader()

    @pytest.fixture
    def good(self, tmp_path):
        return table_of(tmp_path / "plant.csv")


def test_one_reader_takes_both_kinds(tmp_path):
    reader = FileReader()
    table = reader.read(table_of(tmp_path / "plant.csv"), ReadOptions())
    field = reader.read(grid_of(tmp_path / "plant.nc"), ReadOptions())
    assert isinstance(table.observation, Signals)
    assert isinstance(field.observation, Trajectory)


def test_a_picture_is_refused_with_what_is_taken(tmp_path):
    picture = tmp_path / "plant.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    with pytest.raises(InputError) as caught:
        FileReader().read(picture, ReadOptions())
    assert "plant.png" in caught.value.message
    assert "NetCDF" in caught.value.hint


def test_a_missing_path_of_no_kind_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        FileReader().read(tmp_path / "nothing", ReadOptions())


def test_a_folder_hash_changes_with_a_member(tmp_path):
    store = grid_of(tmp_path / "plant.zarr")
    before = content_hash(store)
    chunk = next(path for path in sorted(store.rglob("*")) if path.is_file() and "c" in path.parts)
    chunk.write_bytes(chunk.read_bytes() + b"x")
    assert content_hash(store) != before
