"""Books in memory."""

import threading
from datetime import UTC, datetime

from industriverse.engines.economy import changes, may_be_negative, require_balanced
from industriverse.kernel.errors import ConflictError, InsufficientFundsError
from industriverse.kernel.ports import Posting, Transaction


class MemoryLedgerStore:
    def __init__(self):
        self._lines: list[Transaction] = []
        self._keys: dict[str, Transaction] = {}
        self._held: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def post(self, posting: Posting) -> Transaction:
        require_balanced(posting)
        with self._lock:
            if first := self._keys.get(posting.key):
                if first.posting != posting:
                    raise ConflictError(f"The key {posting.key!r} was used for another posting.")
                return first
            for (account, asset), change in changes(posting).items():
                held = self._held.get((account, asset), 0)
                if change < 0 and held + change < 0 and not may_be_negative(account, asset):
                    raise InsufficientFundsError(account, balance=held, amount=-change, asset=asset)
            for place, change in changes(posting).items():
                self._held[place] = self._held.get(place, 0) + change
            line = Transaction(len(self._lines) + 1, datetime.now(UTC), posting)
            self._lines.append(line)
            self._keys[posting.key] = line
            return line

    def balance(self, account: str, asset: str) -> int:
        return self._held.get((account, asset), 0)

    def balances(self, asset: str) -> dict[str, int]:
        return {account: held for (account, of), held in self._held.items() if of == asset}

    def transactions(
        self, *, after: int, limit: int, account: str | None = None
    ) -> list[Transaction]:
        found = [
            line
            for line in self._lines
            if line.sequence > after
            and (account is None or account in {entry.account for entry in line.posting.entries})
        ]
        return found[:limit]

    def find(self, key: str) -> Transaction | None:
        return self._keys.get(key)
