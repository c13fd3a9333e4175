"""The harness and its checks catch what they are there to catch."""

import hashlib
import json
import sys
from dataclasses import replace

import pytest

from industriverse.engines import economy
from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ports import Entry, Posting, StoredProof, Transaction
from tests.fakes.clock import HandClock
from tests.fakes.ledger import MemoryLedgerStore
from tests.fakes.proofs import InMemoryProofStore
from tests.kill.harness import Instant, Target, instants, run_round
from tests.kill.record import run_recorded
from tests.kill.store_checks import check_books, check_log, check_unacknowledged, merkle_root

COUNTER = """
import sys, time
print("ready", flush=True)
n = 0
while True:
    print(n, flush=True)
    n += 1
    time.sleep(0.001)
"""
LIAR = """
import sys, time
print("ready", flush=True)
with open(sys.argv[1], "w") as file:
    for n in range(10**9):
        print(n, flush=True)
        file.write(f"{n}\\n")
        time.sleep(0.001)
"""


def number(line: str) -> int | None:
    return int(line) if line.strip().isdigit() else None


def is_ready(line: str) -> bool:
    return line.strip() == "ready"


def test_acknowledgements_until_the_kill_come_back_in_order():
    target = Target([sys.executable, "-c", COUNTER], number, is_ready)
    round_ = run_round(target, Instant(0.1, from_ready=True))
    assert round_.ready
    assert len(round_.acknowledged) > 5
    assert list(round_.acknowledged) == list(range(len(round_.acknowledged)))


def test_a_promise_before_the_write_is_found_out(tmp_path):
    target = Target([sys.executable, "-c", LIAR, str(tmp_path / "n")], number, is_ready)
    round_ = run_round(target, Instant(0.1, from_ready=True))
    kept = (tmp_path / "n").read_text().split()
    assert len(round_.acknowledged) > len(kept)


def test_a_driver_works_from_outside(tmp_path):
    def drive(stop, report):
        for step in range(10**9):
            if stop.is_set():
                return
            report(step)
            stop.wait(0.001)

    quiet: Target[int] = Target([sys.executable, "-c", COUNTER], lambda line: None, is_ready)
    round_ = run_round(quiet, Instant(0.1, from_ready=True), drive)
    assert len(round_.acknowledged) > 5


def test_a_target_that_ends_by_itself_is_an_error():
    target = Target([sys.executable, "-c", "print('ready')"], number, is_ready)
    with pytest.raises(AssertionError, match="ended by itself"):
        run_round(target, Instant(1.0, from_ready=True))


def test_instants_repeat_by_seed_and_some_hit_the_start_up():
    plan = instants(7, 500, longest_s=0.4, start_up_s=1.0)
    assert plan == instants(7, 500, longest_s=0.4, start_up_s=1.0)
    assert plan != instants(8, 500, longest_s=0.4, start_up_s=1.0)
    assert 50 < sum(not instant.from_ready for instant in plan) < 150


def test_a_recorded_run_resumes_where_it_stopped(tmp_path):
    ran: list[int] = []

    def one_round(n: int) -> dict[str, int]:
        if n == 3 and 3 not in ran:
            ran.append(n)
            raise KeyboardInterrupt
        ran.append(n)
        return {"value": n * n}

    with pytest.raises(KeyboardInterrupt):
        run_recorded(tmp_path / "log", 5, one_round)
    with (tmp_path / "log").open("a") as file:
        file.write('{"round": 3, "val')  # cut by a crash
    done = run_recorded(tmp_path / "log", 5, one_round)
    assert ran == [0, 1, 2, 3, 3, 4]
    assert [result["value"] for result in done] == [0, 1, 4, 9, 16]
    lines = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line) for line in lines] == done


class Books(MemoryLedgerStore):
    """Books that a test can damage."""

    def replace_history(self, lines: list[Transaction]) -> None:
        self._lines = lines


@pytest.fixture
def books():
    books = Books()
    books.post(economy.grant("g", "local", 100))
    for n in range(3):
        books.post(economy.hold(f"h{n}", "local", 5, "job"))
    return books


HEARD = [("g", 1), ("h0", 2), ("h1", 3), ("h2", 4)]


def test_sound_books_pass(books):
    assert check_books(books, HEARD, "CEU") == 4


def doubled(lines: list[Transaction]) -> list[Transaction]:
    return [*lines, replace(lines[-1], sequence=5)]


def renumbered(lines: list[Transaction]) -> list[Transaction]:
    return [*lines[:2], replace(lines[3], sequence=3), replace(lines[2], sequence=4)]


def unbalanced(lines: list[Transaction]) -> list[Transaction]:
    entries = (Entry("wallet:local", "CEU", -5), Entry("held:local", "CEU", 6))
    return [*lines[:-1], replace(lines[-1], posting=Posting("h2", "hold", entries, "job"))]


def shortened(lines: list[Transaction]) -> list[Transaction]:
    return lines[:-1]


def beheaded(lines: list[Transaction]) -> list[Transaction]:
    return lines[1:]


@pytest.mark.parametrize("damage", [doubled, renumbered, unbalanced, shortened, beheaded])
def test_damaged_books_fail(books, damage):
    books.replace_history(damage(books.transactions(after=0, limit=10)))
    with pytest.raises(AssertionError):
        check_books(books, HEARD, "CEU")


def log_of(*envelopes: bytes):
    store = InMemoryProofStore()
    for envelope in envelopes:
        name = f"prf_{hashlib.sha256(envelope).hexdigest()[:32]}"
        at = HandClock().now()
        store.append(StoredProof(name, -1, envelope, "lawful", True, "heat", "", at))
    return store


def test_a_sound_log_passes_and_a_damaged_one_fails():
    envelopes = (b"a", b"b", b"c")
    store = log_of(*envelopes)
    heard = [(store.page(before=n + 1, limit=1)[0].id, n, envelopes[n]) for n in range(3)]
    roots = [(n, merkle_root(store.leaf_hashes(0, n))) for n in range(4)]
    assert check_log(store, heard, roots) == 3
    for damaged in (log_of(b"a", b"c", b"b"), log_of(b"a", b"b"), log_of(b"a", b"b", b"x")):
        with pytest.raises((AssertionError, NotFoundError)):
            check_log(damaged, heard, [])
    with pytest.raises(AssertionError, match="root of 2"):
        check_log(log_of(b"a", b"x", b"c"), [], roots[:3])


def test_the_root_is_that_of_rfc_6962():
    """Against the values of RFC 6962's reference tree (Certificate Transparency, 8 leaves)."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    inputs.append("606162636465666768696a6b6c6d6e6f")
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(words)).digest() for words in inputs]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert merkle_root(leaves[:size]).hex() == root


def test_more_than_one_unheard_effect_a_thread_fails():
    kept = ["5-0-0", "5-0-1", "5-1-0"]
    assert check_unacknowledged(kept, ["5-0-0", "5-1-0"], 2) == 1
    assert check_unacknowledged(kept, kept, 2) == 0
    for heard in (["5-1-0"], [*kept, "5-1-1"]):
        with pytest.raises(AssertionError):
            check_unacknowledged(kept, heard, 2)
    with pytest.raises(AssertionError, match="has a gap"):
        check_unacknowledged(["5-0-0", "5-0-2"], ["5-0-0"], 1)
