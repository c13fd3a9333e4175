"""The proof service over real SQLite and a real key file, by writers that share only the files."""

import threading

import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.key_file import KeyFileSigner
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.engines.proofs import consistency_holds, verify
from industriverse.kernel.errors import ConflictError
from industriverse.services.prove import Prove
from tests.fakes.proof_records import a_claim, the_checks

BOTH = {"persistence": 0.5, "seasonal_naive": 0.25}


@pytest.fixture
def start(tmp_path):
    """Start a node as a process of its own would: own connections, own copy of the key."""
    databases: list[SqlDatabase] = []

    def node() -> Prove:
        databases.append(SqlDatabase.open(f"sqlite:///{tmp_path / 'books.db'}"))
        clock = SystemClock()
        signer = KeyFileSigner(tmp_path / "key.pem")
        return Prove(SqlProofStore(databases[-1], clock), signer, clock)

    yield node
    for database in databases:
        database.close()


def test_a_restarted_node_knows_its_proofs_and_its_key(start):
    record = start().commit(a_claim(), the_checks())
    node = start()
    document = node.document(record.id)
    assert document == record.envelope
    assert verify(document, key=node.signer.public_key).valid
    settled = node.settle(record.id, BOTH, 0.9, the_checks())
    assert settled.mintable
    assert start().settle(record.id, BOTH, 0.9, the_checks()) == settled
    with pytest.raises(ConflictError, match="settled already"):
        start().settle(record.id, BOTH, 0.8, the_checks())


def test_writers_that_share_only_the_files_keep_one_log(start):
    nodes = [start(), start()]
    records = []

    def work(node: Prove, name: str) -> None:
        for i in range(8):
            record = node.commit(a_claim(model=f"{name}-{i}"), the_checks())
            records.extend([record, node.settle(record.id, BOTH, 0.9, the_checks())])

    threads = [threading.Thread(target=work, args=(nodes[i % 2], f"writer-{i}")) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    key = nodes[0].signer.public_key
    assert len({record.id for record in records}) == nodes[1].size() == 64
    assert all(verify(record.envelope, key=key).valid for record in records)
    newest = start().checkpoint()
    assert newest.size == 64
    assert newest == nodes[0].checkpoint() == nodes[1].checkpoint()
    sizes = [size for size in range(1, 65) if nodes[0].store.checkpoint(size)]
    assert all(consistency_holds(nodes[1].consistency(size, 64), key=key) for size in sizes)


def test_writers_that_settle_one_record_at_once_settle_it_once(start):
    nodes = [start() for _ in range(4)]
    lawful = nodes[0].commit(a_claim(), the_checks())
    settled, errors = [], []

    def work(node: Prove, coverage: float) -> None:
        try:
            settled.append(node.settle(lawful.id, BOTH, coverage, the_checks()))
        except ConflictError as error:
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=(node, (0.9, 0.8)[i % 2]))
        for i, node in enumerate(nodes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(settled), len(errors)) == (2, 2)
    assert len({record.id for record in settled}) == 1
    assert nodes[0].size() == 2
