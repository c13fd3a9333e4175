"""The graph servers that tests run: fetched by `make setup`, skipped with the reason elsewhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.neo4j_server import fetch, find_java, running_server

ROOT = Path(__file__).parents[2]


def place(folder: Path, name: str, *lines: str) -> Path:
    script = folder / name
    script.write_text("\n".join(("#!/bin/sh", *lines, "")))
    script.chmod(0o755)
    return script


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A folder that is the whole PATH, beside an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def java(version: str, status: int = 0) -> tuple[str, ...]:
    return (f"echo 'openjdk version \"{version}\" 2025-04-15' >&2", f"exit {status}")


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.2", "25-ea", "100"])
def test_a_java_of_17_or_newer_is_found(tools, version):
    script = place(tools, "java", *java(version))
    assert find_java() == str(script)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (java("1.8.0_292"), "Java 8 is here; Neo4j needs 17"),
        (java("11.0.2"), "Java 11 is here; Neo4j needs 17"),
        (java("16.0.1"), "Java 16 is here; Neo4j needs 17"),
        (java("17.0.15", status=1), "does not tell its version"),
        (("echo no version",), "does not tell its version"),
        ((), "does not tell its version"),
        (None, "no Java here"),
    ],
)
def test_without_such_a_java_the_suite_skips_with_the_reason(tools, lines, reason):
    if lines is not None:
        place(tools, "java", *lines)
    with pytest.raises(pytest.skip.Exception, match=reason), running_server():
        pass
    with pytest.raises(RuntimeError, match=reason):  # nor is anything fetched for it
        fetch()


def test_without_jars_the_suite_skips_and_tells_what_fetches_them(tools, monkeypatch):
    place(tools, "java", *java("17.0.15"))
    monkeypatch.delenv("INDUSTRIVERSE_TEST_INSTALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="make setup"), running_server():
        pass


@pytest.mark.parametrize(
    ("maven", "reason"),
    [
        (None, "no Maven here"),
        (("echo no route to the mirror", "exit 1"), "no route to the mirror"),
        (("for last; do :; done", 'echo x > "${last#-DoutputDirectory=}/other.jar"'), "other.jar"),
    ],
)
def test_jars_that_cannot_be_had_are_told(tools, tmp_path, maven, reason):
    place(tools, "java", *java("17.0.15"))
    if maven is not None:
        place(tools, "mvn", *maven)
    with pytest.raises(RuntimeError, match=reason):
        fetch()
    assert list((tmp_path / "cache").rglob("*.jar")) == []


def test_the_command_says_why_in_one_sentence(tools):
    place(tools, "java", *java("11.0.2"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.neo4j_server"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tools)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Neo4j is not fetched, so its tests will be skipped: "
        "Java 11 is here; Neo4j needs 17 or newer"
    ]


@pytest.fixture
def make(tmp_path):
    """Run `make` where everything is installed and each program says its words and fails."""
    program = shutil.which("make")
    if program is None:
        pytest.skip("no make here")
    place(tmp_path, "python", 'echo "said $@"', "exit 1")
    (tmp_path / "installed").touch()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        given = [f"BIN={tmp_path}", f"STAMP={tmp_path / 'installed'}"]
        return subprocess.run(
            [program, "-C", str(ROOT), *given, *words],
            check=False,
            capture_output=True,
            text=True,
        )

    return run


def test_setup_asks_for_both_servers_and_goes_on_without_them(make):
    done = make("setup")
    assert done.returncode == 0
    said = [line for line in done.stdout.splitlines() if line.startswith("said")]
    assert said == ["said -m tests.neo4j_server", "said -m tests.arcadedb_server"]


def test_up_asks_for_none(make):
    done = make("--dry-run", "up")
    assert done.returncode == 0
    assert "industriverse serve" in done.stdout
    assert "_server" not in done.stdout
