"""What is wrong with a catalogue: files, headings, imports, units, and golden runs that differ."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from industriverse.kernel.errors import ContractError, IndustriverseError
from industriverse.kernel.fields import Grid, Trajectory

from ._catalog import Catalog, installed, load, make_domain
from ._manifest import Manifest
from ._params import full_params

HEADINGS = ("Question", "Data", "Method", "Limits", "References")
GOLDEN = "golden.json"
ABOUT = "about.md"
_LONGEST = 100
_OPEN = ("kernel", "physics")
_UNIT = re.compile(r"1|\[x\][0-9]?(\*s)?|(?:1/)?[A-Za-zµ%°Ω]+[0-9]?([*/·][A-Za-zµΩ]+[0-9]?)*")
_TOLERANCE = 1e-9
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one plugin, in a sentence."""

    plugin: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.plugin}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What a check of the catalogue found.

    Attributes:
        count: Number of plugins checked.
        problems: Everything that is wrong.
    """

    count: int
    problems: tuple[Problem, ...]


def check_catalog(catalog: Catalog | None = None) -> CatalogReport:
    """Check every plugin.

    Raises:
        ContractError: There is none, so that nothing would have been checked.
    """
    plugins = (catalog or installed()).plugins.values()
    if not plugins:
        raise ContractError("The catalogue is empty: there is nothing to check.")
    problems = tuple(problem for manifest in plugins for problem in check_plugin(manifest))
    return CatalogReport(len(plugins), problems)


def check_plugin(manifest: Manifest) -> tuple[Problem, ...]:
    """Return everything that is wrong with one plugin."""
    sentences = (
        *_folder(manifest),
        *_about(manifest.folder),
        *_units(manifest),
        *_imports(manifest),
        *_golden(manifest),
    )
    return tuple(Problem(manifest.id, sentence) for sentence in sentences)


def _folder(manifest: Manifest) -> Iterator[str]:
    folder = manifest.folder
    for name in (GOLDEN, ABOUT):
        if not (folder / name).is_file():
            yield f"{name} is missing."
    if folder.name != manifest.id.replace("-", "_"):
        yield f"The folder is called {folder.name!r}; id {manifest.id!r} wants its own name."
    if folder.parent.name != f"{manifest.kind}s":
        yield f"A {manifest.kind} belongs in `{manifest.kind}s/`, not in {folder.parent.name!r}."
    for path in sorted(folder.glob("*.py")):
        lines = len(path.read_text("utf-8").splitlines())
        if lines > _LONGEST:
            yield f"{path.name} has {lines} lines; move what others could use down to physics."


def _about(folder: Path) -> Iterator[str]:
    path = folder / ABOUT
    if not path.is_file():
        return
    parts = re.split(r"^## +(.+?) *$", path.read_text("utf-8"), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    for heading in HEADINGS:
        if heading not in found:
            yield f"{ABOUT} has no heading `## {heading}`."
        elif not found[heading].strip():
            yield f"{ABOUT} says nothing under `## {heading}`."


def _units(manifest: Manifest) -> Iterator[str]:
    sections = {"inputs": manifest.inputs, "outputs": manifest.outputs, "params": manifest.params}
    for section, slots in sections.items():
        for name, slot in slots.items():
            if not _UNIT.fullmatch(slot.unit):
                yield f"[{section}] {name}: {slot.unit!r} is no unit."
            if not slot.about:
                yield f"[{section}] {name} has no `about`."
            low, high, value = slot.minimum, slot.maximum, slot.default
            if value is not None and not _between(value, low, high):
                yield f"[{section}] {name}: default {value} lies outside {low} to {high}."


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _imports(manifest: Manifest) -> Iterator[str]:
    allowed = {*_OPEN, *(f"engines.{engine}" for engine in manifest.needs)}
    used: set[str] = set()
    for path in sorted(manifest.folder.glob("*.py")):
        for module in _imported(path):
            own = bool(manifest.package) and module.startswith(manifest.package)
            if own or not module.startswith("industriverse"):
                continue
            room = ".".join(module.split(".")[1 : 3 if ".engines." in f"{module}." else 2])
            used.add(room)
            if room not in allowed:
                yield f"{path.name} imports {module}; `needs` does not name it."
    for engine in manifest.needs:
        if f"engines.{engine}" not in used:
            yield f"`needs` names {engine!r}, which no code imports."


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from names if node.module == "industriverse.engines" else [node.module]


def _golden(manifest: Manifest) -> Iterator[str]:
    path = manifest.folder / GOLDEN
    if not path.is_file():
        return
    try:
        golden = json.loads(path.read_text("utf-8"))
        got = run_golden(manifest, golden)
        wanted = golden["outputs"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        yield f"{GOLDEN} cannot be run: {error!r}."
        return
    except IndustriverseError as error:
        yield f"{GOLDEN} is refused: {error.message}"
        return
    if not wanted:
        yield f"{GOLDEN} expects nothing."
    for name in sorted({*wanted, *got} - _rounding(manifest)):
        if difference := _difference(
            wanted.get(name), got.get(name), golden.get("rtol", _TOLERANCE)
        ):
            yield f"{GOLDEN}: {name} {difference}"


def _rounding(manifest: Manifest) -> set[str]:
    """Return what a solver keeps exactly: it may be rounding alone, other on each machine.

    The suite of all solvers holds these series to their bounds.
    """
    kept: Mapping[str, float] = manifest.solver.get("conserves", {})
    return {name for name, bound in kept.items() if bound <= _EXACT}


def run_golden(manifest: Manifest, golden: Mapping[str, Any]) -> dict[str, Any]:
    """Run a plugin on its golden inputs and return what it gives, by name.

    Raises:
        ContractError: The entry cannot be called.
    """
    if manifest.kind == "domain":
        return _run_domain(manifest, golden["trajectory"])
    entry = load(manifest)
    if not callable(entry):
        raise ContractError(f"Entry {manifest.entry} of {manifest.id!r} cannot be called.")
    run = cast("Callable[..., dict[str, Any]]", entry)
    inputs = {name: np.asarray(values, float) for name, values in golden["inputs"].items()}
    return dict(run(inputs, full_params(manifest, golden["params"])))


def _run_domain(manifest: Manifest, table: Mapping[str, Any]) -> dict[str, Any]:
    adapter = make_domain(manifest)
    axes = {name: tuple(values) for name, values in table["grid"].items()}
    trajectory = Trajectory(
        variables={name: np.asarray(v, float) for name, v in table["variables"].items()},
        units=table["units"],
        grid=Grid(**axes),
        start_s=0.0,
        step_s=table["step_s"],
        closed=table.get("closed"),
        parameters=table.get("parameters", {}),
    )
    energy, unit, reference = adapter.energy(trajectory)
    budget, entropy = adapter.budget(trajectory), adapter.entropy(trajectory)
    return {
        "fits": adapter.fits(trajectory),
        "energy": energy,
        "unit": unit,
        "reference": reference,
        "content": budget.content,
        "exchange": budget.exchange,
        "kind": budget.kind,
        "entropy": None if entropy is None else entropy[0],
    }


def _difference(wanted: object, got: object, rtol: float) -> str:
    """Return how a value differs from the golden one, or nothing."""
    if got is None or isinstance(got, str) or wanted is None:
        return "" if wanted == got else f"is {got!r}, golden is {wanted!r}."
    a, b = (np.asarray(value, dtype=np.float64) for value in (wanted, got))
    if a.shape != b.shape:
        return f"has shape {b.shape}, golden has {a.shape}."
    scale = max(float(np.abs(a).max(initial=0.0)), np.finfo(np.float64).tiny)
    worst = float(np.abs(a - b).max(initial=0.0)) / scale
    # Written so that NaN differs.
    return "" if worst <= rtol else f"differs by {worst:.2g} of its size; {rtol:g} is allowed."
