"""Checkpoints: the log's signed size and root, and the proof that one log begins another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from industriverse.kernel.canonical import Json, canonical_bytes, parse_canonical
from industriverse.kernel.ports import Signer
from industriverse.kernel.signatures import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    key_id,
    pre_authentication,
    signature_holds,
)

from . import _members as read
from ._merkle import HASH_BYTES, verify_consistency

CHECKPOINT_TYPE = "application/vnd.industriverse.checkpoint+json"
CONSISTENCY_VERSION = 1
_MEMBERS = ("origin", "size", "root", "time", "keyid", "signature")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of the log's size and root.

    Attributes:
        origin: Name of the log.
        size: Number of leaves.
        root: RFC 6962 root hash.
        time: When it was signed.
        keyid: SHA-256 of the raw public key, in hex.
        signature: Ed25519 over all of the above, under a type of its own.
    """

    origin: str
    size: int
    root: bytes
    time: datetime
    keyid: str
    signature: bytes

    def to_json(self) -> Json:
        """Return the checkpoint as it stands in a proof document."""
        body = _body(self.origin, self.size, self.root, self.time)
        return {**body, "keyid": self.keyid, "signature": read.encode(self.signature)}

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, for storing and for exporting to witnesses."""
        return canonical_bytes(self.to_json())

    def signed_by(self, public_key: bytes) -> bool:
        """Say whether a key signed it."""
        message = _message(self.origin, self.size, self.root, self.time)
        held = signature_holds(public_key, self.signature, message)
        return held and self.keyid == key_id(public_key)


def _body(origin: str, size: int, root: bytes, time: datetime) -> dict[str, Json]:
    return {"origin": origin, "size": size, "root": root.hex(), "time": read.rfc3339(time)}


def _message(origin: str, size: int, root: bytes, time: datetime) -> bytes:
    return pre_authentication(CHECKPOINT_TYPE, canonical_bytes(_body(origin, size, root, time)))


def sign_checkpoint(
    origin: str, size: int, root: bytes, time: datetime, signer: Signer
) -> Checkpoint:
    """Sign the log's size and root."""
    signature = signer.sign(_message(origin, size, root, time))
    return Checkpoint(origin, size, root, time, key_id(signer.public_key), signature)


def read_checkpoint(value: Json) -> Checkpoint:
    """Read a checkpoint; nothing is verified yet.

    Raises:
        ContractError: A member is missing, unknown or not in its one form.
    """
    entry = read.members(value, "checkpoint", _MEMBERS)
    signature = read.decoded(entry["signature"], "checkpoint signature")
    if len(signature) != SIGNATURE_BYTES:
        read.refuse("checkpoint signature", f"{SIGNATURE_BYTES} bytes")
    return Checkpoint(
        origin=read.text(entry["origin"], "origin"),
        size=read.whole(entry["size"], "checkpoint size"),
        root=bytes.fromhex(read.hexadecimal(entry["root"], "root", HASH_BYTES)),
        time=read.moment(entry["time"], "checkpoint time"),
        keyid=read.hexadecimal(entry["keyid"], "checkpoint keyid", KEY_BYTES),
        signature=signature,
    )


def read_checkpoint_bytes(note: bytes) -> Checkpoint:
    """Read a checkpoint from its canonical bytes."""
    return read_checkpoint(parse_canonical(note))


def read_hashes(value: Json) -> list[bytes]:
    """Read a list of tree hashes."""
    return [
        bytes.fromhex(read.hexadecimal(entry, "hash", HASH_BYTES))
        for entry in read.listed(value, "hashes")
    ]


def consistency_document(
    first: Checkpoint, second: Checkpoint, hashes: Sequence[bytes], public_key: bytes
) -> bytes:
    """Return the canonical bytes that show one checkpoint's log to begin the other's."""
    return canonical_bytes(
        {
            "version": CONSISTENCY_VERSION,
            "public_key": read.encode(public_key),
            "first": first.to_json(),
            "second": second.to_json(),
            "hashes": [entry.hex() for entry in hashes],
        }
    )


def consistency_holds(document: bytes, *, key: bytes | None = None) -> bool:
    """Say whether a consistency document shows one growing log, signed by one key.

    Args:
        document: What `consistency_document` wrote.
        key: The raw public key it must be of; the one inside by default.

    Raises:
        ContractError: It is not such a document.
    """
    names = ("version", "public_key", "first", "second", "hashes")
    outer = read.members(parse_canonical(document), "consistency document", names)
    if outer["version"] != CONSISTENCY_VERSION:
        read.refuse("version", f"{CONSISTENCY_VERSION}")
    public_key = read.decoded(outer["public_key"], "public_key")
    first, second = read_checkpoint(outer["first"]), read_checkpoint(outer["second"])
    signed = first.signed_by(public_key) and second.signed_by(public_key)
    pinned = key is None or key == public_key
    hashes = read_hashes(outer["hashes"])
    grown = verify_consistency((first.size, second.size), (first.root, second.root), hashes)
    return signed and pinned and grown and first.origin == second.origin
