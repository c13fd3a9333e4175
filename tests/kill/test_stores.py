"""Books and log under SIGKILL, on both engines."""

import pytest

from tests.kill.harness import instants
from tests.kill.stores import History, kill_once
from tests.postgres import running_server

pytestmark = pytest.mark.slow


def run(url: str, seed: int, rounds: int) -> int:
    history = History()
    plan = instants(seed, rounds, longest_s=0.3, start_up_s=1.0)
    for number, instant in enumerate(plan):
        kill_once(url, number, instant, history)
    return len(history.posted)


def test_sqlite_loses_nothing_acknowledged(tmp_path):
    assert run(f"sqlite:///{tmp_path / 'books.db'}", seed=1, rounds=6) > 10


def test_postgres_loses_nothing_acknowledged():
    with running_server() as url:
        assert run(url, seed=2, rounds=3) > 3
