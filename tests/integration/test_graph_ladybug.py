"""The embedded graph."""

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from industriverse.adapters.graph_ladybug import LadybugGraphStore
from industriverse.adapters.graph_schema import VERSIONS, schema_of
from industriverse.kernel.errors import ConflictError, UnavailableError
from tests.contracts.graph_store import GraphStoreContract
from tests.kill.harness import Instant, Target, run_round

HOLD = """
import sys
from pathlib import Path
from industriverse.adapters.graph_ladybug import LadybugGraphStore
store = LadybugGraphStore(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""
WRITE = """
import sys
from pathlib import Path
from industriverse.adapters.graph_ladybug import LadybugGraphStore
store = LadybugGraphStore(Path(sys.argv[1]))
store.migrate()
print("ready", flush=True)
for n in range(int(sys.argv[2]), 10**6):
    store.run("CREATE (:ModelUnit {model_id: $id, generation: $n})", {"id": f"m{n}", "n": n})
    print(n, flush=True)
"""


class TestLadybugGraphStore(GraphStoreContract):
    @pytest.fixture
    def graph(self, tmp_path):
        with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
            yield store


def test_what_was_written_is_there_after_reopening(tmp_path):
    with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
        store.migrate()
        store.run("CREATE (:ModelUnit {model_id: 'a'})")
    with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
        assert store.migrate() == len(VERSIONS)
        assert store.run("MATCH (m:ModelUnit) RETURN m.model_id AS id") == [{"id": "a"}]


def test_one_process_opens_a_file_once(tmp_path):
    with (
        closing(LadybugGraphStore(tmp_path / "graph.lbug")),
        pytest.raises(UnavailableError, match="open in this process"),
    ):
        LadybugGraphStore(tmp_path / "." / "graph.lbug")
    LadybugGraphStore(tmp_path / "graph.lbug").close()


def test_a_file_held_by_another_process_is_told(tmp_path):
    words = [sys.executable, "-c", HOLD, str(tmp_path / "graph.lbug")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(UnavailableError, match="Another process") as told:
            LadybugGraphStore(tmp_path / "graph.lbug")
        assert "Stop the other process" in told.value.hint
        other.communicate()


def test_a_file_that_is_no_graph_is_told(tmp_path):
    (tmp_path / "graph.lbug").write_bytes(b"not a graph" * 1000)
    with pytest.raises(UnavailableError, match="cannot be opened"):
        LadybugGraphStore(tmp_path / "graph.lbug")


def test_a_graph_from_the_future_is_refused(tmp_path):
    with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
        store.migrate()
        store.run("CREATE (:SchemaVersion {version: 99, statements: 0})")
        with pytest.raises(ConflictError, match="schema 99"):
            store.migrate()


def test_a_failing_migration_leaves_the_old_schema(tmp_path, monkeypatch):
    with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
        version = store.migrate()
        broken = (*VERSIONS, ("CREATE NODE TABLE New(id STRING PRIMARY KEY)", "CREATE NODE TABLE"))
        monkeypatch.setattr("industriverse.adapters.graph_ladybug.VERSIONS", broken)
        with pytest.raises(Exception, match="refused"):
            store.migrate()
        monkeypatch.undo()
        assert store.migrate() == version
        assert {"name": "New"} not in store.run("CALL show_tables() RETURN name")


def test_the_schema_reads_as_the_engine_has_it(tmp_path):
    schema = schema_of(len(VERSIONS))
    with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
        store.migrate()
        tables = store.run("CALL show_tables() RETURN name, type")
        assert {(row["name"], row["type"]) for row in tables} == {
            *((name, "NODE") for name in schema.labels),
            *((name, "REL") for name in schema.relations),
        }
        for name, table in {**schema.labels, **schema.relations}.items():
            rows = store.run(f"CALL table_info('{name}') RETURN *")
            assert {row["name"]: row["type"] for row in rows} == table.columns
            keys = [row["name"] for row in rows if row.get("primary key") is True]
            assert keys == [table.key] * bool(table.key)
        for name, table in schema.relations.items():
            rows = store.run(f"CALL show_connection('{name}') RETURN *")
            ends = {(row["source table name"], row["destination table name"]) for row in rows}
            assert ends == table.ends


@pytest.mark.slow
def test_a_kill_loses_nothing_acknowledged(tmp_path):
    chance, done = random.Random(12), 0
    for _ in range(4):
        target = Target(
            command=[sys.executable, "-c", WRITE, str(tmp_path / "graph.lbug"), str(done)],
            parse=lambda line: int(line) if line.strip().isdigit() else None,
            ready=lambda line: line.strip() == "ready",
            folder=Path(__file__).parents[2],
        )
        round_ = run_round(target, Instant(chance.uniform(0, 0.4), from_ready=True))
        done = max(round_.acknowledged, default=done - 1) + 1
        with closing(LadybugGraphStore(tmp_path / "graph.lbug")) as store:
            store.migrate()
            rows = store.run("MATCH (m:ModelUnit) RETURN m.generation AS n ORDER BY n")
        kept = [row["n"] for row in rows]
        assert kept in (list(range(done)), list(range(done + 1)))
        done = len(kept)
