"""Each kind of bad field gets one sentence: what, where, what to do."""

import numpy as np
import pytest

from industriverse.adapters.fields import FieldReader
from industriverse.kernel.errors import InputError, NotFoundError
from industriverse.kernel.ports import ReadOptions
from tests.integration.bad_files import (
    EMPTY_FIELD,
    NAN_AXIS,
    NAN_TIME,
    SAME_TIME,
    STILL,
    TEXTS,
    TURNING,
    TWO_GRIDS,
    Bad,
    ask,
    assert_clear_refusal,
    bomb_npz,
    broken_chunk,
    cut_npy,
    dated,
    field,
    frames,
    giant_chunk,
    hdf5,
    link,
    linked,
    lying_npz,
    metadata,
    netcdf,
    npz,
    objects,
    outside,
    text,
    virtual,
    without_arrays,
    zarr,
    zipped,
)

FIELDS = [
    Bad("no NetCDF at all", text("plant.nc", b"hello there"), ("no nc file", "hello")),
    Bad("cut NetCDF 4", netcdf(field(), cut=3000), ("broken HDF5",)),
    Bad("cut NetCDF 3", netcdf(field(60), cut=4000, engine="scipy"), ("plant.nc",)),
    Bad(
        "no time axis",
        netcdf(field().rename(time="q").drop_vars("q")),
        ("no time axis", "q (6)"),
        ("file", "axis"),
    ),
    Bad("too few frames", netcdf(field(3)), ("3 frames", "4"), ("file", "axis")),
    Bad("nothing over time", netcdf(STILL), ("No variable", "time"), ("file", "axis")),
    Bad("text over time", netcdf(TEXTS), ("note", "text"), ("file", "variable")),
    Bad("unknown field", netcdf(field()), ("'haet'",), ("variable",), ask("haet"), NotFoundError),
    Bad("a coordinate is asked for", netcdf(field()), ("x in plant.nc",), ("variable",), ask("x")),
    Bad("axis without number", netcdf(NAN_AXIS), ("axis y", "index 1"), ("axis",)),
    Bad("axis turns back", netcdf(TURNING), ("axis x", "index 3", "3 then 2"), ("axis",)),
    Bad("frame without time", netcdf(NAN_TIME), ("Frame 2", "time"), ("axis", "row")),
    Bad("all frames at one time", netcdf(SAME_TIME), ("1 frames at different times",)),
    Bad(
        "unknown unit of time",
        netcdf(dated("blinks since 2026-01-01")),
        ("'blinks'",),
        ("axis", "attribute"),
    ),
    Bad(
        "unknown date of time",
        netcdf(dated("hours since the flood")),
        ("the flood",),
        ("axis", "attribute"),
    ),
    Bad(
        "unknown calendar",
        netcdf(dated("hours since 2026-01-01", "mayan")),
        ("mayan",),
        ("axis", "attribute"),
    ),
    Bad("all cells missing", netcdf(EMPTY_FIELD), ("heat", "no data"), ("file", "variable")),
    Bad("two grids", netcdf(TWO_GRIDS), ("different grids",), ("variable",), ask("heat", "u")),
    Bad(
        "unknown boundary",
        netcdf(field().assign_attrs(boundary="soft")),
        ("'soft'",),
        ("attribute",),
    ),
    Bad(
        "pick on no axis",
        netcdf(field()),
        ("'depth'",),
        ("axis",),
        ask("heat[depth=2]"),
        NotFoundError,
    ),
    Bad("pick is no number", netcdf(field()), ("'deep'",), ("variable",), ask("heat[y=deep]")),
    Bad("link to another file", hdf5(linked), ("link", "other.h5"), ("file", "variable")),
    Bad("stored in another file", hdf5(outside), ("stored in", "hostname"), ("file", "variable")),
    Bad("virtual view", hdf5(virtual), ("virtual",), ("file", "variable")),
    Bad("giant chunk", hdf5(giant_chunk), ("chunks",), ("file", "variable")),
    Bad("HDF5 without numbers", hdf5(lambda file: None), ("no array",)),
    Bad("pickled objects", objects, ("Python objects",), ("file", "variable")),
    Bad(
        "header larger than file", lying_npz, ("heat", "(1048576, 512, 512)"), ("file", "variable")
    ),
    Bad("NPZ bomb", bomb_npz, ("unpacks",), ("file", "variable")),
    Bad("zip of other things", zipped, ("../../outside.txt",)),
    Bad("cut zip", text("plant.npz", b"PK\x03\x04" + bytes(50)), ("broken NPZ", "zip")),
    Bad("cut NPY", cut_npy, ("960 bytes", "860"), ("file", "variable")),
    Bad(
        "broken NPY header",
        text("plant.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': oops}"),
        ("header",),
        ("file", "variable"),
    ),
    Bad(
        "step of zero",
        npz(heat=np.ones((6, 4, 5)), dt=0.0),
        ("dt", "above 0"),
        ("file", "variable"),
    ),
    Bad("spacing is text", npz(heat=np.ones((6, 4, 5)), dx="wide"), ("dx",), ("file", "variable")),
    Bad(
        "complex field",
        npz(psi=np.ones((6, 4, 5), complex)),
        ("psi", "complex"),
        ("file", "variable"),
    ),
    Bad("too many axes", npz(heat=np.ones((6, 4, 5, 4, 5))), ("5 axes",), ("variable",)),
    Bad(
        "wrong boundary in NPZ",
        npz(heat=np.random.rand(6, 4, 5), boundary="wet"),
        ("'wet'",),
        ("attribute",),
    ),
    Bad("Zarr without arrays", zarr(without_arrays), ("without arrays",)),
    Bad(
        "broken Zarr metadata",
        zarr(lambda p: (p / "heat/.zarray").write_text("{")),
        ("heat/.zarray",),
        ("file", "attribute"),
    ),
    Bad(
        "Zarr with pickles",
        zarr(metadata("heat", filters=[{"id": "pickle"}])),
        ("pickle",),
        ("file", "attribute"),
    ),
    Bad(
        "Zarr with absurd chunks",
        zarr(metadata("heat", chunks=[1 << 20] * 3)),
        ("chunk shape",),
        ("file", "attribute"),
    ),
    Bad(
        "Zarr with a negative shape",
        zarr(metadata("heat", shape=[-6, 4, 5])),
        ("shape",),
        ("file", "attribute"),
    ),
    Bad("broken Zarr chunk", zarr(broken_chunk), ("heat", "cannot be read"), ("file", "variable")),
    Bad("too few frames in a folder", frames(*[np.ones((3, 4))] * 2), ("2 frames",)),
    Bad(
        "frames of two shapes",
        frames(*[np.ones((5, 5))] * 5, np.ones((4, 4))),
        ("f5.npy", "(4, 4)"),
        ("file", "variable"),
    ),
    Bad("a frame of text", frames(*["1,2\n3,oops\n"] * 5, suffix=".csv"), ("f0.csv", "oops")),
    Bad("a link in a folder", link, ("f9.npy", "link")),
]


@pytest.mark.parametrize("bad", FIELDS, ids=lambda bad: bad.kind)
def test_a_bad_file_gets_one_clear_sentence(bad, tmp_path):
    assert_clear_refusal(bad, tmp_path)


def test_the_kinds_are_many_and_different():
    assert len({bad.kind for bad in FIELDS}) == len(FIELDS) >= 40


def test_a_frame_larger_than_the_budget_is_refused(tmp_path):
    path = netcdf(field())(tmp_path)
    with pytest.raises(InputError) as caught:
        FieldReader(memory_bytes=300).read(path, ReadOptions())
    assert "do not fit" in caught.value.message
    assert caught.value.hint
