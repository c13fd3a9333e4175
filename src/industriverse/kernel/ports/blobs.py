"""Files by content."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class BlobStore(Protocol):
    """Keeps bytes under their SHA-256. Contract suite: `tests/contracts/blob_store.py`."""

    def put(self, data: bytes) -> str:
        """Keep some bytes, durably before returning, and return their SHA-256 in hex."""
        ...

    def get(self, digest: str) -> bytes:
        """Return the bytes with that SHA-256.

        Raises:
            NotFoundError: Nothing with that hash was kept.
            UnavailableError: What is kept no longer has that hash.
        """
        ...

    def has(self, digest: str) -> bool:
        """Say whether bytes with that SHA-256 are kept."""
        ...
