"""Forecast files hold what was forecast, whatever the variables are called."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr

from industriverse.adapters.exporter import FileExporter
from industriverse.kernel.errors import InputError
from industriverse.kernel.fields import Grid, Trajectory
from tests.contracts.exporter import ExporterContract, forecast_of, signals_of
from tests.fakes.exporter import PlainExporter


class TestFileExporter(ExporterContract):
    @pytest.fixture
    def exporter(self):
        return FileExporter()


class TestPlainExporter(ExporterContract):
    @pytest.fixture
    def exporter(self):
        return PlainExporter()


def read(data: bytes) -> xr.Dataset:
    return xr.load_dataset(io.BytesIO(data), engine="h5netcdf")


@pytest.mark.parametrize("name", ["flow", "CO2(t)", "$CO_2$", "a/b", "Größe", " x", "1st", "_q"])
def test_a_variable_of_any_name_comes_back(name):
    made = forecast_of({name: "kg s-1"})
    data = read(FileExporter().forecast_file(made, signals_of(name)))
    others = ("_lower", "_upper", "reference_time")
    means = [variable for variable in data if not str(variable).endswith(others)]
    assert len(means) == 1
    np.testing.assert_array_equal(data[means[0]], [0.0, 1.0, 2.0])
    assert data[means[0]].attrs["units"] == "kg s-1"
    assert data["lead_time"].attrs["standard_name"] == "forecast_period"


def test_a_field_keeps_its_grid():
    grid = Grid((2, 3), (10.0, 5.0), ("y", "x"), ("m", "m"), ("open", "open"))
    field = Trajectory({"t": np.ones((4, 2, 3))}, {"t": "K"}, grid, 0.0, 60.0)
    data = read(FileExporter().forecast_file(forecast_of({"t": "K"}, (2, 3)), field))
    assert data["t"].dims == ("lead_time", "y", "x")
    np.testing.assert_array_equal(data["x"], [0, 5, 10])
    assert (data["t_lower"] < data["t"]).all()
    assert (data["t_upper"] > data["t"]).all()


@pytest.mark.parametrize("names", [("a", "a_lower"), ("lead_time",), ("a/b", "a_b")])
def test_variables_that_would_share_a_name_are_refused(names):
    made = forecast_of(dict.fromkeys(names, "K"))
    with pytest.raises(InputError, match=r"would both be .* in forecast.nc"):
        FileExporter().forecast_file(made, signals_of(names[0]))


def test_two_threads_may_write_at_once():
    """The netCDF-C library is not safe to share: two predictions once brought the process down."""
    made, signals = forecast_of({"flow": "kg s-1"}), signals_of("flow")
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: FileExporter().forecast_file(made, signals), range(200)))
    for data in files[::50]:
        np.testing.assert_array_equal(read(data)["flow"], [0.0, 1.0, 2.0])
