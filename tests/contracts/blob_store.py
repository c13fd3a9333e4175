"""The contract of `BlobStore`."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.errors import NotFoundError, UnavailableError
from industriverse.kernel.ports import BlobStore
from tests.contracts.properties import inherited


class BlobStoreContract:
    @pytest.fixture
    def blobs(self) -> BlobStore:
        raise NotImplementedError

    def damage(self, blobs: BlobStore, digest: str) -> None:
        """Change a kept byte behind the store's back."""
        raise NotImplementedError

    @inherited
    @given(data=st.binary(max_size=3000))
    def test_gives_back_what_was_put_under_its_hash(self, blobs: BlobStore, data: bytes):
        digest = blobs.put(data)
        assert digest == hashlib.sha256(data).hexdigest()
        assert blobs.has(digest)
        assert blobs.get(digest) == data
        assert blobs.put(data) == digest

    def test_what_was_never_put_is_not_found(self, blobs: BlobStore):
        digest = hashlib.sha256(b"never").hexdigest()
        assert not blobs.has(digest)
        with pytest.raises(NotFoundError, match=digest):
            blobs.get(digest)

    def test_damage_is_told_and_a_new_put_heals_it(self, blobs: BlobStore):
        digest = blobs.put(b"energy")
        self.damage(blobs, digest)
        with pytest.raises(UnavailableError, match="damaged"):
            blobs.get(digest)
        blobs.put(b"energy")
        assert blobs.get(digest) == b"energy"
