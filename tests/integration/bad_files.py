"""Makers of bad files, and the check that every reader's refusal must pass."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr

from industriverse.adapters.file_reader import FileReader
from industriverse.kernel.errors import IndustriverseError, InputError
from industriverse.kernel.ports import ReadOptions

Make = Callable[[Path], Path]
NOTHING = ReadOptions()


@dataclass(frozen=True)
class Bad:
    """A kind of bad file.

    `words` must all stand in the sentence, `place` among the keys of the error's context.
    """

    kind: str
    make: Make
    words: tuple[str, ...]
    place: tuple[str, ...] = ("file",)
    options: ReadOptions = NOTHING
    error: type[Exception] = InputError


def minutes(rows: int = 60) -> list[str]:
    return [f"2026-01-01 {i // 60:02d}:{i % 60:02d}:00" for i in range(rows)]


def csv(rows: int = 60) -> str:
    body = "\n".join(f"{t},{i * 0.5},{i * i}" for i, t in enumerate(minutes(rows)))
    return "time,flow,heat\n" + body + "\n"


def text(name: str, content: str | bytes) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def swap(old: str, new: str, count: int = 1) -> str:
    return csv().replace(old, new, count)


def sidecar(content: str) -> Make:
    def make(folder: Path) -> Path:
        (folder / "plant.units.json").write_text(content)
        return text("plant.csv", csv())(folder)

    return make


def parquet(cut: int = 0, rows: int = 60) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "plant.parquet"
        pq.write_table(pa.table({"time": minutes(rows), "flow": np.arange(rows) * 0.5}), path)
        path.write_bytes(path.read_bytes()[: -cut or None])
        return path

    return make


def field(frames: int = 6, **coordinates: object) -> xr.Dataset:
    values = np.random.default_rng(0).normal(size=(frames, 4, 5))
    time = ("time", np.arange(float(frames)), {"units": "hours since 2026-01-01"})
    data = xr.Dataset({"heat": (("time", "y", "x"), values, {"units": "K"})})
    grid = {"time": time, "y": ("y", np.arange(4.0), {"units": "m"}), "x": ("x", np.arange(5.0))}
    return data.assign_coords({**grid, **coordinates})


def netcdf(data: xr.Dataset, cut: int = 0, engine: Any = "h5netcdf") -> Make:
    def make(folder: Path) -> Path:
        path = folder / "plant.nc"
        kind: dict[str, Any] = {"format": "NETCDF3_64BIT"} if engine == "scipy" else {}
        data.to_netcdf(path, engine=engine, **kind)
        path.write_bytes(path.read_bytes()[: -cut or None])
        return path

    return make


def hdf5(write: Callable[[h5py.File], None]) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "plant.h5"
        with h5py.File(path, "w") as file:
            write(file)
        return path

    return make


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((6, 4, 5), "f8")
    layout[...] = h5py.VirtualSource("/etc/other.h5", "heat", (6, 4, 5))
    file.create_virtual_dataset("heat", layout)


def linked(file: h5py.File) -> None:
    file["heat"] = h5py.ExternalLink("/etc/other.h5", "/heat")


def outside(file: h5py.File) -> None:
    file.create_dataset("heat", (6, 4, 5), "f8", external=[("/etc/hostname", 0, 960)])


def giant_chunk(file: h5py.File) -> None:
    file.create_dataset("heat", (1 << 14, 1 << 14), "f8", chunks=(1 << 14, 1 << 14))


def npz(**arrays: object) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "plant.npz"
        held: dict[str, Any] = {k: np.asarray(v) for k, v in arrays.items()}
        np.savez(path, **held)
        return path

    return make


def objects(folder: Path) -> Path:
    path = folder / "plant.npz"
    np.savez(path, heat=np.array([{"a": 1}] * 6, dtype=object))
    return path


def lying_npz(folder: Path) -> Path:
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (1 << 20, 512, 512)}
    np.lib.format.write_array_header_1_0(header, shape)
    path = folder / "plant.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("heat.npy", header.getvalue() + bytes(4096))
    return path


def bomb_npz(folder: Path) -> Path:
    header = io.BytesIO()
    frames = 40
    shape = {"descr": "|u1", "fortran_order": False, "shape": (frames, 1 << 23)}
    np.lib.format.write_array_header_1_0(header, shape)
    path = folder / "plant.npz"
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with packed as archive, archive.open("heat.npy", "w") as member:
        member.write(header.getvalue())
        for _ in range(frames):
            member.write(bytes(1 << 23))
    return path


def zipped(folder: Path) -> Path:
    path = folder / "plant.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.txt", "hello")
    return path


def cut_npy(folder: Path) -> Path:
    path = folder / "plant.npy"
    np.save(path, np.zeros((6, 4, 5)))
    path.write_bytes(path.read_bytes()[:-100])
    return path


def zarr(change: Callable[[Path], object]) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "plant.zarr"
        field().to_zarr(path, zarr_format=2, consolidated=False)
        change(path)
        return path

    return make


def metadata(array: str, **changes: object) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        file = path / array / ".zarray"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return change


def without_arrays(path: Path) -> None:
    for file in path.rglob(".zarray"):
        file.unlink()


def broken_chunk(path: Path) -> None:
    next(p for p in (path / "heat").iterdir() if p.name[0].isdigit()).write_bytes(b"not a chunk")


def frames(*arrays: object, suffix: str = ".npy") -> Make:
    def make(folder: Path) -> Path:
        path = folder / "frames"
        path.mkdir()
        for index, array in enumerate(arrays):
            if suffix == ".npy":
                np.save(path / f"f{index}.npy", np.asarray(array))
            else:
                (path / f"f{index}{suffix}").write_text(str(array))
        return path

    return make


def link(folder: Path) -> Path:
    path = frames(*[np.zeros((3, 3))] * 5)(folder)
    (path / "f9.npy").symlink_to("/etc/hostname")
    return path


def ask(*variables: str, **more: Any) -> ReadOptions:
    return ReadOptions(variables=variables, **more)


LONG = "time,tag,value\n" + "".join(
    f"2026-01-01 00:0{i % 3}:00,t{i // 3},{i}.5\n" for i in range(1800)
)
BURSTS = "time,flow\n" + "".join(f"{i // 3 * 10**6 + i % 3},{i * i}\n" for i in range(90))
NAN_AXIS = field(y=("y", np.array([0.0, np.nan, 2.0, 3.0])))
TURNING = field(x=("x", np.array([0.0, 1.0, 3.0, 2.0, 4.0])))
NAN_TIME = field(
    time=("time", np.array([0, 1, np.nan, 3, 4, 5]), {"units": "hours since 2026-01-01"})
)
SAME_TIME = field(time=("time", np.zeros(6), {"units": "hours since 2026-01-01"}))
TWO_GRIDS = field().assign(u=(("time", "y_u", "x_u"), np.ones((6, 3, 4))))
STILL = field().assign(heat=(("y", "x"), np.ones((4, 5))))
TEXTS = xr.Dataset({"note": (("time",), np.array(list("abcdef")))})
EMPTY_FIELD = field().assign(heat=(("time", "y", "x"), np.full((6, 4, 5), np.nan)))


def dated(units: str, calendar: str = "standard") -> xr.Dataset:
    return field(time=("time", np.arange(6.0), {"units": units, "calendar": calendar}))


def assert_clear_refusal(bad: Bad, folder: Path) -> None:
    """One sentence that names what and where, and a hint on what to do; no other error."""
    path = bad.make(folder)
    with pytest.raises(bad.error) as caught:
        FileReader().read(path, bad.options)
    error = caught.value
    assert isinstance(error, IndustriverseError)
    for word in bad.words:
        assert word in error.message, error.message
    assert set(bad.place) <= set(error.context), error.context
    assert error.hint, error.message
    assert "\n" not in error.message
