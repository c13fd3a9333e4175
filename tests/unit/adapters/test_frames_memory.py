"""Objects in memory are read as their files would be."""

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

from industriverse.adapters.frames_memory import read_memory
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.fields import Trajectory
from industriverse.kernel.ports import ReadOptions
from industriverse.kernel.signals import Signals

N = 48
FLOW = np.sin(np.arange(N) / 5)
HEAT = np.cos(np.arange(N) / 7)
TIMES = pd.date_range("2026-01-01", periods=N, freq="h")
FIELD = np.random.default_rng(1).normal(size=(6, 4, 5))

OBJECTS = {
    "pandas with an index": pd.DataFrame({"flow": FLOW, "heat": HEAT}, index=TIMES),
    "pandas with a zone": pd.DataFrame(
        {"flow": FLOW, "heat": HEAT}, index=TIMES.tz_localize("UTC")
    ),
    "pandas with a column": pd.DataFrame({"when": TIMES, "flow": FLOW, "heat": HEAT}),
    "polars": pl.DataFrame({"when": TIMES.to_numpy(), "flow": FLOW, "heat": HEAT}),
    "lazy polars": pl.LazyFrame({"when": TIMES.to_numpy(), "flow": FLOW, "heat": HEAT}),
    "arrow": pa.table({"when": TIMES.to_numpy(), "flow": FLOW, "heat": HEAT}),
    "xarray": xr.Dataset(
        {"flow": ("time", FLOW), "heat": ("time", HEAT)}, coords={"time": TIMES.to_numpy()}
    ),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_each_table_is_the_same_recording(kind):
    signals = read_memory(OBJECTS[kind]).observation
    assert isinstance(signals, Signals)
    assert signals.names == ("flow", "heat")
    assert (signals.start_s, signals.step_s, signals.absolute) == (1767225600.0, 3600.0, True)
    np.testing.assert_allclose(signals.values, np.stack([FLOW, HEAT], axis=1))


def test_arrays_are_channels_or_fields_by_their_shape():
    assert isinstance(read_memory(FLOW).observation, Signals)
    assert read_memory(np.stack([FLOW, HEAT], axis=1)).observation.names == ("value_1", "value_2")
    assert isinstance(read_memory(FIELD).observation, Trajectory)


def test_a_mapping_follows_the_npz_convention():
    held = {"heat": FIELD, "dt": 30.0, "dx": 2.0, "dy": 3.0, "units": "K", "domain": "heat"}
    field = read_memory(held).observation
    assert isinstance(field, Trajectory)
    assert (field.step_s, field.grid.spacing, field.domain) == (30.0, (3.0, 2.0), "heat")
    assert dict(field.units) == {"heat": "K"}


def test_a_labelled_field_keeps_its_axes():
    array = xr.DataArray(
        FIELD,
        dims=("time", "y", "x"),
        coords={"time": TIMES[:6], "y": np.arange(4) * 2.0, "x": np.arange(5) * 0.5},
        name="heat",
    )
    field = read_memory(array).observation
    assert isinstance(field, Trajectory)
    assert (field.step_s, field.grid.spacing) == (3600.0, (2.0, 0.5))


def test_the_hash_follows_the_content():
    same = [read_memory({"heat": FIELD, "dt": 1.0}).sha256 for _ in range(2)]
    assert same[0] == same[1] != read_memory({"heat": FIELD + 1, "dt": 1.0}).sha256


def test_the_input_is_not_changed():
    column = FLOW.copy()
    column[3] = -9999.0
    before = column.copy()
    read_memory({"flow": column})
    np.testing.assert_array_equal(column, before)


def test_other_objects_and_names_are_refused():
    for thing in ("text", 7, None, [1, 2], np.array([{"a": 1}] * 40, object)):
        with pytest.raises(InputError):
            read_memory(thing)
    with pytest.raises(NotFoundError):
        read_memory(OBJECTS["arrow"], ReadOptions(variables=("valve",)))


@pytest.mark.parametrize("shape", [(0,), (0, 4), (40, 0), (5, 0, 3)])
def test_an_empty_array_is_refused_in_a_sentence(shape):
    with pytest.raises(InputError, match="no measured column"):
        read_memory(np.zeros(shape))


def test_reading_arrays_imports_neither_pandas_nor_polars():
    code = (
        "import sys, numpy as np; from industriverse.adapters.frames_memory import read_memory; "
        "read_memory(np.arange(90.0) ** 2); print({'pandas', 'polars'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
