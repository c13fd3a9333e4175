"""The embedded vector index."""

import random
import sys
from contextlib import closing
from pathlib import Path

import pytest

from industriverse.adapters.vectors_qdrant_edge import QdrantEdgeVectorStore
from industriverse.kernel.errors import UnavailableError
from tests.contracts.vector_store import VectorStoreContract, unit
from tests.kill.harness import Instant, Target, run_round

WORKER = """
import sys
from pathlib import Path
from industriverse.adapters.vectors_qdrant_edge import QdrantEdgeVectorStore
from tests.contracts.vector_store import unit
store = QdrantEdgeVectorStore(Path(sys.argv[1]))
print("ready", flush=True)
for seed in range(int(sys.argv[2]), 10**6):
    store.upsert(f"v{seed}", unit(seed), {"tenant": "a"})
    print(seed, flush=True)
"""


class TestQdrantEdgeVectorStore(VectorStoreContract):
    @pytest.fixture
    def vectors(self, tmp_path):
        with closing(QdrantEdgeVectorStore(tmp_path / "vectors")) as store:
            yield store


def test_what_was_written_is_there_after_reopening(tmp_path):
    with closing(QdrantEdgeVectorStore(tmp_path / "v")) as store:
        store.upsert("a", unit(1), {"tenant": "t"})
    with closing(QdrantEdgeVectorStore(tmp_path / "v")) as store:
        assert [hit.id for hit in store.nearest(unit(1), k=1)] == ["a"]
        store.optimize()
        assert store.count() == 1


def test_a_folder_is_held_by_one_store(tmp_path):
    with (
        closing(QdrantEdgeVectorStore(tmp_path / "v")),
        pytest.raises(UnavailableError, match="held already"),
    ):
        QdrantEdgeVectorStore(tmp_path / "v")


def test_a_closed_store_says_so(tmp_path):
    store = QdrantEdgeVectorStore(tmp_path / "v")
    store.close()
    store.close()
    with pytest.raises(UnavailableError, match="is closed"):
        store.count()


def test_a_damaged_folder_is_told(tmp_path):
    QdrantEdgeVectorStore(tmp_path / "v").close()
    (tmp_path / "v" / "edge_config.json").write_text("{")
    with pytest.raises(UnavailableError, match="cannot be opened"):
        QdrantEdgeVectorStore(tmp_path / "v")


def test_half_a_creation_is_begun_again(tmp_path):
    (tmp_path / "v.new" / "segments").mkdir(parents=True)
    with closing(QdrantEdgeVectorStore(tmp_path / "v")) as store:
        assert store.count() == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    with pytest.raises(UnavailableError, match="cannot be made"):
        QdrantEdgeVectorStore(tmp_path / "none" / "v")


@pytest.mark.slow
def test_a_kill_loses_nothing_acknowledged(tmp_path):
    chance, done = random.Random(11), 0
    for _ in range(5):
        target = Target(
            command=[sys.executable, "-c", WORKER, str(tmp_path / "v"), str(done)],
            parse=lambda line: int(line) if line.strip().isdigit() else None,
            ready=lambda line: line.strip() == "ready",
            folder=Path(__file__).parents[2],
        )
        round_ = run_round(target, Instant(chance.uniform(0, 0.5), from_ready=True))
        done = max(round_.acknowledged, default=done - 1) + 1
        with closing(QdrantEdgeVectorStore(tmp_path / "v")) as store:
            assert store.count() in {done, done + 1}
            for seed in range(done):
                (hit,) = store.nearest(unit(seed), k=1)
                assert hit.id == f"v{seed}"
                assert hit.similarity == pytest.approx(1, abs=1e-5)
