"""Blobs in memory."""

from industriverse.kernel.errors import NotFoundError, UnavailableError
from industriverse.kernel.ids import sha256_hex


class MemoryBlobStore:
    def __init__(self):
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        self.kept[sha256_hex(data)] = data
        return sha256_hex(data)

    def get(self, digest: str) -> bytes:
        if digest not in self.kept:
            raise NotFoundError(f"No blob {digest} is kept here.")
        if sha256_hex(self.kept[digest]) != digest:
            raise UnavailableError(f"Blob {digest} is damaged.")
        return self.kept[digest]

    def has(self, digest: str) -> bool:
        return digest in self.kept
