"""A plugin's manifest, read without importing its code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from industriverse.kernel.errors import ContractError

MANIFEST = "manifest.toml"
_REQUIRED = ("id", "kind", "title", "summary", "status", "needs", "entry")
_SECTIONS = ("inputs", "outputs", "params", "law", "solver")
_STATUSES = ("draft", "checked", "proven")
ID = re.compile(r"[a-z][a-z0-9_-]*")
_ENTRY = re.compile(r"[a-z_][a-z0-9_]*:[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Slot:
    """One input, output or parameter of a plugin.

    Attributes:
        unit: SI spelling; "1" for a pure number.
        dims: Names of its dimensions; empty for a number.
        about: One sentence.
        default: Value of a parameter that is not given, or None where it must be.
        minimum, maximum: Limits of a parameter, or None.
        names: Other names under which files hold it, CF standard names first.
    """

    unit: str
    dims: tuple[str, ...] = ()
    about: str = ""
    default: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says about itself.

    Attributes:
        id: Unique over all plugins.
        kind: `domain`, `solver`, `capsule` …; the folder above it is its plural.
        title: For people; product names live here.
        summary: One sentence.
        status: `draft`, `checked` or `proven`; the build decides which is true.
        needs: Engines that its code may import.
        entry: `module:object`.
        inputs, outputs, params: Its slots, by name.
        law: A domain's declared laws and their numbers; empty for other kinds.
        solver: What a solver of fields declares (`kernel/solvers.py`); empty for other kinds.
        package: Dotted name of the package that holds the code; "" for a folder of its own.
        folder: Where the files lie.
    """

    id: str
    kind: str
    title: str
    summary: str
    status: str
    needs: tuple[str, ...]
    entry: str
    inputs: Mapping[str, Slot]
    outputs: Mapping[str, Slot]
    params: Mapping[str, Slot]
    law: Mapping[str, str | float]
    solver: Mapping[str, Any]
    package: str
    folder: Path


def read_manifest(folder: Path, package: str = "") -> Manifest:
    """Read one plugin's manifest.

    Raises:
        ContractError: It is missing, not TOML, or lacks or adds a member.
    """
    path = folder / MANIFEST
    where = f"{folder.parent.name}/{folder.name}/{MANIFEST}"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ContractError(f"{where} is missing.", hint="Write the manifest.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{where} is not TOML: {error}") from error
    if problem := _problem(table):
        raise ContractError(f"{where}: {problem}")
    return Manifest(
        id=table["id"],
        kind=table["kind"],
        title=table["title"],
        summary=table["summary"],
        status=table["status"],
        needs=tuple(table["needs"]),
        entry=table["entry"],
        inputs=_slots(table.get("inputs", {}), where),
        outputs=_slots(table.get("outputs", {}), where),
        params=_slots(table.get("params", {}), where),
        law=table.get("law", {}),
        solver=table.get("solver", {}),
        package=package,
        folder=folder,
    )


def _problem(table: Mapping[str, Any]) -> str:
    """Return what is wrong with a manifest, or nothing."""
    missing = [name for name in _REQUIRED if name not in table]
    extra = sorted(set(table) - set(_REQUIRED) - set(_SECTIONS))
    if missing or extra:
        return f"it lacks {missing} and adds {extra}."
    texts = [name for name in _REQUIRED if name != "needs"]
    if wrong := [name for name in texts if not isinstance(table[name], str) or not table[name]]:
        return f"{wrong} must be text that is not empty."
    if not isinstance(table["needs"], list):
        return "`needs` must be a list of engines."
    checks = (
        (table["status"] in _STATUSES, f"status {table['status']!r} is none of {_STATUSES}."),
        (ID.fullmatch(table["id"]), f"id {table['id']!r} is not of a-z, 0-9, - and _."),
        (_ENTRY.fullmatch(table["entry"]), f"entry {table['entry']!r} is not `module:object`."),
    )
    return next((sentence for fine, sentence in checks if not fine), "")


_SLOT_MEMBERS = {"unit", "dims", "about", "default", "min", "max", "names"}


def _slots(table: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    for name, slot in table.items():
        if "unit" not in slot or set(slot) - _SLOT_MEMBERS:
            raise ContractError(
                f"{where}: slot {name!r} has {sorted(slot)}; it needs `unit` and may have "
                f"{sorted(_SLOT_MEMBERS - {'unit'})}."
            )
        slots[name] = Slot(
            unit=slot["unit"],
            dims=tuple(slot.get("dims", ())),
            about=slot.get("about", ""),
            default=slot.get("default"),
            minimum=slot.get("min"),
            maximum=slot.get("max"),
            names=tuple(slot.get("names", ())),
        )
    return slots
