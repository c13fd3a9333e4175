"""Whatever the bytes, a reader answers or refuses in words: soon, and in little memory.

Time is that of the processor: other work on the machine must not fail these tests.
"""

import gzip
import json
import resource
import time
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from industriverse.adapters.file_reader import FileReader
from industriverse.adapters.intake import canonical_unit
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions

_SECONDS = 2.0
_MEBIBYTES = 256
_NAMES = ("a.csv", "a.csv.gz", "a.jsonl", "a.json", "a.parquet", "a.npz", "a.npy", "a.nc", "a.h5")
_TEXT = "time,flow,heat\n" + "".join(
    f"2026-01-01 {i // 60:02d}:{i % 60:02d},{i}.5,{i * i}\n" for i in range(90)
)

fuzzing = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
edits = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.binary(max_size=6), st.integers(0, 6)),
    min_size=1,
    max_size=4,
)


def _whole(kind: str, folder: Path) -> bytes:
    path = folder / f"whole-{kind}"
    field = np.random.default_rng(0).normal(size=(6, 4, 5))
    data = xr.Dataset({"heat": (("time", "y", "x"), field)}, coords={"time": np.arange(6.0)})
    if kind in {"a.csv", "a.csv.gz"}:
        return gzip.compress(_TEXT.encode()) if kind.endswith("gz") else _TEXT.encode()
    if kind in {"a.json", "a.jsonl"}:
        rows = [{"t": i, "flow": i * 0.5} for i in range(60)]
        return (json.dumps(rows) if kind == "a.json" else "\n".join(map(json.dumps, rows))).encode()
    if kind == "a.parquet":
        pq.write_table(pa.table({"t": np.arange(60), "flow": np.arange(60) * 0.5}), path)
    elif kind == "a.nc":
        data.to_netcdf(path, engine="h5netcdf")
    elif kind == "a.h5":
        with h5py.File(path, "w") as file:
            file.create_dataset("heat", data=field, chunks=(2, 4, 5), compression="gzip")
    else:
        with path.open("wb") as file:
            np.savez(file, heat=field, dt=1.0) if kind == "a.npz" else np.save(file, field)
    return path.read_bytes()


def _answers(path: Path) -> None:
    before, began = _resident(), time.process_time()
    sentence = "answered"
    try:
        FileReader().read(path, ReadOptions())
    except (InputError, NotFoundError) as error:
        sentence = error.message
    assert sentence
    assert "\n" not in sentence
    assert time.process_time() - began < _SECONDS
    assert _resident() - before < _MEBIBYTES


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture(params=_NAMES)
def whole(request, tmp_path) -> tuple[Path, bytes]:
    data = _whole(request.param, tmp_path)
    path = tmp_path / request.param
    path.write_bytes(data)
    FileReader().read(path, ReadOptions())
    canonical_unit("W m-2")
    return path, data


@fuzzing
@given(edits=edits)
def test_a_damaged_file_is_answered_or_refused(whole, edits):
    path, data = whole
    damaged = bytearray(data)
    for where, new, length in edits:
        at = where % (len(damaged) + 1)
        damaged[at : at + length] = new
    path.write_bytes(bytes(damaged))
    _answers(path)


@fuzzing
@given(share=st.floats(0, 1))
def test_a_cut_file_is_answered_or_refused(whole, share):
    path, data = whole
    path.write_bytes(data[: int(share * len(data))])
    _answers(path)


@pytest.mark.parametrize("name", _NAMES)
@fuzzing
@given(data=st.binary(max_size=300))
def test_any_bytes_are_answered_or_refused(name, tmp_path, data):
    path = tmp_path / name
    path.write_bytes(data)
    _answers(path)


@fuzzing
@given(text=st.text(st.sampled_from("0123456789.,;:-/ \t\n\r\"'#abT%?\ufeffé"), max_size=400))
def test_any_text_is_answered_or_refused(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    _answers(path)
