"""A real ArcadeDB server, which speaks Bolt and its own Cypher, in a temporary folder on loopback.

Its wheel carries jars and Java; it is brought into the user's cache by `uv` as the machine has it
set up, and used as a process of its own.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import pytest

from tests.neo4j_server import (
    Server,
    cache_folder,
    fetch_or_say,
    free_port,
    or_skip,
    running,
    wait_for,
)

_PINS = Path(__file__).parent / "bolt_servers" / "arcadedb.txt"


@contextmanager
def running_server() -> Generator[Server]:
    """Start a server with an empty graph, yield its address, stop it."""
    package = _package()
    port, password = free_port(), secrets.token_hex(12)
    given = {
        "server.rootPassword": password,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": free_port(),
        "server.defaultDatabases": "graph[root]",
        "bolt.host": "127.0.0.1",
        "bolt.port": port,
        "bolt.defaultDatabase": "graph",
    }
    url = f"bolt://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="iv-arcadedb-") as name:
        words = [str(package / "jre" / "bin" / "java"), "-Xmx512m", "-XX:+UseSerialGC"]
        words += ["--add-modules", "jdk.incubator.vector", "-cp", f"{package / 'jars'}/*"]
        words += [f"-Darcadedb.{setting}={value}" for setting, value in given.items()]
        words += [f"-Darcadedb.server.rootPath={name}", "com.arcadedb.server.ArcadeDBServer"]
        with (
            running(words, Path(name)) as last_words,
            neo4j.GraphDatabase.driver(url, auth=("root", password)) as driver,
        ):
            server = Server(url, "root", password, driver)
            wait_for(lambda: server.run("RETURN 1"), last_words)
            yield server


def fetch() -> Path:
    """Bring the wheel into the cache, where it is not; return its folder.

    Raises:
        RuntimeError: It is not to be had, or is another than the pinned one.
    """
    folder = cache_folder("arcadedb", _PINS)
    if not (folder / "whole").exists():
        words = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--no-deps"]
        words += ["--require-hashes", "--target", str(folder), "-r", str(_PINS)]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"ArcadeDB could not be installed: {done.stderr[-500:]}")
        (folder / "whole").touch()
    return folder / "arcadedb_embedded"


def _package() -> Path:
    whole = (cache_folder("arcadedb", _PINS) / "whole").exists()
    if not whole and os.environ.get("INDUSTRIVERSE_TEST_INSTALL") != "1":
        pytest.skip("no ArcadeDB here; `make setup` fetches one")
    return or_skip(fetch)


if __name__ == "__main__":
    fetch_or_say(fetch, "ArcadeDB")
