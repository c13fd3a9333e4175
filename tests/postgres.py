"""A real PostgreSQL server in a temporary folder, on a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PORT = "5432"


@contextmanager
def running_server(*settings: str) -> Generator[str]:
    """Start a server, yield the URL of an empty database, stop it.

    Args:
        settings: Further `name=value` settings of the server.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="iv-pg-"))
    try:
        yield from _served(programs, folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _served(programs: Path, folder: Path, settings: tuple[str, ...]) -> Generator[str]:
    owner = _owner()
    if owner:
        shutil.chown(folder, owner)
    data = folder / "data"
    words = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--username=postgres"]
    _run([programs / "initdb", "-D", data, *words], owner)
    given = " ".join(f"-c {setting}" for setting in settings)
    options = f"-k {folder} -h '' -p {_PORT} {given}"
    _run(
        [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], owner
    )
    try:
        yield f"postgresql+pg8000://postgres@/postgres?unix_sock={folder}/.s.PGSQL.{_PORT}"
    finally:
        _run([programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], owner)


def _programs() -> Path:
    if os.environ.get("INDUSTRIVERSE_TEST_INSTALL") == "1" and _found() is None:
        words = ["apt-get", "install", "--yes", "--no-install-recommends", "postgresql"]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True, env=quiet)
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=quiet)
        if done.returncode != 0:
            pytest.fail(f"PostgreSQL could not be installed: {done.stderr[-500:]}")
    programs = _found()
    if programs is None:
        pytest.skip("no PostgreSQL server here; INDUSTRIVERSE_TEST_INSTALL=1 installs one")
    return programs


def _found() -> Path | None:
    if (on_path := shutil.which("initdb")) is not None:
        return Path(on_path).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def _owner() -> str | None:
    """Return whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")


def _run(words: list[str | Path], owner: str | None) -> None:
    done = subprocess.run(
        words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=owner, cwd="/"
    )
    if done.returncode != 0:
        pytest.fail(f"{words[0]} failed: {done.stderr.decode(errors='replace')[-500:]}")
