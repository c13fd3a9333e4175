"""Units beside the file: `NAME.units.json` or `NAME.units.toml`."""

import json
import tomllib
from pathlib import Path
from typing import Any, cast

from industriverse.adapters.intake import suggestion
from industriverse.kernel.errors import InputError

_LARGEST = 1 << 20


def sidecar_units(path: Path, names: list[str]) -> dict[str, str]:
    """Return the units that a sidecar file states, an empty table where there is none.

    `data.csv.gz` may have `data.units.json`, `data.csv.units.json` or `data.csv.gz.units.json`.

    Raises:
        InputError: The sidecar is broken or names a column that is not there.
    """
    bases = [path.name]
    while "." in bases[-1].lstrip("."):
        bases.append(bases[-1].rsplit(".", 1)[0])
    for base in bases:
        for suffix in (".json", ".toml"):
            sidecar = path.with_name(f"{base}.units{suffix}")
            if sidecar.is_file():
                return _read(sidecar, names)
    return {}


def _read(sidecar: Path, names: list[str]) -> dict[str, str]:
    content = _loaded(sidecar)
    table = content.get("units", content)
    if not isinstance(table, dict):
        raise _broken(sidecar, "`units` is not a table")
    units: dict[str, str] = {}
    for name, unit in cast("dict[str, Any]", table).items():
        if not isinstance(unit, str):
            raise _broken(sidecar, f"the unit of {name!r} is {unit!r}, not text")
        if name not in names:
            raise InputError(
                f"{sidecar.name} gives a unit for {name!r}, which is not a column.",
                hint=suggestion(name, names),
                file=str(sidecar),
                column=name,
            )
        units[name] = unit
    return units


def _loaded(sidecar: Path) -> dict[str, Any]:
    try:
        if sidecar.stat().st_size > _LARGEST:
            raise _broken(sidecar, "it is larger than 1 MiB")
        text = sidecar.read_text("utf-8")
        loaded = json.loads(text) if sidecar.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(sidecar, str(error)) from error
    if not isinstance(loaded, dict):
        raise _broken(sidecar, "it holds no table")
    return cast("dict[str, Any]", loaded)


def _broken(sidecar: Path, reason: str) -> InputError:
    return InputError(
        f"The units file {sidecar.name} cannot be read: {reason}.",
        hint='Write {"channel": "unit", …}.',
        file=str(sidecar),
    )
