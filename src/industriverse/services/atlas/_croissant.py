"""The atlas as a data set that others can load: arrays, a table, and Croissant metadata (1.0)."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.maps import MapQuery, MapRecord

from ._maps import Maps

_TABLE = "maps.csv"
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


def export_croissant(maps: Maps, asked: MapQuery) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a data set: one `.npz` a sequence, `maps.csv`, `croissant.json`.

    Args:
        maps: The atlas.
        asked: Which maps; of each the newest version.

    Raises:
        NotFoundError: There is no such map.
    """
    groups: dict[str, list[MapRecord]] = {}
    for record in maps.every(asked):
        groups.setdefault(record.sequence, []).append(record)
    if not groups:
        raise NotFoundError("The atlas has no such map to export.", hint="Ask for more.")
    files: list[tuple[str, str, int, str]] = []
    rows: list[MapRecord] = []
    for sequence, records in sorted(groups.items()):
        records.sort(key=lambda record: record.frame)
        data = _arrays(maps, records)
        files.append((f"{sequence}.npz", "application/x-npz", len(data), sha256_hex(data)))
        rows += records
        yield files[-1][0], data
    table = _table(rows)
    files.insert(0, (_TABLE, "text/csv", len(table), sha256_hex(table)))
    yield _TABLE, table
    document = croissant(files, rows, maps.clock.now())
    yield "croissant.json", (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _arrays(maps: Maps, records: list[MapRecord]) -> bytes:
    """Return a sequence as `.npz`, in the form that our own reader takes."""
    first = records[0]
    cells = [
        maps.store.read(record.sequence, record.frame, version=record.version) for record in records
    ]
    file = io.BytesIO()
    named = dict(zip((f"d{axis}" for axis in first.axes), first.spacing, strict=True))
    arrays: dict[str, Any] = {
        "energy": np.stack(cells),
        "time": np.array([record.time_s for record in records]),
        **{name: np.float64(step) for name, step in named.items()},
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


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


def croissant(
    files: list[tuple[str, str, int, str]], records: list[MapRecord], now: datetime
) -> dict[str, Any]:
    """Return the metadata of an exported data set.

    Args:
        files: Name, media type, size in bytes and SHA-256 of each; the table first.
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
        ],
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
            }
        ],
    }
