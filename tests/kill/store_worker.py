"""Posts and appends for ever, printing each acknowledgement: the target of the kill tests.

Usage: `python -m tests.kill.store_worker URL ROUND THREADS [OPERATIONS]`
"""

import hashlib
import itertools
import sys
import threading

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from industriverse.engines import economy
from industriverse.kernel.ports import Entry, Posting, StoredProof
from tests.kill.store_checks import merkle_root

GRANT = 10**12
_ROOT_EVERY = 8


def posting(round_number: int, thread: int, number: int) -> Posting:
    """Return the n-th posting of a thread; the checks make the same one again."""
    amount = 1 + (number * 7919 + thread) % 97
    key = f"{round_number}-{thread}-{number}"
    entries = (Entry("wallet:local", "CEU", -amount), Entry("treasury", "CEU", amount))
    return Posting(key, "move", entries, f"round {round_number}")


def proof(round_number: int, thread: int, number: int, at: SystemClock) -> StoredProof:
    """Return the n-th proof of a thread."""
    envelope = f'{{"round":{round_number},"thread":{thread},"number":{number}}}'.encode()
    name = f"prf_{hashlib.sha256(envelope).hexdigest()[:32]}"
    return StoredProof(name, -1, envelope, "lawful", True, "heat", "", at.now())


def main(url: str, round_number: int, threads: int, operations: int | None) -> None:
    """Open the stores and work."""
    clock = SystemClock()
    database = SqlDatabase.open(url)
    ledger, proofs = SqlLedgerStore(database, clock), SqlProofStore(database, clock)
    ledger.post(economy.grant("first", "local", GRANT))
    say = threading.Lock()

    def tell(*words: object) -> None:
        with say:
            sys.stdout.write(" ".join(map(str, words)) + "\n")
            sys.stdout.flush()

    def work(thread: int) -> None:
        for number in itertools.count() if operations is None else range(operations):
            written = ledger.post(posting(round_number, thread, number))
            tell("posted", written.posting.key, written.sequence)
            stored = proofs.append(proof(round_number, thread, number, clock))
            tell("proved", stored.id, stored.leaf, round_number, thread, number)
            if number % _ROOT_EVERY == 0:
                size = proofs.size()
                tell("root", size, merkle_root(proofs.leaf_hashes(0, size)).hex())

    tell("ready")
    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    database.close()


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]) if len(sys.argv) > 4 else None,
    )
