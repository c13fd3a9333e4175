"""A new plugin's folder, complete enough to pass its own check as a draft."""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from industriverse.kernel.errors import ConflictError, ContractError

from ._check import ABOUT, GOLDEN, HEADINGS, run_golden
from ._manifest import ID, MANIFEST, read_manifest

KINDS = ("domain", "solver", "capsule")
_TEMPLATES = Path(__file__).parent / "templates"
_DOMAIN_GOLDEN: Mapping[str, Any] = {
    "trajectory": {
        "variables": {"quantity": [[1.0, 3.0], [2.0, 2.0]]},
        "units": {"quantity": "1"},
        "grid": {
            "shape": [2],
            "spacing": [0.5],
            "axes": ["x"],
            "units": ["m"],
            "boundary": ["reflecting"],
        },
        "step_s": 1.0,
        "closed": True,
    }
}
_RUN_GOLDEN: Mapping[str, Any] = {"inputs": {"series": [1.0, 2.0, 6.0]}, "params": {"scale": 1.0}}


def new_plugin(kind: str, name: str, folder: Path) -> Path:
    """Write a new plugin and return its folder, `folder/<kind>s/<name>/`.

    Args:
        kind: `domain`, `solver` or `capsule`.
        name: Lower-case letters, digits, and hyphens or underscores; it becomes the id.
        folder: The catalogue's home.

    Raises:
        ContractError: Another kind, or a name that cannot be an id.
        ConflictError: The folder is there already.
    """
    if kind not in KINDS:
        raise ContractError(f"There is no kind {kind!r}.", hint=f"One of: {', '.join(KINDS)}.")
    name = name.replace("_", "-")
    if not ID.fullmatch(name):
        raise ContractError(f"{name!r} cannot be an id.", hint="Letters a-z, digits and hyphens.")
    home = folder / f"{kind}s" / name.replace("-", "_")
    if home.exists():
        raise ConflictError(f"There is a {kind} called {name!r} already.", hint="Choose a name.")
    home.mkdir(parents=True)
    _write(kind, name, home)
    return home


def _write(kind: str, name: str, home: Path) -> None:
    words = name.replace("-", " ")
    fill = {"id": name, "kind": kind, "module": home.name, "title": words.capitalize()}
    form = "domain" if kind == "domain" else "run"
    for template, target in ((f"{form}.toml", MANIFEST), (f"{form}.py", f"{home.name}.py")):
        text = Template((_TEMPLATES / f"{template}.txt").read_text("utf-8")).substitute(fill)
        (home / target).write_text(text, "utf-8")
    (home / "__init__.py").write_text(f'"""{words.capitalize()}."""\n', "utf-8")
    sections = "\n".join(f"## {heading}\nTo be written.\n" for heading in HEADINGS)
    (home / ABOUT).write_text(f"# {words.capitalize()}\n\n{sections}", "utf-8")
    write_golden(home, _DOMAIN_GOLDEN if kind == "domain" else _RUN_GOLDEN)


def write_golden(home: Path, golden: Mapping[str, Any], package: str = "") -> None:
    """Run a plugin on golden inputs and record what it gives, to be judged by a person."""
    outputs = run_golden(read_manifest(home, package), golden)
    document = {**golden, "outputs": {name: _plain(value) for name, value in outputs.items()}}
    (home / GOLDEN).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return float(value) if isinstance(value, np.floating) else value
