"""The contract of `ArrayCache`."""

import numpy as np
import pytest

from industriverse.kernel.ports import ArrayCache


class ArrayCacheContract:
    @pytest.fixture
    def cache(self) -> ArrayCache:
        raise NotImplementedError

    def test_keeps_its_port(self, cache: ArrayCache):
        assert isinstance(cache, ArrayCache)

    def test_what_was_never_put_is_none(self, cache: ArrayCache):
        assert cache.get("never") is None

    def test_gives_back_what_was_put(self, cache: ArrayCache):
        wanted = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array(["x"])}
        cache.put("a name/with: marks {}", wanted)
        found = cache.get("a name/with: marks {}")
        assert found is not None
        assert set(found) == {"a", "b"}
        assert found["a"].dtype == np.float32
        for name, value in wanted.items():
            np.testing.assert_array_equal(found[name], value)

    def test_names_do_not_meet_and_a_new_put_replaces(self, cache: ArrayCache):
        cache.put("one", {"a": np.zeros(2), "b": np.zeros(1)})
        cache.put("two", {"a": np.ones(2)})
        cache.put("one", {"a": np.full(2, 3.0)})
        one, two = cache.get("one"), cache.get("two")
        assert one is not None
        assert two is not None
        assert list(one) == ["a"]
        assert one["a"].tolist() == [3.0, 3.0]
        assert two["a"].tolist() == [1.0, 1.0]
