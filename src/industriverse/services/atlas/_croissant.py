"""The atlas as a data set that others can load: arrays, a table, and Croissant metadata (1.0)."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO, Any, Protocol, cast, runtime_checkable

import numpy as np

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.maps import MapQuery, MapRecord

from ._maps import Maps

_TABLE, _NPZ, _ARCHIVES, _ARRAYS = "maps.csv", "application/x-npz", "archives", "sequences"
Described = tuple[str, str, int, str]
"""Name, media type, size in bytes and SHA-256 of a file."""
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("sc:Text", "Identifier of the map, SEQUENCE/FRAME."),
    "file": ("sc:Text", "The .npz file that holds its cells."),
    "frame": ("sc:Integer", "Its place along the first axis of `energy` in that file."),
    "time_s": ("sc:Float", "Seconds since the start, or since 1970 for dates."),
    "domain": ("sc:Text", "Which domain's formula made it."),
    "origin": ("sc:Text", "The solver's id, or the imported file's name."),
    "regime": ("sc:Text", "Its regime where that is known from a control parameter."),
    "unit": ("sc:Text", "Unit of the energy density."),
    "energy": ("sc:Float", "Energy density times cell volume, summed."),
    "mean": ("sc:Float", "Mean of its cells."),
    "variance": ("sc:Float", "Variance of its cells."),
    "entropy": ("sc:Float", "Entropy of its shares of energy, in nats."),
    "evenness": ("sc:Float", "That entropy over ln N."),
    "licence": ("sc:Text", "Under which the map may be used."),
    "checksum": ("sc:Text", "SHA-256 of the map's levels and what is stated of it."),
    "version": ("sc:Integer", "From 1; a patch makes the next."),
}
_FILE_SET: Mapping[str, Any] = {
    "@type": "cr:FileSet",
    "@id": _ARCHIVES,
    "name": _ARCHIVES,
    "description": "The cells: one NumPy archive a sequence.",
    "encodingFormat": _NPZ,
    "includes": "*.npz",
}
_SEQUENCES: Mapping[str, Any] = {
    "@type": "cr:RecordSet",
    "@id": _ARRAYS,
    "name": _ARRAYS,
    "description": "One row a file of cells. It holds the arrays `energy`, (frame, *axes) in the "
    "unit that `maps/unit` states; `time`, (frame) in seconds; and for each axis `d` and its name, "
    "the distance between cells. Cell `frame` of `energy` is the map of that row of `maps`.",
    "key": {"@id": f"{_ARRAYS}/file"},
    "field": [
        {
            "@type": "cr:Field",
            "@id": f"{_ARRAYS}/{name}",
            "name": name,
            "description": said,
            "dataType": "sc:Text",
            "source": {"fileSet": {"@id": _ARCHIVES}, "extract": {"fileProperty": name_there}},
        }
        for name, name_there, said in (
            ("file", "filename", "Name of the file, as in `maps/file`."),
            ("path", "fullpath", "Where it lies in the data set."),
        )
    ],
}
_SC = "https://schema.org/"
_CR = "http://mlcommons.org/croissant/"
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": _SC,
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": _CR,
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": _SC,
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


@runtime_checkable
class Written(Protocol):
    """A file that is only written on."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Hand them on."""
        ...


Create = Callable[[str], AbstractContextManager[Written]]


def export_croissant(maps: Maps, asked: MapQuery, create: Create) -> int:
    """Write the files of a data set: one `.npz` a sequence, `maps.csv`, `croissant.json`.

    Cells are written frame by frame, so a sequence may be larger than memory. The same maps make
    the same arrays and table, byte for byte.

    Args:
        maps: The atlas.
        asked: Which maps; of each the newest version.
        create: Opens the file of a name for writing.

    Returns:
        The number of files.

    Raises:
        NotFoundError: There is no such map.
    """
    groups: dict[str, list[MapRecord]] = {}
    for record in maps.every(asked):
        groups.setdefault(record.sequence, []).append(record)
    if not groups:
        raise NotFoundError("The atlas has no such map to export.", hint="Ask for more.")
    files: list[Described] = []
    rows: list[MapRecord] = []
    for sequence, records in sorted(groups.items()):
        records.sort(key=lambda record: record.frame)
        with create(f"{sequence}.npz") as file:
            hashed = _Hashed(file)
            _write_arrays(hashed, maps, records)
        files.append((f"{sequence}.npz", _NPZ, hashed.size, hashed.sha256))
        rows += records
    table = _table(rows)
    files.insert(0, (_TABLE, "text/csv", len(table), sha256_hex(table)))
    document = croissant(files, rows, maps.clock.now())
    said = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    for name, data in ((_TABLE, table), ("croissant.json", said)):
        with create(name) as file:
            file.write(data)
    return len(files) + 1


class _Hashed:
    """A file that is only written on, with its size and SHA-256."""

    def __init__(self, file: Written) -> None:
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        self._file.write(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _write_arrays(file: _Hashed, maps: Maps, records: list[MapRecord]) -> None:
    """Write a sequence as `.npz`, in the form that our own reader takes."""
    first = records[0]
    steps = zip(first.axes, first.spacing, strict=True)
    arrays = {
        "time": np.array([record.time_s for record in records]),
        **{f"d{axis}": np.asarray(step, np.float64) for axis, step in steps},
    }
    with zipfile.ZipFile(cast("IO[bytes]", file), "w") as archive:
        for name, array in arrays.items():
            with archive.open(_member(name), "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
        with archive.open(_member("energy"), "w", force_zip64=True) as member:
            shape = (len(records), *first.shape)
            head = {"descr": "<f8", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(member, head)
            for record in records:
                cells = maps.store.read(record.sequence, record.frame, version=record.version)
                member.write(np.ascontiguousarray(cells, "<f8").tobytes())


def _member(name: str) -> zipfile.ZipInfo:
    """Return a member with a fixed date, so that the same arrays make the same file."""
    info = zipfile.ZipInfo(f"{name}.npy")
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _table(records: list[MapRecord]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    places: dict[str, int] = {}
    for record in records:
        place = places.get(record.sequence, 0)
        places[record.sequence] = place + 1
        own = {"file": f"{record.sequence}.npz", "frame": place}
        writer.writerow([own.get(name, getattr(record, name, "")) for name in _COLUMNS])
    return text.getvalue().encode()


def croissant(files: list[Described], records: list[MapRecord], now: datetime) -> dict[str, Any]:
    """Return the metadata of an exported data set.

    Args:
        files: Each file; the table first.
        records: Of every map.
        now: When it is exported.
    """
    domains = sorted({record.domain for record in records})
    licences = sorted({record.licence for record in records})
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "name": "industriverse-atlas",
        "description": f"{len(records)} maps of energy density from {len(files) - 1} sequences in "
        f"the domains {', '.join(domains)}.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": licences if len(licences) > 1 else licences[0],
        "url": f"urn:sha256:{files[0][3]}",
        "version": "1.0.0",
        "datePublished": now.date().isoformat(),
        "citeAs": "Industriverse, atlas of energy maps; for each map its own provenance.",
        "creator": {"@type": "sc:Organization", "name": "Industriverse"},
        "keywords": domains,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "contentSize": f"{size} B",
                "encodingFormat": media,
                "sha256": digest,
            }
            for name, media, size, digest in files
        ]
        + [_FILE_SET],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "maps",
                "name": "maps",
                "description": "One row a map.",
                "key": {"@id": "maps/id"},
                "field": [
                    {
                        "@type": "cr:Field",
                        "@id": f"maps/{name}",
                        "name": name,
                        "description": said,
                        "dataType": kind,
                        "source": {
                            "fileObject": {"@id": _TABLE},
                            "extract": {"column": name},
                        },
                    }
                    for name, (kind, said) in _COLUMNS.items()
                ],
            },
            _SEQUENCES,
        ],
    }
