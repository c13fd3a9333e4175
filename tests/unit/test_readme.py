"""The first pages are true: links lead somewhere, commands exist, one screen stays one screen."""

import re
import shlex
import struct
from pathlib import Path

import pytest
import typer.main

from industriverse.interfaces.cli.main import app

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "docs/architecture.md",
    "docs/blueprint-map.md", "docs/glossary.md", "docs/limits.md", "docs/proof-format.md",
    "docs/tutorial.md",
]  # fmt: skip
MUST_LINK = {
    "docs/architecture.md", "docs/glossary.md", "docs/proof-format.md", "docs/openapi.json",
    "docs/limits.md", "docs/tutorial.md", "docs/blueprint-map.md", "CONTRIBUTING.md",
    "SECURITY.md", "CODE_OF_CONDUCT.md", "LICENSE",
}  # fmt: skip
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
TOLD = [page for page in PAGES if page != "docs/blueprint-map.md"]  # it names rooms to come
WITH_COMMANDS = ["README.md", "CONTRIBUTING.md", "docs/tutorial.md", "docs/limits.md",
                 "docs/proof-format.md", "docs/architecture.md"]  # fmt: skip


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def links_of(text: str) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link.split("#")[0] for link in found if not re.match(r"https?:|mailto:|#", link)]


def commands_of(text: str) -> list[list[str]]:
    """Return the words of each command line, and of each one between backquotes."""
    joined = text.replace("\\\n", " ")
    lines = re.findall(r"^ {4}(?:\.venv/bin/)?industriverse +(.+)$", joined, re.MULTILINE)
    quoted = re.findall(r"`(?:\.venv/bin/)?industriverse +([^`]+)`", joined)
    return [shlex.split(line, comments=True) for line in lines + quoted]


def targets_of(text: str) -> set[str]:
    return set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text, re.MULTILINE))


def unknown_words(words: list[str]) -> list[str]:
    """Return the command or the options of a call that the command line does not have."""
    known = typer.main.get_command(app)
    command = getattr(known, "commands", {}).get(words[0])
    if words[0].startswith("--"):
        return [] if words[0] == "--help" else words[:1]
    if command is None:
        return words[:1]
    options = {name for option in command.params for name in option.opts} | {"--help"}
    return [word for word in words[1:] if word.startswith("--") and word not in options]


def test_it_is_one_screen():
    lines = text_of("README.md").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 130


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page):
    found = links_of(text_of(page))
    folder = (ROOT / page).parent
    assert [link for link in found if not (folder / link).exists()] == []


def test_it_leads_to_what_a_reader_needs():
    assert set(links_of(text_of("README.md"))) >= MUST_LINK


def test_the_picture_is_a_small_png_of_the_page():
    (name,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of("README.md"))
    data = (ROOT / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) < 400_000
    assert struct.unpack(">I", data[16:20])[0] == 1280


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_named_targets_exist(page):
    made = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert targets_of(text_of(page)) <= made


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_named_commands_exist(page):
    assert [bad for words in commands_of(text_of(page)) for bad in unknown_words(words)] == []


def paths_of(text: str) -> list[str]:
    """Return the paths between backquotes that begin with a folder of the repository."""
    found = re.findall(r"`((?:tests|docs|models|src|web|changes)/[^`\s]*)`", text)
    return [path.split("::")[0] for path in found if not re.search(r"[<>*]", path)]


@pytest.mark.parametrize("page", [*TOLD, *(f"docs/adr/{path.name}" for path in ADRS)])
def test_named_paths_exist(page):
    assert [path for path in paths_of(text_of(page)) if not (ROOT / path).exists()] == []


def test_the_two_commands_and_three_uses_are_there():
    text = text_of("README.md")
    assert targets_of(text) >= {"up", "test"}
    assert {words[0] for words in commands_of(text)} >= {"predict", "verify", "backtest"}
    assert "industriverse.predict(" in text


def test_the_stated_python_is_the_required_one():
    required = re.search(r'requires-python = ">=(3\.\d+)"', text_of("pyproject.toml"))
    stated = re.search(r"Python (3\.\d+) or newer", text_of("README.md"))
    assert required
    assert stated
    assert required[1] == stated[1]


def test_a_page_that_lies_is_found():
    lie = "    .venv/bin/industriverse foretell x.csv\n    industriverse predict x --colour red\n"
    assert [unknown_words(words) for words in commands_of(lie)] == [["foretell"], ["--colour"]]
    assert targets_of("    make money   # soon") == {"money"}
    assert paths_of("`tests/none.py::test_a`, `tests/<x>.py`") == ["tests/none.py"]
    assert links_of("[a](docs/none.md#part), [b](https://a.b)") == ["docs/none.md"]
