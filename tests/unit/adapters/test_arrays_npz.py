import numpy as np
import pytest

from industriverse.adapters.arrays_npz import NpzArrayCache
from industriverse.kernel.errors import UnavailableError
from tests.contracts.array_cache import ArrayCacheContract


class TestNpzArrayCache(ArrayCacheContract):
    @pytest.fixture
    def cache(self, tmp_path):
        return NpzArrayCache(tmp_path / "arrays")


@pytest.mark.parametrize("left", [0, 40, 200])
def test_a_file_cut_short_counts_as_not_kept(tmp_path, left):
    cache = NpzArrayCache(tmp_path)
    cache.put("run", {"a": np.arange(100.0)})
    file = cache.path("run")
    file.write_bytes(file.read_bytes()[:left])
    assert cache.get("run") is None


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "arrays").write_text("")
    with pytest.raises(UnavailableError, match="cannot be written"):
        NpzArrayCache(tmp_path / "arrays").put("run", {"a": np.zeros(1)})
