"""The DSSE envelope: which bytes are signed, by which key, and the one form we accept."""

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from industriverse.kernel.canonical import Json, canonical_bytes, parse_canonical
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Signer
from industriverse.kernel.signatures import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    key_id,
    pre_authentication,
)

from . import _members as read

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed payload.

    Attributes:
        payload: The in-toto statement's canonical bytes.
        keyid: SHA-256 of the raw public key, in hex.
        signature: Ed25519 over `pre_authentication(PAYLOAD_TYPE, payload)`.
    """

    payload: bytes
    keyid: str
    signature: bytes

    def to_json(self) -> Json:
        """Return the envelope as DSSE writes it."""
        return {
            "payload": read.encode(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": self.keyid, "sig": read.encode(self.signature)}],
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: the content of a leaf of the log."""
        return canonical_bytes(self.to_json())


def seal(payload: bytes, signer: Signer) -> Envelope:
    """Sign a payload."""
    signature = signer.sign(pre_authentication(PAYLOAD_TYPE, payload))
    return Envelope(payload, key_id(signer.public_key), signature)


def read_envelope(value: Json) -> Envelope:
    """Read an envelope; nothing is verified yet.

    Raises:
        ContractError: A member is missing, unknown or not in its one form.
    """
    outer = read.members(value, "envelope", ("payload", "payloadType", "signatures"))
    if outer["payloadType"] != PAYLOAD_TYPE:
        read.refuse("payloadType", PAYLOAD_TYPE)
    signatures = read.listed(outer["signatures"], "signatures")
    if len(signatures) != 1:
        read.refuse("signatures", "a list of one")
    inner = read.members(signatures[0], "signature", ("keyid", "sig"))
    signature = read.decoded(inner["sig"], "signature")
    if len(signature) != SIGNATURE_BYTES:
        read.refuse("signature", f"{SIGNATURE_BYTES} bytes")
    keyid = read.hexadecimal(inner["keyid"], "keyid", KEY_BYTES)
    return Envelope(read.decoded(outer["payload"], "payload"), keyid, signature)


def read_envelope_bytes(data: bytes) -> Envelope:
    """Read an envelope from its canonical bytes."""
    return read_envelope(parse_canonical(data))


def read_public_key(data: bytes) -> bytes:
    """Return the raw Ed25519 public key of a PEM file, or of its 64 hex digits.

    Raises:
        ContractError: It is neither.
    """
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            key = load_pem_public_key(data)
            return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else _no_key()
        raw = bytes.fromhex(data.decode("ascii").strip())
    except (ValueError, UnsupportedAlgorithm):
        return _no_key()
    return raw if len(raw) == KEY_BYTES else _no_key()


def _no_key() -> bytes:
    raise ContractError(
        "This is not an Ed25519 public key.",
        hint="Give the node's public key as a PEM file or as 64 hex digits.",
    )
