"""Rounds of the stores: kill the worker, then hold the books and the log to what it promised.

Usage: `python -m tests.kill.stores FOLDER ROUNDS [SEED]` runs a recorded, resumable series on
SQLite; the record lies in `FOLDER/kills.jsonl`.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.sql_engine import SqlDatabase
from industriverse.adapters.sql_ledger import SqlLedgerStore
from industriverse.adapters.sql_proofs import SqlProofStore
from tests.kill.harness import Instant, Target, instants, run_round
from tests.kill.record import Result, run_recorded
from tests.kill.store_checks import (
    all_transactions,
    check_books,
    check_log,
    check_unacknowledged,
)

THREADS = 3


@dataclass(slots=True)
class History:
    """Everything that was ever acknowledged, over all rounds."""

    posted: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    proved: list[tuple[str, int, bytes]] = field(default_factory=list[tuple[str, int, bytes]])
    roots: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    def add(self, line: str) -> None:
        """Take one line of the worker's output."""
        match line.split():
            case ["posted", key, sequence]:
                self.posted.append((key, int(sequence)))
            case ["proved", name, leaf, *place]:
                words = zip(("round", "thread", "number"), map(int, place), strict=True)
                envelope = json.dumps(dict(words), separators=(",", ":")).encode()
                self.proved.append((name, int(leaf), envelope))
            case ["root", size, root]:
                self.roots.append((int(size), bytes.fromhex(root)))
            case _:
                raise AssertionError(f"the worker said {line!r}")


def target(url: str, number: int) -> Target[str]:
    """Return the worker as a target."""
    return Target(
        command=[sys.executable, "-m", "tests.kill.store_worker", url, str(number), str(THREADS)],
        parse=lambda line: None if line.strip() == "ready" else line.strip(),
        ready=lambda line: line.strip() == "ready",
        folder=Path(__file__).parents[2],
    )


def kill_once(url: str, number: int, instant: Instant, history: History) -> Result:
    """Run one round and check everything that was promised in this and all earlier rounds."""
    round_ = run_round(target(url, number), instant)
    before = len(history.posted)
    for line in round_.acknowledged:
        history.add(line)
    database = SqlDatabase.open(url)
    try:
        clock = SystemClock()
        ledger = SqlLedgerStore(database, clock)
        transactions = check_books(ledger, history.posted, "CEU")
        leaves = check_log(SqlProofStore(database, clock), history.proved, history.roots)
        kept = [line.posting.key for line in all_transactions(ledger)]
        unheard = check_unacknowledged(
            (key for key in kept if key.startswith(f"{number}-")),
            (key for key, _ in history.posted[before:]),
            THREADS,
        )
    finally:
        database.close()
    return {
        "delay_s": round(instant.delay_s, 6),
        "from_ready": instant.from_ready,
        "acknowledged": len(round_.acknowledged),
        "unheard": unheard,
        "transactions": transactions,
        "leaves": leaves,
    }


def main(folder: Path, rounds: int, seed: int) -> None:
    """Run the recorded series; what was acknowledged is kept beside the record."""
    folder.mkdir(parents=True, exist_ok=True)
    promised, history = folder / "acknowledged.log", History()
    if promised.exists():
        for line in promised.read_text(encoding="utf-8").splitlines():
            history.add(line)
    plan = instants(seed, rounds, longest_s=0.4, start_up_s=1.0)
    url = f"sqlite:///{folder / 'books.db'}"

    def one_round(number: int) -> Result:
        tag = time.time_ns() // 1000  # a round that is run again after a stop has fresh keys
        marks = len(history.posted), len(history.proved), len(history.roots)
        result = kill_once(url, tag, plan[number], history)
        with promised.open("a", encoding="utf-8") as file:
            file.writelines(_lines(history, marks))
        return {"seed": seed, **result}

    done = run_recorded(folder / "kills.jsonl", rounds, one_round)
    acknowledged = sum(int(result["acknowledged"]) for result in done)
    sys.stdout.write(f"{len(done)} kills, {acknowledged} acknowledgements, none lost\n")


def _lines(history: History, marks: tuple[int, int, int]) -> list[str]:
    posted, proved, roots = marks
    lines = [f"posted {key} {sequence}\n" for key, sequence in history.posted[posted:]]
    for name, leaf, envelope in history.proved[proved:]:
        place = " ".join(str(value) for value in json.loads(envelope).values())
        lines.append(f"proved {name} {leaf} {place}\n")
    return lines + [f"root {size} {root.hex()}\n" for size, root in history.roots[roots:]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 7)
