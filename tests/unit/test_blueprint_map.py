"""The map of the blueprint cannot lie: names, rooms, states and tests are looked up."""

import ast
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.blueprint_names import derive

ROOT = Path(__file__).parents[2]
BLUEPRINT = ROOT.parent / "shared" / "spec" / "blueprint.md"
NAMES = ROOT / "docs" / "blueprint-names.txt"
MAP = ROOT / "docs" / "blueprint-map.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
STATES = {"none", "part", "done"}
ABSENT = "–"


@dataclass(frozen=True)
class Row:
    kind: str
    name: str
    rooms: tuple[str, ...]
    state: str
    test: str


def rows_of(text: str) -> list[Row]:
    found: list[Row] = []
    kind = ""
    for line in text.splitlines():
        heading = re.match(r"## .+ \((.+)\)$", line)
        kind = heading[1] if heading else kind
        if not line.startswith("| ") or line.startswith(("| name |", "| --- |")):
            continue
        name, room, state, test = (cell.strip() for cell in line.strip("|").split("|"))
        rooms = tuple(re.findall(r"`([^`]+)`", room))
        found.append(Row(kind, name.strip("`"), rooms, state, test.strip("`")))
    return found


ROWS = rows_of(MAP.read_text("utf-8"))
NAMED = sorted({row.test for row in ROWS} - {ABSENT})


def names_of(text: str) -> list[tuple[str, str]]:
    pairs = [line.split("\t") for line in text.splitlines()]
    return [(kind, name) for kind, name in pairs]


def room_exists(room: str) -> bool:
    if room.startswith("/") or ".." in room:
        return False
    return (ROOT / "src" / "industriverse" / room).exists() or (ROOT / room).exists()


def faults(row: Row) -> list[str]:
    """Return what is wrong with one row, apart from its test."""
    found: list[str] = []
    if row.state not in STATES:
        found.append(f"{row.name}: {row.state!r} is no state")
    if not row.rooms:
        found.append(f"{row.name}: no room")
    if (row.state == "none") != (row.test == ABSENT):
        found.append(f"{row.name}: {row.state}, yet its test is {row.test}")
    if row.state != "none":
        found += [f"{row.name}: no room {room}" for room in row.rooms if not room_exists(room)]
    return found


def members(path: Path) -> tuple[dict[str, ast.AST], dict[str, Path]]:
    """Return a module's functions and classes, and where each imported name is from."""
    tree = ast.parse(path.read_text("utf-8"))
    own: dict[str, ast.AST] = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    origin = {
        alias.asname or alias.name: ROOT / (node.module.replace(".", "/") + ".py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.")
        for alias in node.names
        if node.module
    }
    return own, origin


def has_method(path: Path, owner: str, method: str) -> bool:
    """Look for a method in a class, then in the classes that it inherits from."""
    own, origin = members(path)
    node = own.get(owner)
    if not isinstance(node, ast.ClassDef):
        return owner in origin and has_method(origin[owner], owner, method)
    if any(isinstance(child, ast.FunctionDef) and child.name == method for child in node.body):
        return True
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return any(has_method(path, base, method) for base in bases)


def node_exists(node: str) -> bool:
    file, *path = node.split("::")
    source = ROOT / "tests" / file
    if not source.is_file() or not source.name.startswith("test_") or not path:
        return False
    if not path[-1].startswith("test_"):
        return False
    if len(path) == 1:
        return isinstance(members(source)[0].get(path[0]), ast.FunctionDef)
    return path[0].startswith("Test") and has_method(source, path[0], path[1])


def test_the_list_is_that_of_the_blueprint():
    if not BLUEPRINT.is_file():
        pytest.skip(f"the blueprint is not at {BLUEPRINT.name} beside this checkout")
    assert names_of(NAMES.read_text("utf-8")) == derive(BLUEPRINT.read_text("utf-8"))


def test_the_rule_sees_each_kind_of_name():
    text = """## SECTION
### 1. shop.industriverse.com
- `/v1/shop/{id}` - goods
**Key Features:**
- Shelf (wide)
### Expansion Pack 7: Shelves (SHV)
1. **Long Shelf**
   - **Components:**
     - Boards (oak)
   - **Metrics:** Load >9 kg
shop/door.py
  ├── Door   # opens
  ├── knock()
class Bell(Base):
    x = self.till.ring(y, 1.5)
## BUSINESS
- Stars: 1000
"""
    assert derive(text) == [
        ("site", "shop.industriverse.com"), ("endpoint", "/v1/shop/{id}"),
        ("site feature", "Shelf"), ("pack", "Shelves (SHV)"), ("pillar", "Long Shelf"),
        ("component", "Boards"), ("target", "Load >9 kg"), ("file", "door.py"),
        ("code", "Door"), ("code", "knock"), ("code", "Bell"), ("code", "ring"),
    ]  # fmt: skip


def test_every_name_has_exactly_one_row():
    listed = Counter((row.kind, row.name) for row in ROWS)
    assert max(listed.values()) == 1
    assert set(listed) == set(names_of(NAMES.read_text("utf-8")))


@pytest.mark.parametrize("state", sorted(STATES))
def test_rows_of_each_state_are_in_order(state):
    chosen = [row for row in ROWS if row.state == state]
    assert chosen
    assert [fault for row in chosen for fault in faults(row)] == []


def test_no_row_has_another_state():
    assert {row.state for row in ROWS} <= STATES


@pytest.mark.parametrize("node", NAMED)
def test_a_named_node_exists(node):
    assert node_exists(node)


def test_the_named_nodes_are_collected():
    files = sorted({f"tests/{node.split('::', 1)[0]}" for node in NAMED})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "--no-header",
        "-o",
        "addopts=",
    ]
    said = subprocess.run(
        [*command, "--import-mode=importlib", *files],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    collected = {line.split("[", 1)[0] for line in said.stdout.splitlines()}
    assert [node for node in NAMED if f"tests/{node}" not in collected] == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (Row("code", "a", ("physics",), "done", ABSENT), "yet its test is"),
        (Row("code", "a", ("engines/nowhere",), "part", "x"), "no room engines/nowhere"),
        (Row("code", "a", ("../shared",), "part", "x"), "no room ../shared"),
        (Row("code", "a", ("physics",), "none", "x"), "yet its test is"),
        (Row("code", "a", ("physics",), "nearly", "x"), "no state"),
        (Row("code", "a", (), "part", "x"), "no room"),
    ],
)
def test_a_lying_row_is_found(row, fault):
    assert any(fault in found for found in faults(row))


@pytest.mark.parametrize(
    "node",
    [
        "unit/test_blueprint_map.py",
        "unit/test_blueprint_map.py::test_that_nobody_wrote",
        "unit/test_blueprint_map.py::rows_of",
        "unit/test_nowhere.py::test_a",
        "integration/test_graph_ladybug.py::TestLadybugGraphStore::test_that_nobody_wrote",
        "contracts/graph_store.py::GraphStoreContract::test_every_label_is_there",
    ],
)
def test_a_test_that_is_not_there_is_found(node):
    assert not node_exists(node)


def test_the_glossary_names_rooms_that_exist():
    cells = [line.strip("|").split("|") for line in GLOSSARY.read_text("utf-8").splitlines()]
    rooms = [re.sub(r"\*[^*]+\*", "", cell[2]) for cell in cells if len(cell) == 3]
    named = {room for text in rooms for room in re.findall(r"[a-z]+/[\w./-]+\w", text)}
    assert len(named) > 10
    assert {room for room in named if not room_exists(room)} == set()


def test_each_acronym_of_the_names_is_in_the_glossary():
    text = GLOSSARY.read_text("utf-8")
    names = " ".join(row.name for row in ROWS if row.kind in {"pack", "code"})
    acronyms = set(re.findall(r"\(([A-Z]{3})\b", names)) | {"NVP", "ACE", "EIL", "IDF", "CEU"}
    acronyms |= {"PFT", "MUNT", "AMM", "DGM", "PoE", "MCP", "BFT", "TIL", "TSE", "TSO"}
    assert {word for word in acronyms if not re.search(rf"\b{word}\b", text)} == set()
