"""What xarray finds by entry point: `ds.energy`, and sequences of the atlas as data sets.

xarray loads this module when it opens its first data set, so it imports nothing else before it is
used. A data set that is made in memory, where none was opened, gets `ds.energy` by
`import industriverse.apps.xarray_energy`.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

if TYPE_CHECKING:
    from industriverse.adapters.maps_zarr import ZarrMapStore
    from industriverse.apps.xarray_fields import EnergyAccessor
    from industriverse.kernel.maps import MapRecord

_FORMAT = "industriverse.atlas/"
_LARGEST_METADATA = 64 << 20
_PER_FRAME = {
    "total_energy": ("energy", "energy density times cell volume, summed"),
    "entropy": ("entropy", "entropy of the shares of energy"),
    "version": ("version", "version of the map, from 1; a patch makes the next"),
    "map_id": ("id", "identifier of the map"),
    "checksum": ("checksum", "SHA-256 of the map's levels and what is stated of it"),
}


class AtlasBackend(BackendEntrypoint):
    """Opens one sequence of an atlas: `xarray.open_dataset(FOLDER, engine="industriverse")`."""

    description = "A sequence of energy maps in an Industriverse atlas"
    supports_groups = False

    def guess_can_open(self, filename_or_obj: Any) -> bool:  # noqa: ANN401 (xarray hands over anything)
        """Say whether it is the folder of a sequence; looks at its metadata only."""
        if not isinstance(filename_or_obj, (str, Path)):
            return False
        try:
            file = Path(filename_or_obj) / "zarr.json"
            if not file.is_file() or file.stat().st_size > _LARGEST_METADATA:
                return False
            said = json.loads(file.read_bytes())
            return str(said["attributes"]["format"]).startswith(_FORMAT)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def open_dataset(  # pyright: ignore[reportIncompatibleMethodOverride] (as xarray asks)
        self,
        filename_or_obj: Any,  # noqa: ANN401 (as above)
        *,
        drop_variables: str | Iterable[str] | None = None,
        level: int = 1,
    ) -> xr.Dataset:
        """Return the newest version of each map, its cells unread until they are asked for.

        Args:
            filename_or_obj: The folder `SEQUENCE.zarr` of an atlas.
            drop_variables: Not these.
            level: Cells averaged along each axis: 1, 2 or 4.

        Raises:
            NotFoundError: No such sequence or level.
            UnavailableError: What is stored is damaged.
        """
        from industriverse.adapters.maps_zarr import ZarrMapStore  # noqa: PLC0415 (see above)
        from industriverse.kernel.errors import NotFoundError  # noqa: PLC0415

        folder = Path(filename_or_obj)
        store = ZarrMapStore(folder.parent)
        every = store.records(folder.name.removesuffix(".zarr"))
        newest = {record.frame: record for record in every}
        records = [newest[frame] for frame in sorted(newest)]
        if level not in records[0].levels:
            raise NotFoundError(f"{folder.name} has no level {level}.")
        data = _dataset(store, records, level)
        dropped = [drop_variables] if isinstance(drop_variables, str) else drop_variables or ()
        return data.drop_vars(list(dropped), errors="ignore")


class _Frames(BackendArray):
    """Cells of a sequence, frame by frame."""

    def __init__(self, store: "ZarrMapStore", records: "list[MapRecord]", level: int) -> None:
        import numpy as np  # noqa: PLC0415 (see above)

        self._store, self._records, self._level = store, records, level
        cells = (length // level for length in records[0].shape)
        self.shape = (len(records), *cells)
        self.dtype = np.dtype("float64")

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 (as above)
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:  # noqa: ANN401 (as above)
        import numpy as np  # noqa: PLC0415 (see above)

        frames, *space = key
        if not isinstance(frames, slice):
            return self._map(self._records[frames])[tuple(space)]
        found = [self._map(record)[tuple(space)] for record in self._records[frames]]
        return np.stack(found) if found else np.empty((0, *self.shape[1:]))[(slice(None), *space)]

    def _map(self, record: "MapRecord") -> Any:  # noqa: ANN401 (as above)
        return self._store.read(
            record.sequence, record.frame, level=self._level, version=record.version
        )


def _dataset(store: "ZarrMapStore", records: "list[MapRecord]", level: int) -> xr.Dataset:
    first = records[0]
    attributes = {"units": first.unit, "long_name": "energy density", "cell_methods": "area: mean"}
    cells = indexing.LazilyIndexedArray(_Frames(store, records, level))
    data = xr.Dataset(
        {"energy": (("time", *map(_axis, first.axes)), cells, attributes)},
        {**_axes(first, level), "time": ("time", [r.time_s for r in records], _TIME)},
        _stated(records, level),
    )
    for name, (field, said) in _PER_FRAME.items():
        values = [getattr(record, field) for record in records]
        data[name] = ("time", values, {"long_name": said})
    data["entropy"].attrs["units"] = "nat"
    data["regime"] = ("time", [record.regime for record in records], {"long_name": "regime"})
    return data


_TIME = {
    "axis": "T",
    "long_name": "seconds since the start of the run, or since 1970-01-01 for dates",
}


def _axes(record: "MapRecord", level: int) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 (see above)

    found: dict[str, Any] = {}
    rows = zip(record.axes, record.shape, record.spacing, record.axis_units, strict=True)
    for axis, cells, step, unit in rows:
        name, width = _axis(axis), step * level
        said = {"units": unit, "long_name": f"centres of the cells along {axis}", "spacing": width}
        if name in {"x", "y", "z"}:
            said["axis"] = name.upper()
        found[name] = (name, (np.arange(cells // level) + 0.5) * width, said)
    return found


def _axis(name: str) -> str:
    """Return an axis' name; that of frames is taken."""
    return "time_in_map" if name == "time" else name


def _stated(records: "list[MapRecord]", level: int) -> dict[str, Any]:
    """Return the data set's attributes: CF's own, then the map's."""
    from industriverse.adapters.maps_zarr import ENERGY_DOMAIN  # noqa: PLC0415 (see above)

    first = records[0]
    known = first.provenance
    return {
        "Conventions": "CF-1.11",
        "title": f"Energy of {first.domain}, {first.sequence}",
        "institution": "Industriverse",
        "source": known.get("equation", "") or known.get("source", "") or first.origin,
        "references": known.get("reference", "") or known.get("formula", ""),
        "history": f"{first.created.isoformat()} {known.get('kind', 'made')} from {first.origin}",
        "license": "; ".join(sorted({record.licence for record in records})),
        ENERGY_DOMAIN: first.domain,
        "energy_reference": known.get("zero", ""),
        "level": level,
        "boundary": list(first.boundary),
        **{f"parameter_{name}": value for name, value in first.parameters.items()},
    }


def _energy(data: "xr.Dataset | xr.DataArray") -> "EnergyAccessor":
    from industriverse.apps.xarray_fields import EnergyAccessor  # noqa: PLC0415 (see above)

    return EnergyAccessor(data)


for register in (xr.register_dataset_accessor, xr.register_dataarray_accessor):
    register("energy")(_energy)  # pyright: ignore[reportArgumentType] (called, whatever it is)
