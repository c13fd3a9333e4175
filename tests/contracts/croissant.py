"""What Croissant 1.0 asks of a data set's metadata (https://docs.mlcommons.org/croissant/docs/)."""

import csv
import fnmatch
import io
import re
from typing import Any

REQUIRED = {
    "sc:Dataset": {
        "@context",
        "conformsTo",
        "name",
        "description",
        "license",
        "url",
        "creator",
        "datePublished",
    },
    "cr:FileObject": {"@id", "name", "contentUrl", "encodingFormat", "sha256"},
    "cr:FileSet": {"@id", "name", "encodingFormat", "includes"},
    "cr:RecordSet": {"@id", "name", "field", "key"},
    "cr:Field": {"@id", "name", "dataType", "source"},
}
ALLOWED = {
    "sc:Dataset": {
        *("@type", "version", "citeAs", "keywords", "distribution", "recordSet"),
    },
    "cr:FileObject": {"@type", "contentSize", "description"},
    "cr:FileSet": {"@type", "description"},
    "cr:RecordSet": {"@type", "description"},
    "cr:Field": {"@type", "description"},
}
DATA_TYPES = {"sc:Text", "sc:Integer", "sc:Float", "sc:Boolean", "sc:Date", "sc:URL"}
EXTRACTS = {
    "fileProperty": {"fullpath", "filename", "content", "lines", "lineNumbers"},
}
CROISSANT_WORDS = {
    *("citeAs", "column", "data", "dataType", "equivalentProperty", "examples", "extract"),
    *("field", "fileProperty", "fileObject", "fileSet", "format", "includes", "isLiveDataset"),
    *("jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
}


def broken_rules(document: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    """Return what is wrong with metadata, as one sentence each.

    Args:
        document: The metadata.
        files: Every other file of the data set by its name.
    """
    nodes = list(_nodes(document))
    found = [said for node in nodes for said in _of_node(node)]
    ids = [node["@id"] for node in nodes if "@id" in node]
    found += [
        f"{name} stands for two things." for name in sorted({i for i in ids if ids.count(i) > 1})
    ]
    found += _of_context(document["@context"])
    known = {node["@id"]: node["@type"] for node in nodes if "@id" in node}
    for node in nodes:
        found += _of_references(node, known)
    found += _of_files(document, files)
    if document["conformsTo"] != "http://mlcommons.org/croissant/1.0":
        found.append("It conforms to no known version.")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", document["datePublished"]):
        found.append("Its date is no ISO date.")
    return found


def _nodes(value: Any):
    if isinstance(value, dict):
        if value.get("@type", "") in REQUIRED:
            yield value
        for name, part in value.items():
            if name != "@context":
                yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _of_node(node):
    kind, held = node["@type"], set(node)
    name = node.get("@id", kind)
    if missing := REQUIRED[kind] - held:
        yield f"{name} lacks {sorted(missing)}."
    if strange := held - REQUIRED[kind] - ALLOWED[kind]:
        yield f"{name} holds {sorted(strange)}, which nothing reads."
    if kind == "cr:Field" and node["dataType"] not in DATA_TYPES:
        yield f"{name} has the type {node['dataType']}."
    if kind == "cr:FileObject" and not re.fullmatch(r"[0-9a-f]{64}", node.get("sha256", "")):
        yield f"{name} has no SHA-256."
    if kind in {"cr:RecordSet", "cr:Field"} and re.search(r"[^\w/.-]", node["@id"]):
        yield f"{name} is no identifier."


def _of_context(context):
    if context.get("@vocab") != "https://schema.org/" or context.get("cr") != (
        "http://mlcommons.org/croissant/"
    ):
        yield "Its context has other vocabularies."
    for word in sorted(CROISSANT_WORDS):
        meaning = context.get(word)
        if (meaning if isinstance(meaning, str) else (meaning or {}).get("@id")) != f"cr:{word}":
            yield f"Its context does not say what {word} means."


def _of_references(node, known):
    if node["@type"] == "cr:RecordSet":
        yield from _of_fields(node)
    if node["@type"] == "cr:Field":
        yield from _of_source(node, known)


def _of_fields(node):
    own = {field["@id"] for field in node["field"]}
    if node["key"]["@id"] not in own:
        yield f"The key of {node['@id']} is none of its fields."
    if any(not name.startswith(f"{node['@id']}/") for name in own):
        yield f"Fields of {node['@id']} are not named after it."


def _of_source(node, known):
    source = dict(node["source"])
    extract = source.pop("extract", {})
    kinds = {"fileObject": "cr:FileObject", "fileSet": "cr:FileSet"}
    if len(source) != 1 or not set(source) <= set(kinds):
        yield f"{node['@id']} has not exactly one source."
        return
    ((way, target),) = source.items()
    if known.get(target["@id"]) != kinds[way]:
        yield f"{node['@id']} comes from {target['@id']}, which is no {way}."
    if len(extract) != 1 or not set(extract) <= {"column", "fileProperty"}:
        yield f"{node['@id']} does not say what to extract."
    if extract.get("fileProperty", "content") not in EXTRACTS["fileProperty"]:
        yield f"{node['@id']} extracts no property of a file."


def _of_files(document, files):
    objects = [n for n in document["distribution"] if n["@type"] == "cr:FileObject"]
    listed = {node["contentUrl"] for node in objects}
    if listed != set(files):
        yield f"Files and list differ in {sorted(listed ^ set(files))}."
    fields = [field for records in document["recordSet"] for field in records["field"]]
    read = {part["@id"] for f in fields for part in f["source"].values() if "@id" in part}
    sets = [n for n in document["distribution"] if n["@type"] == "cr:FileSet" and n["@id"] in read]
    for node in objects:
        covered = any(fnmatch.fnmatch(node["contentUrl"], s["includes"]) for s in sets)
        if node["@id"] not in read and not covered:
            yield f"{node['@id']} belongs to no record set."
    for field in fields:
        if "column" in field["source"]["extract"] and "fileObject" in field["source"]:
            text = files[field["source"]["fileObject"]["@id"]].decode()
            if field["source"]["extract"]["column"] not in next(csv.reader(io.StringIO(text))):
                yield f"{field['@id']} names no column."
