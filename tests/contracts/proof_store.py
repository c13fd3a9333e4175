"""The contract of `ProofStore`: every adapter's test class inherits this suite."""

import hashlib
import threading
from datetime import UTC, datetime

import pytest

from industriverse.engines.proofs import leaf_hash
from industriverse.kernel.errors import ConflictError, NotFoundError
from industriverse.kernel.ports import LogCheckpoint, ProofStore, StoredProof

_WRITERS, _EACH = 4, 10


def a_proof(word: str, *, domain: str = "heat", passed: bool = True, parent: str = ""):
    digest = hashlib.sha256(word.encode()).hexdigest()
    return StoredProof(
        id=f"prf_{digest[:32]}",
        leaf=-1,
        envelope=f'{{"payload":"{word}"}}'.encode(),
        stage="settled" if parent else "lawful",
        passed=passed,
        domain=domain,
        parent=parent,
        at=datetime(1970, 1, 1, tzinfo=UTC),
    )


def a_checkpoint(size: int, root: bytes = b"r" * 32, note: bytes = b"{}"):
    return LogCheckpoint(size=size, root=root, note=note)


class ProofStoreContract:
    @pytest.fixture
    def store(self) -> ProofStore:
        raise NotImplementedError

    def test_is_a_proof_store(self, store):
        assert isinstance(store, ProofStore)

    def test_starts_empty(self, store):
        assert store.size() == 0
        assert store.page(before=None, limit=10) == []
        assert store.leaf_hashes(0, 0) == []
        assert store.checkpoint() is None
        assert store.checkpoint(1) is None

    def test_leaves_are_numbered_from_zero_without_gaps(self, store):
        leaves = [store.append(a_proof(word)).leaf for word in "abc"]
        assert leaves == [0, 1, 2]
        assert store.size() == 3

    def test_append_sets_leaf_and_time_and_keeps_the_rest(self, store):
        before = datetime.now(UTC)
        proof = a_proof("a", domain="flow", passed=False)
        stored = store.append(proof)
        assert before <= stored.at <= datetime.now(UTC)
        assert stored.at.utcoffset() is not None
        kept = (stored.id, stored.envelope, stored.stage, stored.passed, stored.domain)
        assert kept == (proof.id, proof.envelope, "lawful", False, "flow")
        assert stored.parent == ""

    def test_gives_back_what_was_appended(self, store):
        stored = store.append(a_proof("a"))
        store.append(a_proof("b"))
        assert store.get(stored.id) == stored

    def test_an_unknown_proof_is_not_found(self, store):
        store.append(a_proof("a"))
        with pytest.raises(NotFoundError):
            store.get(a_proof("b").id)

    def test_appending_again_returns_the_first(self, store):
        first = store.append(a_proof("a"))
        store.append(a_proof("b"))
        assert store.append(a_proof("a")) == first
        assert store.size() == 2

    def test_one_id_has_one_envelope(self, store):
        first = store.append(a_proof("a"))
        other = StoredProof(
            id=first.id,
            leaf=-1,
            envelope=b'{"payload":"other"}',
            stage=first.stage,
            passed=first.passed,
            domain=first.domain,
            parent="",
            at=first.at,
        )
        with pytest.raises(ConflictError):
            store.append(other)
        assert store.get(first.id) == first
        assert store.size() == 1

    def test_children_are_the_settled_records(self, store):
        lawful = store.append(a_proof("a"))
        store.append(a_proof("b"))
        assert store.children(lawful.id) == []
        settled = store.append(a_proof("c", parent=lawful.id))
        assert store.children(lawful.id) == [settled]
        assert settled.parent == lawful.id

    def test_a_lawful_record_is_settled_once(self, store):
        lawful = store.append(a_proof("a"))
        settled = store.append(a_proof("b", parent=lawful.id))
        with pytest.raises(ConflictError):
            store.append(a_proof("c", parent=lawful.id))
        assert store.append(a_proof("b", parent=lawful.id)) == settled
        assert store.size() == 2

    def test_pages_run_from_new_to_old(self, store):
        proofs = [store.append(a_proof(word)) for word in "abcde"]
        first = store.page(before=None, limit=2)
        assert first == [proofs[4], proofs[3]]
        second = store.page(before=first[-1].leaf, limit=2)
        assert second == [proofs[2], proofs[1]]
        assert store.page(before=second[-1].leaf, limit=2) == [proofs[0]]
        assert store.page(before=0, limit=2) == []

    def test_pages_filter_by_domain_and_verdict(self, store):
        heat = store.append(a_proof("a"))
        flow = store.append(a_proof("b", domain="flow"))
        failed = store.append(a_proof("c", passed=False))
        assert store.page(before=None, limit=9, domain="heat") == [failed, heat]
        assert store.page(before=None, limit=9, passed=True) == [flow, heat]
        assert store.page(before=None, limit=9, passed=False) == [failed]
        assert store.page(before=None, limit=1, domain="heat", passed=True) == [heat]
        assert store.page(before=None, limit=9, domain="signal") == []

    def test_leaf_hashes_are_those_of_rfc_6962(self, store):
        proofs = [store.append(a_proof(word)) for word in "abcd"]
        hashes = [leaf_hash(proof.envelope) for proof in proofs]
        assert store.leaf_hashes(0, 4) == hashes
        assert store.leaf_hashes(1, 3) == hashes[1:3]
        assert store.leaf_hashes(2, 2) == []

    def test_checkpoints_by_size_and_the_newest(self, store):
        store.save_checkpoint(a_checkpoint(1, note=b'{"size":1}'))
        store.save_checkpoint(a_checkpoint(3, note=b'{"size":3}'))
        store.save_checkpoint(a_checkpoint(2, note=b'{"size":2}'))
        assert store.checkpoint(1) == a_checkpoint(1, note=b'{"size":1}')
        assert store.checkpoint() == a_checkpoint(3, note=b'{"size":3}')
        assert store.checkpoint(4) is None

    def test_one_size_has_one_root(self, store):
        store.save_checkpoint(a_checkpoint(1))
        with pytest.raises(ConflictError):
            store.save_checkpoint(a_checkpoint(1, root=b"s" * 32))
        assert store.checkpoint(1) == a_checkpoint(1)

    def test_the_first_checkpoint_of_a_size_stays(self, store):
        store.save_checkpoint(a_checkpoint(1, note=b'{"first":1}'))
        store.save_checkpoint(a_checkpoint(1, note=b'{"again":1}'))
        assert store.checkpoint(1) == a_checkpoint(1, note=b'{"first":1}')

    def test_threads_append_without_gap_or_loss(self, store):
        stored: list[StoredProof] = []

        def write(writer: int):
            stored.extend(store.append(a_proof(f"{writer}-{i}")) for i in range(_EACH))

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(_WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(proof.leaf for proof in stored) == list(range(_WRITERS * _EACH))
        by_leaf = sorted(stored, key=lambda proof: proof.leaf)
        assert store.leaf_hashes(0, store.size()) == [leaf_hash(p.envelope) for p in by_leaf]

    def test_threads_append_one_proof_once(self, store):
        stored: list[StoredProof] = []
        threads = [
            threading.Thread(target=lambda: stored.append(store.append(a_proof("same"))))
            for _ in range(_WRITERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(stored) == _WRITERS
        assert len({proof.leaf for proof in stored}) == 1
        assert store.size() == 1
