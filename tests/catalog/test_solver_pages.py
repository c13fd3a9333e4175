"""Every solver has a page with figures, a picture that the page shows, and a test file."""

import re
from pathlib import Path

import pytest

from industriverse.kernel.plugins import installed

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "physics"
TESTS = ROOT / "tests" / "unit" / "engines" / "simulation"
SOLVERS = installed().of_kind("solver")
_LEAST_BYTES = 10_000
_CYCLES = ("brayton", "diesel", "otto", "rankine", "vapour_compression")
PAGE_OF: dict[str, str] = dict.fromkeys(_CYCLES, "cycles")
"""Five cycles of the same steps share a page and a test file."""
TEST_OF: dict[str, str] = {
    **dict.fromkeys(_CYCLES, "cycles"),
    "active_matter": "active_fluid",
    "advection_diffusion": "advection",
    "darcy_flow": "darcy",
    "demo_plant": "plant",
    "heat_conduction": "conduction",
    "incompressible_flow": "incompressible",
    "swing_equation": "swing",
}
"""Test files that are named after the engine's file, not after the solver."""


@pytest.fixture(params=[m.folder.name for m in SOLVERS])
def solver(request):
    return request.param


def page_of(solver: str) -> str:
    return PAGE_OF.get(solver, solver)


def test_the_suite_sees_the_solvers():
    assert {"gray-scott", "lorenz", "rankine", "demo-plant"} <= {m.id for m in SOLVERS}


def test_it_has_a_page_that_shows_its_picture(solver):
    name = page_of(solver)
    text = (PAGES / f"{name}.md").read_text("utf-8")
    assert f"]({name}.png)" in text
    assert (PAGES / f"{name}.png").stat().st_size >= _LEAST_BYTES


def test_its_page_says_what_was_checked_against_what(solver):
    """A table of at least three rows, most of them with a number."""
    text = (PAGES / f"{page_of(solver)}.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    measured = [row for row in rows if re.search(r"\d", row.split("|")[-2])]
    assert len(measured) >= 3


def test_its_page_says_what_decides_its_regime(solver):
    """Either a control, or why there is none."""
    text = (PAGES / f"{page_of(solver)}.md").read_text("utf-8")
    assert re.search(r"^\*\*Control\.\*\*|^\*\*Regime\.\*\*", text, flags=re.MULTILINE)


def test_it_has_a_test_file_of_its_own(solver):
    path = TESTS / f"test_{TEST_OF.get(solver, solver)}.py"
    assert len(re.findall(r"^def test_", path.read_text("utf-8"), flags=re.MULTILINE)) >= 5


def test_names_that_differ_are_needed():
    folders = {m.folder.name for m in SOLVERS}
    assert {*PAGE_OF, *TEST_OF} <= folders
    assert all(name != other for table in (PAGE_OF, TEST_OF) for name, other in table.items())
