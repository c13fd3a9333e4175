"""The Merkle tree of RFC 6962: root, inclusion and consistency, and how each is verified."""

import hashlib
from collections.abc import Iterable, Sequence

from industriverse.kernel.errors import ContractError

HASH_BYTES = 32
_EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Return SHA-256 of 0x00 and a leaf's content."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256 of 0x01 and the two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """An append-only tree that answers for each of its past sizes.

    Every complete subtree's hash is kept, 64 bytes a leaf in all, so an append costs one hash on
    average and a root or a proof at most the square of the tree's height.
    """

    __slots__ = ("_levels", "size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes, in order."""
        for leaf in leaves:
            self._append(leaf)

    def _append(self, leaf: bytes) -> None:
        if len(leaf) != HASH_BYTES:
            raise ContractError(f"A leaf hash has {HASH_BYTES} bytes; leaf {self.size} differs.")
        self._levels[0] += leaf
        self.size += 1
        height, full = 0, self.size
        while full % 2 == 0:
            below = self._levels[height]
            pair = node_hash(
                bytes(below[-2 * HASH_BYTES : -HASH_BYTES]), bytes(below[-HASH_BYTES:])
            )
            height, full = height + 1, full // 2
            if height == len(self._levels):
                self._levels.append(bytearray())
            self._levels[height] += pair

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, of all of them by default."""
        wanted = self.size if size is None else size
        self._hold(wanted)
        return self._subtree(0, wanted)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the hashes that lead from a leaf to the root of the first `size` leaves."""
        wanted = self.size if size is None else size
        self._hold(wanted)
        if not 0 <= index < wanted:
            raise ContractError(f"A tree of {wanted} leaves has no leaf {index}.")
        return self._path(index, 0, wanted)

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Return the hashes that show the first `first` leaves to begin the first `second`."""
        wanted = self.size if second is None else second
        self._hold(wanted)
        if not 0 < first <= wanted:
            raise ContractError(f"Nothing leads from a tree of {first} leaves to one of {wanted}.")
        return self._bridge(first, 0, wanted, whole=True)

    def _hold(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ContractError(f"The tree holds {self.size} leaves; {size} were asked for.")

    def _subtree(self, start: int, stop: int) -> bytes:
        width = stop - start
        if width == 0:
            return _EMPTY_ROOT
        height = width.bit_length() - 1
        if width == 1 << height:
            at = (start >> height) * HASH_BYTES
            return bytes(self._levels[height][at : at + HASH_BYTES])
        middle = start + _split(width)
        return node_hash(self._subtree(start, middle), self._subtree(middle, stop))

    def _path(self, index: int, start: int, stop: int) -> list[bytes]:
        if stop - start == 1:
            return []
        middle = start + _split(stop - start)
        if index < middle:
            return [*self._path(index, start, middle), self._subtree(middle, stop)]
        return [*self._path(index, middle, stop), self._subtree(start, middle)]

    def _bridge(self, first: int, start: int, stop: int, *, whole: bool) -> list[bytes]:
        if first == stop:
            return [] if whole else [self._subtree(start, stop)]
        middle = start + _split(stop - start)
        if first <= middle:
            return [
                *self._bridge(first, start, middle, whole=whole),
                self._subtree(middle, stop),
            ]
        return [*self._bridge(first, middle, stop, whole=False), self._subtree(start, middle)]


def _split(width: int) -> int:
    """Return the largest power of two below a width of at least two."""
    return 1 << (width - 1).bit_length() - 1


def verify_inclusion(
    leaf: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a path leads from a leaf hash to a root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    left, last, value = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return False
        if left & 1 or left == last:
            value = node_hash(sibling, value)
            left, last = _skip_left_edge(left, last)
        else:
            value = node_hash(value, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and value == root


def _skip_left_edge(left: int, last: int) -> tuple[int, int]:
    """Climb past the levels where a last node has no sibling."""
    while left and not left & 1:
        left, last = left >> 1, last >> 1
    return left, last


def verify_consistency(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], hashes: Sequence[bytes]
) -> bool:
    """Say whether the first tree begins the second (RFC 9162 §2.1.4.2).

    Args:
        sizes: Leaves of the first and the second tree, the first above zero.
        roots: Their roots.
        hashes: The consistency proof.
    """
    first, second = sizes
    if not 0 < first <= second:
        return False
    if first == second:
        return not hashes and roots[0] == roots[1]
    path = [roots[0], *hashes] if first & (first - 1) == 0 else list(hashes)
    return bool(path) and _climb(first - 1, second - 1, path) == roots


def _climb(left: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots that a consistency path leads to, or None where it does not fit."""
    while left & 1:
        left, last = left >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if left & 1 or left == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            left, last = _skip_left_edge(left, last)
        else:
            new = node_hash(new, sibling)
        left, last = left >> 1, last >> 1
    return (old, new) if last == 0 else None
