"""Identifiers: time-ordered UUIDs, W3C trace ids and content hashes."""

import hashlib
import os
import uuid
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

_TIMESTAMP_BITS = 48
_CHUNK = 1 << 20


def uuid7(unix_ms: int, entropy: bytes | None = None) -> str:
    """Return a UUIDv7 (RFC 9562): sortable by time, random otherwise.

    Args:
        unix_ms: Milliseconds since the Unix epoch, below 2**48.
        entropy: Ten random bytes; drawn from the operating system when not given.
    """
    tail = int.from_bytes(entropy or os.urandom(10), "big")
    value = (unix_ms & ((1 << _TIMESTAMP_BITS) - 1)) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_trace_id() -> str:
    """Return a W3C trace id: 32 lower-case hex digits, not all zero."""
    return os.urandom(16).hex()


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_array(array: Shaped[np.ndarray, "..."]) -> str:
    """Return the SHA-256 of an array's dtype, shape and little-endian bytes in C order."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    header = f"{little.dtype.str}{little.shape}".encode()
    return hashlib.sha256(header + little.tobytes()).hexdigest()
