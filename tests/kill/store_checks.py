"""What must hold after every kill: nothing acknowledged is lost, doubled or changed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from industriverse.kernel.ports import LedgerStore, ProofStore, Transaction

_PAGE = 1000


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root of leaf hashes; written here again, apart from the product."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def all_transactions(ledger: LedgerStore) -> list[Transaction]:
    """Return the whole history, page by page."""
    found: list[Transaction] = []
    while page := ledger.transactions(after=len(found), limit=_PAGE):
        found += page
    return found


def check_books(ledger: LedgerStore, acknowledged: Iterable[tuple[str, int]], asset: str) -> int:
    """Hold the books against acknowledged (key, sequence) pairs; return the history's length."""
    history = all_transactions(ledger)
    assert [line.sequence for line in history] == list(range(1, len(history) + 1))
    kept = {line.posting.key: line.sequence for line in history}
    assert len(kept) == len(history), "a key stands twice in the books"
    for key, sequence in acknowledged:
        assert kept.get(key) == sequence, f"posting {key} was acknowledged as {sequence}"
    replayed: defaultdict[str, int] = defaultdict(int)
    for line in history:
        for entry in line.posting.entries:
            replayed[entry.account] += entry.amount if entry.asset == asset else 0
    assert dict(replayed) == ledger.balances(asset)
    assert sum(replayed.values()) == 0
    assert all(held >= 0 for name, held in replayed.items() if name != f"issuance:{asset}")
    return len(history)


def check_log(
    proofs: ProofStore,
    acknowledged: Iterable[tuple[str, int, bytes]],
    roots: Iterable[tuple[int, bytes]],
) -> int:
    """Hold the log against acknowledged (id, leaf, envelope) and (size, root); return its size."""
    size = proofs.size()
    leaves = proofs.leaf_hashes(0, size)
    assert len(leaves) == size, "the log has a gap"
    for proof_id, leaf, envelope in acknowledged:
        stored = proofs.get(proof_id)
        assert (stored.leaf, stored.envelope) == (leaf, envelope), f"proof {proof_id} changed"
        assert leaves[leaf] == hashlib.sha256(b"\0" + envelope).digest()
    for old_size, root in roots:
        assert merkle_root(leaves[:old_size]) == root, f"the root of {old_size} leaves changed"
    return size


def check_unacknowledged(kept: Iterable[str], acknowledged: Iterable[str], threads: int) -> int:
    """Check that each thread has at most one effect that nobody heard of; return their number.

    Keys are `round-thread-number`, numbered from 0 by each thread.
    """
    kept_by, heard_by = _by_thread(kept), _by_thread(acknowledged)
    assert len(kept_by) <= threads
    unheard = 0
    for thread, numbers in kept_by.items():
        assert sorted(numbers) == list(range(len(numbers))), f"thread {thread} has a gap"
        more = len(numbers) - len(heard_by.get(thread, []))
        assert more in {0, 1}, f"thread {thread} has {more} effects that nobody heard of"
        unheard += more
    return unheard


def _by_thread(keys: Iterable[str]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for key in keys:
        _, thread, number = key.split("-")
        found[thread].append(int(number))
    return dict(found)
