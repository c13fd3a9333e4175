"""A real Neo4j Community server in a temporary folder, on a random port of loopback.

Its jars come through Maven as the machine has it set up, into the user's cache, and are used only
if they are those that `bolt_servers/neo4j.sha256` lists. `make setup` brings them.
"""

import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError

_HERE = Path(__file__).parent / "bolt_servers"
_LIST = _HERE / "neo4j.sha256"
_START_S = 120
_OLDEST_JAVA = 17
Found = TypeVar("Found")
_SETTINGS = """
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=32m
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
"""
_JAVA = [
    *("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),  # for a quick start
    *("--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED"),
    *("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"),
    "-Dio.netty.tryReflectionSetAccessible=true",
]


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, who may sign in, and a way beside the store."""

    url: str
    user: str
    password: str
    driver: neo4j.Driver

    def run(self, cypher: str) -> list[list[object]]:
        """Run a statement; return its rows."""
        with self.driver.session() as session:
            return [record.values() for record in session.run(cypher)]  # pyright: ignore[reportArgumentType]


@contextmanager
def running_server() -> Generator[Server]:
    """Start a server with an empty graph, yield its address, stop it."""
    java = or_skip(find_java)
    jars = _jars()
    with tempfile.TemporaryDirectory(prefix="iv-neo4j-") as name:
        folder, port, password = Path(name), free_port(), secrets.token_hex(12)
        (folder / "conf").mkdir()
        (folder / "conf" / "neo4j.conf").write_text(_SETTINGS.format(port=port))
        words = [java, *_JAVA, "-cp", f"{jars}/*", "org.neo4j.server.CommunityEntryPoint"]
        words += [f"--home-dir={folder}", f"--config-dir={folder / 'conf'}"]
        url = f"bolt://127.0.0.1:{port}"

        def set_password() -> None:
            with (
                neo4j.GraphDatabase.driver(url, auth=("neo4j", "neo4j")) as driver,
                driver.session(database="system") as session,
            ):
                change = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password"
                session.run(change, password=password).consume()

        with running(words, folder) as last_words:
            wait_for(set_password, last_words)
            with neo4j.GraphDatabase.driver(url, auth=("neo4j", password)) as driver:
                yield Server(url, "neo4j", password, driver)


def find_java() -> str:
    """Return the path of a Java that can run Neo4j.

    Raises:
        RuntimeError: There is none, it is too old, or it does not tell its version.
    """
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("no Java here to run Neo4j")
    told = subprocess.run([java, "-version"], check=False, capture_output=True, text=True)
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    if told.returncode != 0 or found is None:
        raise RuntimeError(f"{java} does not tell its version")
    if int(found[1]) < _OLDEST_JAVA:
        raise RuntimeError(f"Java {found[1]} is here; Neo4j needs {_OLDEST_JAVA} or newer")
    return java


def fetch() -> Path:
    """Bring the jars into the cache, where they are not; return their folder.

    Raises:
        RuntimeError: No Java here can run them, or there is no Maven, or it fails, or it brings
            other jars than those that are listed.
    """
    find_java()
    folder = cache_folder("neo4j", _LIST)
    if not _wrong(folder):
        return folder
    if shutil.which("mvn") is None:
        raise RuntimeError("no Maven here to fetch Neo4j")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        words = ["mvn", "-q", "-B", "-f", str(_HERE / "neo4j.xml"), "dependency:copy-dependencies"]
        words += ["-DincludeScope=runtime", f"-DoutputDirectory={fresh}"]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"Maven brought no Neo4j: {done.stdout[-1000:]}")
        if wrong := _wrong(Path(fresh)):
            raise RuntimeError(f"Maven brought other jars than those listed: {wrong}.")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(fresh, folder)
    return folder


def cache_folder(name: str, pins: Path) -> Path:
    """Return where a server is kept from one run of the tests to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return (
        Path(base)
        / "industriverse"
        / f"{name}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    )


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


@contextmanager
def running(words: list[str], folder: Path) -> Generator[Callable[[], str]]:
    """Run a server in its folder; yield what tells its last words, "" as long as it runs."""
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(words, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield lambda: "" if process.poll() is None else (folder / "out").read_text()[-1000:]
    finally:
        process.kill()  # nothing here survives the server
        process.wait()


def wait_for(ready: Callable[[], object], last_words: Callable[[], str]) -> None:
    """Wait until a server takes a statement."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and not last_words():
        try:
            ready()
        except (DriverError, Neo4jError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The server did not start: {last_words()}")


def _jars() -> Path:
    if _wrong(folder := cache_folder("neo4j", _LIST)):
        if os.environ.get("INDUSTRIVERSE_TEST_INSTALL") != "1":
            pytest.skip("no Neo4j here; `make setup` fetches one")
        return or_skip(fetch)
    return folder


def or_skip(need: Callable[[], Found]) -> Found:
    """Return what a server needs, or skip its suite with the reason."""
    try:
        return need()
    except RuntimeError as error:
        pytest.skip(str(error))


def fetch_or_say(fetch: Callable[[], Path], server: str) -> None:
    """Fetch a server, or end with 1 and a sentence that says why its suite will skip."""
    try:
        fetch()
    except (RuntimeError, OSError) as error:
        sys.exit(f"{server} is not fetched, so its tests will be skipped: {error}")


def _wrong(folder: Path) -> list[str]:
    """Return the names of jars that are missing, other than listed, or not listed."""
    lines = _LIST.read_text().splitlines()
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")
    }
    return sorted({name for name, _ in listed.items() ^ found.items()})


if __name__ == "__main__":
    fetch_or_say(fetch, "Neo4j")
