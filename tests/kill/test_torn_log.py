"""A torn or flipped write-ahead log: the books open to a prefix of their history, or refuse."""

import random
import shutil
from pathlib import Path

import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.engines import economy
from industriverse.kernel.errors import UnavailableError
from tests.kill.store_checks import all_transactions, check_books, check_log, merkle_root
from tests.kill.store_worker import GRANT, posting, proof

POSTINGS = 12
OFFSETS = 100
LOG = "books.db-wal"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Copy the files of a database that is still open, as a power cut would leave them."""
    work, kept = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("kept")
    clock = SystemClock()
    database = SqlDatabase.open(f"sqlite:///{work / 'books.db'}")
    ledger, proofs = SqlLedgerStore(database, clock), SqlProofStore(database, clock)
    ledger.post(economy.grant("first", "local", GRANT))
    for number in range(POSTINGS):
        ledger.post(posting(0, 0, number))
        proofs.append(proof(0, 0, number, clock))
    for name in ("books.db", LOG):
        shutil.copy(work / name, kept / name)
    heard = [(line.posting.key, line.sequence) for line in all_transactions(ledger)]
    leaves = proofs.leaf_hashes(0, POSTINGS)
    database.close()
    return kept, heard, leaves


def opened(folder: Path, image) -> int | None:
    """Open and check; return the length of the prefix, or None for a refusal."""
    _, heard, leaves = image
    try:
        database = SqlDatabase.open(f"sqlite:///{folder / 'books.db'}")
    except UnavailableError:
        return None
    try:
        return prefix(database, heard, leaves)
    except UnavailableError:
        return None
    finally:
        database.close()


def prefix(database: SqlDatabase, heard: list[tuple[str, int]], leaves: list[bytes]) -> int:
    clock = SystemClock()
    ledger, proofs = SqlLedgerStore(database, clock), SqlProofStore(database, clock)
    length = check_books(ledger, [], "CEU")
    kept = [(line.posting.key, line.sequence) for line in all_transactions(ledger)]
    assert kept == heard[:length], "the books are no prefix of their history"
    size = check_log(proofs, [], [])
    assert proofs.leaf_hashes(0, size) == leaves[:size], "the log is no prefix of its history"
    assert 0 <= length - 1 - size <= 1 or (length, size) == (0, 0)
    return length


def copy(image, folder: Path) -> bytearray:
    folder.mkdir()
    shutil.copy(image[0] / "books.db", folder / "books.db")
    return bytearray((image[0] / LOG).read_bytes())


def test_the_whole_log_gives_the_whole_history(image, tmp_path):
    (tmp_path / "x").mkdir()
    for name in ("books.db", LOG):
        shutil.copy(image[0] / name, tmp_path / "x" / name)
    assert opened(tmp_path / "x", image) == POSTINGS + 1
    assert len(merkle_root(image[2])) == 32


@pytest.mark.slow
def test_a_log_cut_anywhere_opens_to_a_prefix(image, tmp_path):
    size = (image[0] / LOG).stat().st_size
    chance, lengths = random.Random(3), set[int | None]()
    for number, offset in enumerate(sorted(chance.sample(range(size), OFFSETS))):
        folder = tmp_path / str(number)
        data = copy(image, folder)
        (folder / LOG).write_bytes(data[:offset])
        lengths.add(opened(folder, image))
        shutil.rmtree(folder)
    assert len(lengths) > 3


@pytest.mark.slow
def test_a_bit_flipped_anywhere_opens_to_a_prefix(image, tmp_path):
    size = (image[0] / LOG).stat().st_size
    chance, lengths = random.Random(4), set[int | None]()
    for number, offset in enumerate(sorted(chance.sample(range(size), OFFSETS))):
        folder = tmp_path / str(number)
        data = copy(image, folder)
        data[offset] ^= 1 << chance.randrange(8)
        (folder / LOG).write_bytes(data)
        lengths.add(opened(folder, image))
        shutil.rmtree(folder)
    assert len(lengths) > 3
