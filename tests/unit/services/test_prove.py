"""The proof service: commit, settle once, hand out documents, survive threads and crashes."""

import threading
from dataclasses import replace

import pytest

from industriverse.engines.proofs import (
    consistency_holds,
    leaf_hash,
    read_checkpoint_bytes,
    read_document,
    verify,
)
from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.ports import LogCheckpoint
from industriverse.services.prove import Prove
from tests.fakes.clock import HandClock
from tests.fakes.keys import SeededSigner
from tests.fakes.proof_records import INPUT_DIGEST, a_claim, the_checks
from tests.fakes.proofs import InMemoryProofStore

NODE = SeededSigner("node")
BOTH = {"persistence": 0.5, "seasonal_naive": 0.25}
OUTCOME = {"temperature": "e" * 64}


@pytest.fixture
def store():
    return InMemoryProofStore()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def prove(store, clock):
    return Prove(store, NODE, clock)


def commit(prove, word="blend", **values):
    return prove.commit(a_claim(model=word), the_checks(**values))


def holds(document):
    return verify(document, key=NODE.public_key).valid


def test_a_committed_record_is_lawful_and_verifies(prove):
    record = commit(prove)
    assert (record.stage, record.passed, record.copy, record.mintable) == (
        "lawful",
        True,
        False,
        False,
    )
    found = verify(record.envelope, key=NODE.public_key, digests={"input": INPUT_DIGEST})
    assert found.valid
    assert (found.id, found.leaf, found.log_size) == (record.id, 0, 1)
    assert found.statement.created == prove.clock.now()


def test_failed_checks_stand_first_and_the_rest_in_order(prove):
    record = commit(prove, entropy=None, continuity=0.9)
    assert [check.name for check in record.checks] == [
        "continuity",
        "conservation",
        "spectrum",
        "smoothness",
        "entropy",
    ]
    assert not record.passed
    assert holds(record.envelope)


def test_a_copy_says_so(prove):
    assert prove.commit(a_claim(copy=True), the_checks()).copy


def test_the_same_commitment_at_the_same_time_is_one_record(prove, store):
    assert commit(prove) == commit(prove)
    assert store.size() == 1


def test_a_caller_hears_the_id_before_the_record_is_logged(prove, store):
    heard: list[tuple[str, bool]] = []

    def hear(name: str) -> None:
        heard.append((name, prove.has(name)))

    record = prove.commit(a_claim(), the_checks(), before_append=hear)
    assert heard == [(record.id, False)]
    assert prove.has(record.id)
    assert prove.size() == store.size() == 1


def test_a_caller_that_fails_before_the_record_is_logged_leaves_no_trace(prove, store):
    def fail(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove.commit(a_claim(), the_checks(), before_append=fail)
    assert store.size() == 0


def test_a_claim_with_a_number_that_is_not_finite_leaves_no_trace(prove, store):
    with pytest.raises(ContractError):
        prove.commit(a_claim(weights={"x": float("nan")}), the_checks())
    assert store.size() == 0


def test_a_document_leads_to_the_newest_checkpoint(prove):
    first = commit(prove, "first")
    for i in range(6):
        commit(prove, f"{i}")
    document = prove.document(first.id)
    assert (verify(document).leaf, verify(document).log_size) == (0, 7)
    assert holds(document)
    assert holds(first.envelope)
    assert prove.record(first.id).envelope == document


@pytest.mark.parametrize("ask", ["document", "record"])
def test_an_unknown_record_is_not_found(prove, ask):
    with pytest.raises(NotFoundError):
        getattr(prove, ask)("prf_" + "0" * 32)


def test_a_settlement_extends_its_lawful_record(prove, clock):
    lawful = commit(prove)
    clock.move(60)
    settled = prove.settle(lawful.id, BOTH, 0.9, the_checks(spectrum=0.4), outcome=OUTCOME)
    assert (settled.stage, settled.passed, settled.mintable) == ("settled", True, True)
    found = verify(settled.envelope, key=NODE.public_key)
    assert found.valid
    assert found.statement.parent == lawful.id
    assert found.statement.created == clock.now()
    assert found.statement.settlement is not None
    assert found.statement.settlement.skill == BOTH
    before = verify(lawful.envelope).statement.claim
    subjects = {**before.subjects, "outcome/temperature": "e" * 64}
    assert found.statement.claim == replace(before, subjects=subjects)
    assert prove.record(lawful.id).stage == "lawful"


@pytest.mark.parametrize(
    ("claim", "skill", "checks"),
    [
        (a_claim(copy=True), BOTH, the_checks()),
        (a_claim(abstained=True), BOTH, the_checks()),
        (a_claim(), {"persistence": 0.5}, the_checks()),
        (a_claim(), {**BOTH, "seasonal_naive": -0.01}, the_checks()),
        (a_claim(), {**BOTH, "persistence": 0.0}, the_checks()),
        (a_claim(), BOTH, the_checks(entropy=0.9)),
        (a_claim(), BOTH, the_checks(conservation=None)),
    ],
)
def test_what_may_not_mint_does_not(prove, claim, skill, checks):
    lawful = prove.commit(claim, checks)
    settled = prove.settle(lawful.id, skill, 0.9, checks)
    assert not settled.mintable
    assert holds(settled.envelope)


def test_settling_again_by_the_same_numbers_returns_the_first(prove, clock, store):
    lawful = commit(prove)
    first = prove.settle(lawful.id, BOTH, 0.9, the_checks(), outcome=OUTCOME)
    clock.move(60)
    again = prove.settle(lawful.id, BOTH, 0.9, the_checks(), outcome=OUTCOME)
    assert again == first
    assert store.size() == 2


@pytest.mark.parametrize(
    ("skill", "coverage", "checks", "outcome"),
    [
        ({**BOTH, "persistence": 0.6}, 0.9, the_checks(), OUTCOME),
        (BOTH, 0.8, the_checks(), OUTCOME),
        (BOTH, 0.9, the_checks(entropy=0.1), OUTCOME),
        (BOTH, 0.9, the_checks(), {"temperature": "f" * 64}),
        (BOTH, 0.9, the_checks(), {}),
    ],
)
def test_a_second_outcome_is_refused(prove, store, skill, coverage, checks, outcome):
    lawful = commit(prove)
    prove.settle(lawful.id, BOTH, 0.9, the_checks(), outcome=OUTCOME)
    with pytest.raises(ConflictError, match="settled already"):
        prove.settle(lawful.id, skill, coverage, checks, outcome=outcome)
    assert store.size() == 2


def test_a_settlement_is_not_settled_itself(prove):
    settled = prove.settle(commit(prove).id, BOTH, 0.9, the_checks())
    with pytest.raises(ConflictError, match="settlement itself"):
        prove.settle(settled.id, BOTH, 0.9, the_checks())


def test_nothing_is_settled_that_was_not_committed(prove):
    with pytest.raises(NotFoundError):
        prove.settle("prf_" + "0" * 32, BOTH, 0.9, the_checks())


class LateStore(InMemoryProofStore):
    """Shows no settlement at the first look, as if another process settled right after it."""

    looks = 0

    def children(self, proof_id):
        self.looks += 1
        return [] if self.looks == 1 else super().children(proof_id)


@pytest.mark.parametrize("coverage", [0.9, 0.8])
def test_a_settlement_that_another_process_won_is_returned_or_refused(clock, coverage):
    store = LateStore()
    prove = Prove(store, NODE, clock)
    lawful = commit(prove)
    other = Prove(store, NODE, clock)
    store.looks = 1
    first = other.settle(lawful.id, BOTH, 0.9, the_checks())
    store.looks = 0
    clock.move(1)
    if coverage == 0.9:
        assert prove.settle(lawful.id, BOTH, coverage, the_checks()) == first
    else:
        with pytest.raises(ConflictError):
            prove.settle(lawful.id, BOTH, coverage, the_checks())
    assert store.size() == 2


def test_pages_run_from_new_to_old_with_what_was_said(prove):
    records = [commit(prove, word) for word in ("a", "b", "c")]
    failed = commit(prove, "d", entropy=0.9)
    page = prove.page(limit=2)
    assert [entry.id for entry in page] == [failed.id, records[2].id]
    assert page[1].statement.claim.model == "c"
    rest = prove.page(before=page[-1].leaf, limit=9)
    assert [entry.leaf for entry in rest] == [1, 0]
    assert [entry.id for entry in prove.page(passed=False)] == [failed.id]
    assert prove.page(domain="flow") == []


def test_a_document_of_any_node_is_verified(prove, clock):
    other = Prove(InMemoryProofStore(), SeededSigner("other"), clock)
    document = commit(other).envelope
    assert prove.verify(document).valid
    assert not prove.verify(document, key=NODE.public_key).valid
    assert not prove.verify(document, digests={"input": "0" * 64}).valid


def test_a_checkpoint_is_signed_once_for_each_size(prove, clock, store):
    commit(prove)
    first = prove.checkpoint()
    clock.move(60)
    assert prove.checkpoint() == first
    commit(prove, "next")
    second = prove.checkpoint()
    assert (first.size, second.size) == (1, 2)
    assert second.time == clock.now()
    assert second.signed_by(NODE.public_key)
    held = store.checkpoint()
    assert held is not None
    assert read_checkpoint_bytes(held.note) == second


def test_the_log_of_nothing_has_a_checkpoint(prove):
    assert prove.checkpoint().size == 0


def test_two_checkpoints_show_one_log(prove):
    for i in range(9):
        commit(prove, f"{i}")
    for first in range(1, 10):
        document = prove.consistency(first, 9)
        assert consistency_holds(document, key=NODE.public_key)


def test_consistency_needs_two_checkpoints_in_order(prove):
    commit(prove)
    commit(prove, "next")
    with pytest.raises(NotFoundError, match="no checkpoint of 3"):
        prove.consistency(1, 3)
    with pytest.raises(ContractError):
        prove.consistency(2, 1)


class FailingStore(InMemoryProofStore):
    """Loses power between the record and its checkpoint, until it is mended."""

    mended = False

    def save_checkpoint(self, checkpoint):
        if not self.mended:
            raise KeyboardInterrupt
        super().save_checkpoint(checkpoint)


def test_a_record_whose_writer_died_before_its_checkpoint_is_covered_by_the_next(clock):
    store = FailingStore()
    with pytest.raises(KeyboardInterrupt):
        commit(Prove(store, NODE, clock))
    store.mended = True
    assert (store.size(), store.checkpoint()) == (1, None)
    restarted = Prove(store, NODE, clock)
    clock.move(5)
    commit(restarted, "next")
    assert restarted.checkpoint().size == 2
    lost = restarted.page(limit=9)[-1]
    assert holds(restarted.document(lost.id))


def test_a_commitment_repeated_after_a_crash_is_there_once(clock):
    store = FailingStore()
    with pytest.raises(KeyboardInterrupt):
        commit(Prove(store, NODE, clock))
    store.mended = True
    record = commit(Prove(store, NODE, clock))
    assert store.size() == 1
    assert holds(record.envelope)


def test_a_restarted_service_goes_on_with_the_log(prove, store, clock):
    first = commit(prove)
    clock.move(1)
    restarted = Prove(store, NODE, clock)
    second = commit(restarted, "next")
    assert holds(restarted.document(first.id))
    assert verify(second.envelope).leaf == 1
    assert consistency_holds(restarted.consistency(1, 2))


def test_two_services_share_one_store(prove, store, clock):
    other = Prove(store, NODE, clock)
    records = [commit((prove, other)[i % 2], f"{i}") for i in range(10)]
    assert all(holds(record.envelope) for record in records)
    assert all(holds(prove.document(record.id)) for record in records)
    assert prove.checkpoint() == other.checkpoint()


def test_many_threads_commit_and_settle_without_gap_or_loss(prove, store):
    records, errors = [], []

    def work(writer):
        try:
            for i in range(5):
                record = commit(prove, f"{writer}-{i}")
                records.append(record)
                records.append(prove.settle(record.id, BOTH, 0.9, the_checks()))
        except Exception as error:  # the thread's own error is what the test is about
            errors.append(error)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({record.id for record in records}) == store.size() == 60
    assert all(holds(record.envelope) for record in records)
    assert all(holds(prove.document(record.id)) for record in records)
    newest = prove.checkpoint().size
    sizes = [size for size in range(1, newest) if store.checkpoint(size)]
    assert newest == 60
    assert all(consistency_holds(prove.consistency(size, newest)) for size in sizes)


def test_many_threads_settle_one_record_once(prove, store):
    lawful = commit(prove)
    settled = []
    threads = [
        threading.Thread(
            target=lambda: settled.append(prove.settle(lawful.id, BOTH, 0.9, the_checks()))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(settled) == 8
    assert len({record.id for record in settled}) == 1
    assert store.size() == 2


def rewrite(store, leaf, **changes):
    store._proofs[leaf] = replace(store._proofs[leaf], **changes)


def test_a_store_that_forgot_records_is_found(prove, store, clock):
    for word in "abc":
        commit(prove, word)
    del store._proofs[1:]
    with pytest.raises(ConflictError, match="not the one that was signed at 3"):
        Prove(store, NODE, clock).checkpoint()


@pytest.mark.parametrize("restart", [False, True])
def test_nothing_is_appended_to_a_log_that_lost_records(prove, store, clock, restart):
    for word in "abc":
        commit(prove, word)
    del store._proofs[1:]
    with pytest.raises(ConflictError, match="not the one that was signed at 3"):
        commit(Prove(store, NODE, clock) if restart else prove, "d")
    assert store.size() == 1


def test_a_store_that_went_back_to_an_older_copy_is_found(prove, store):
    for word in "abc":
        commit(prove, word)
    del store._proofs[1:], store._checkpoints[2], store._checkpoints[3]
    with pytest.raises(ConflictError, match="not the one that was signed"):
        commit(prove, "d")


def test_a_store_whose_past_was_changed_is_found(prove, store, clock):
    records = [commit(prove, word) for word in "abc"]
    rewrite(store, 0, envelope=store.get(records[1].id).envelope)
    with pytest.raises(ConflictError, match="not the one that was signed at 3"):
        Prove(store, NODE, clock).checkpoint()
    # The running service still knows the right hash, and hands out nothing that would not verify.
    with pytest.raises(ConflictError, match="not the record that was logged"):
        prove.document(records[0].id)


def test_a_checkpoint_of_another_log_is_found(prove, store, clock):
    commit(prove)
    other = Prove(InMemoryProofStore(), NODE, clock)
    commit(other, "elsewhere")
    foreign = other.checkpoint()
    store._checkpoints[1] = LogCheckpoint(1, foreign.root, foreign.to_bytes())
    with pytest.raises(ConflictError, match="not the one that was signed at 1"):
        prove.checkpoint()


def test_a_node_with_another_key_goes_on_but_does_not_vouch_for_the_past(prove, store, clock):
    old = commit(prove)
    other = Prove(store, SeededSigner("new"), clock)
    with pytest.raises(ConflictError, match="not signed by this node's key"):
        other.checkpoint()
    new = commit(other, "next")
    assert verify(new.envelope, key=other.signer.public_key).valid
    with pytest.raises(ConflictError, match="key that this node does not hold"):
        other.document(old.id)
    with pytest.raises(ConflictError, match="not signed by this node's key"):
        other.consistency(1, 2)


def test_the_leaf_is_the_envelope_in_the_document(prove, store):
    record = commit(prove)
    envelope = read_document(record.envelope).envelope.to_bytes()
    assert store.leaf_hashes(0, 1) == [leaf_hash(envelope)]
