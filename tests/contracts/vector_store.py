"""The contract of `VectorStore`."""

import numpy as np
import pytest
from jaxtyping import Float32

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import VectorStore


def unit(seed: int) -> Float32[np.ndarray, "512"]:
    vector = np.random.default_rng(seed).normal(size=512)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def between(a: int, b: int, share: float) -> Float32[np.ndarray, "512"]:
    vector = (1 - share) * unit(a).astype(np.float64) + share * unit(b)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class VectorStoreContract:
    @pytest.fixture
    def vectors(self) -> VectorStore:
        raise NotImplementedError

    def test_starts_empty(self, vectors: VectorStore):
        assert vectors.count() == 0
        assert vectors.nearest(unit(0), k=3) == []

    def test_neighbours_are_the_nearest_by_cosine_in_order(self, vectors: VectorStore):
        for seed in range(12):
            vectors.upsert(f"v{seed}", unit(seed), {"tenant": "a", "seed": float(seed)})
        asked = between(3, 7, 0.3)
        truth = sorted(range(12), key=lambda seed: -float(unit(seed) @ asked))[:4]
        hits = vectors.nearest(asked, k=4)
        assert [hit.id for hit in hits] == [f"v{seed}" for seed in truth]
        np.testing.assert_allclose(
            [hit.similarity for hit in hits], [unit(seed) @ asked for seed in truth], atol=1e-5
        )
        assert dict(hits[0].payload) == {"tenant": "a", "seed": float(truth[0])}

    def test_the_same_id_is_replaced(self, vectors: VectorStore):
        vectors.upsert("v", unit(1), {"tenant": "a", "title": "old"})
        vectors.upsert("v", unit(2), {"tenant": "a", "title": "new"})
        assert vectors.count() == 1
        (hit,) = vectors.nearest(unit(2), k=5)
        assert (hit.id, hit.payload["title"]) == ("v", "new")
        assert hit.similarity == pytest.approx(1, abs=1e-5)

    def test_other_tenants_are_never_seen(self, vectors: VectorStore):
        for seed in range(6):
            tenant = "a" if seed % 2 else "b"
            vectors.upsert(f"v{seed}", unit(seed), {"tenant": tenant, "domain": "heat"})
        hits = vectors.nearest(unit(0), k=9, where={"tenant": "a"})
        assert {hit.id for hit in hits} == {"v1", "v3", "v5"}
        assert vectors.nearest(unit(0), k=9, where={"tenant": "c"}) == []
        both = vectors.nearest(unit(0), k=9, where={"tenant": "b", "domain": "flow"})
        assert both == []

    @pytest.mark.parametrize("factor", [0.0, 0.5, 2.0, np.nan, np.inf])
    def test_what_is_no_unit_vector_is_refused(self, vectors: VectorStore, factor: float):
        bad = unit(1) * np.float32(factor)
        with pytest.raises(ContractError):
            vectors.upsert("v", bad, {"tenant": "a"})
        with pytest.raises(ContractError):
            vectors.nearest(bad, k=1)
        assert vectors.count() == 0

    def test_id_tenant_and_k_are_needed(self, vectors: VectorStore):
        for id, payload in (("", {"tenant": "a"}), ("v", {}), ("v", {"tenant": "a", "_id": "x"})):
            with pytest.raises(ContractError):
                vectors.upsert(id, unit(1), payload)
        with pytest.raises(ContractError):
            vectors.nearest(unit(1), k=0)
