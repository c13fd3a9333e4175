"""The proof document, `proof.json`: envelope, key, place in the log and checkpoint, in one file.

It is canonical JSON without a trailing newline; each of its bytes is held by a signature, by a
hash or by the rule that only the canonical form is read.
"""

from dataclasses import dataclass

from industriverse.kernel.canonical import canonical_bytes, parse_canonical
from industriverse.kernel.signatures import KEY_BYTES

from . import _members as read
from ._checkpoint import Checkpoint, read_checkpoint, read_hashes
from ._envelope import Envelope, read_envelope

DOCUMENT_VERSION = 1
MOST_BYTES = 1 << 24
_OUTER = ("version", "envelope", "public_key", "inclusion", "checkpoint")


@dataclass(frozen=True, slots=True)
class ProofDocument:
    """A self-contained proof.

    Attributes:
        envelope: The signed record.
        public_key: The raw key that signed record and checkpoint.
        leaf: The record's place in the log.
        tree_size: Size of the log that `hashes` lead to the root of.
        hashes: The inclusion proof.
        checkpoint: The signed root.
    """

    envelope: Envelope
    public_key: bytes
    leaf: int
    tree_size: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    def to_bytes(self) -> bytes:
        """Return the one byte form of the document."""
        return canonical_bytes(
            {
                "version": DOCUMENT_VERSION,
                "envelope": self.envelope.to_json(),
                "public_key": read.encode(self.public_key),
                "inclusion": {
                    "leaf_index": self.leaf,
                    "tree_size": self.tree_size,
                    "hashes": [entry.hex() for entry in self.hashes],
                },
                "checkpoint": self.checkpoint.to_json(),
            }
        )


def read_document(document: bytes) -> ProofDocument:
    """Read a proof document; nothing is verified yet.

    Raises:
        ContractError: It is not a proof document in its one byte form.
    """
    if len(document) > MOST_BYTES:
        read.refuse("size", f"at most {MOST_BYTES >> 20} MiB")
    outer = read.members(parse_canonical(document), "document", _OUTER)
    if outer["version"] is not DOCUMENT_VERSION:
        read.refuse("version", f"{DOCUMENT_VERSION}")
    public_key = read.decoded(outer["public_key"], "public_key")
    if len(public_key) != KEY_BYTES:
        read.refuse("public_key", f"{KEY_BYTES} bytes")
    place = read.members(outer["inclusion"], "inclusion", ("leaf_index", "tree_size", "hashes"))
    return ProofDocument(
        envelope=read_envelope(outer["envelope"]),
        public_key=public_key,
        leaf=read.whole(place["leaf_index"], "leaf_index"),
        tree_size=read.whole(place["tree_size"], "tree_size"),
        hashes=tuple(read_hashes(place["hashes"])),
        checkpoint=read_checkpoint(outer["checkpoint"]),
    )
