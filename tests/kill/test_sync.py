"""SIGKILL leaves the page cache alive, so it says nothing of a power cut: the order of system
calls does. Each acknowledgement must follow a sync of the log that was written for it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMITS = 250
CALL = re.compile(r"^(?:\d+\s+)?(\w+)\((\d+)<([^>]*)>(?:, \"([^\"]*)\")?.*= (-?\d+)")


def unsynced_acknowledgements(trace: str, log: str) -> tuple[int, int]:
    """Return how many acknowledgements there were, and how many came before their sync."""
    dirty, synced, acknowledged, early = False, False, 0, 0
    for line in trace.splitlines():
        if (call := CALL.match(line)) is None:
            continue
        name, handle, path, words, result = call.groups()
        if path.endswith(log) and name in {"write", "pwrite64"}:
            dirty, synced = True, False
        elif path.endswith(log) and name in {"fsync", "fdatasync"} and result == "0":
            dirty, synced = False, True
        elif handle == "1" and words and words.startswith(("posted", "proved")):
            acknowledged += 1
            early += dirty or not synced
            synced = False
    return acknowledged, early


@pytest.mark.slow
def test_every_acknowledgement_follows_its_sync(tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", str(trace)]
    url = f"sqlite:///{tmp_path / 'books.db'}"
    worker = [sys.executable, "-m", "tests.kill.store_worker", url, "0", "1", str(COMMITS // 2)]
    done = subprocess.run(
        [*words, *worker],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode != 0 and "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert unsynced_acknowledgements(trace.read_text(), "books.db-wal") == (COMMITS, 0)


def test_the_reading_of_traces_finds_what_is_missing():
    write = '7  pwrite64(3</x/books.db-wal>, "a"..., 24, 0) = 24\n'
    sync = "7  fdatasync(3</x/books.db-wal>) = 0\n"
    told = '7  write(1<pipe:[5]>, "posted 1 2\\n", 11) = 11\n'
    failed = "7  fdatasync(3</x/books.db-wal>) = -1 EIO (Input/output error)\n"
    other = "7  fdatasync(4</x/books.db>) = 0\n"
    cases = {
        write + sync + told: (1, 0),
        write + told: (1, 1),
        write + told + sync: (1, 1),
        write + failed + told: (1, 1),
        write + other + told: (1, 1),
        write + sync + write + told: (1, 1),
        write + sync + told + told: (2, 1),
    }
    for trace, expected in cases.items():
        assert unsynced_acknowledgements(trace, "books.db-wal") == expected
