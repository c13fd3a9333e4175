"""The node's signing key."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Signer(Protocol):
    """Signs with Ed25519. Contract suite: `tests/contracts/signer.py`."""

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        ...
