"""The books: balanced double-entry transactions in integer micro-units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transaction.

    Attributes:
        account: e.g. `wallet:local`, `held:local`, `treasury`, `issuance:CEU`.
        asset: `CEU`, `PFT` or `MUNT`.
        amount: Micro-units; positive is a credit to the account, negative a debit. Never zero.
    """

    account: str
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be posted: its entries sum to zero per asset.

    Attributes:
        key: Client-made idempotency key; one effect per key, for ever.
        kind: `grant`, `hold`, `settle`, `release`, `mint` …
        entries: At least two.
        reference: What it is about: a job id, a proof id.
    """

    key: str
    kind: str
    entries: tuple[Entry, ...]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A posting as it lies in the books."""

    sequence: int
    at: datetime
    posting: Posting


@runtime_checkable
class LedgerStore(Protocol):
    """Keeps the books, durably before each call returns.

    Contract suite: `tests/contracts/ledger_store.py`.

    The store itself enforces: entries of a posting sum to zero per asset; no account but
    `issuance:<asset>` goes below zero; a key is posted once; nothing is ever changed or removed.
    """

    def post(self, posting: Posting) -> Transaction:
        """Write a transaction; posting the same key and body again returns the first one.

        Raises:
            ContractError: It does not balance.
            InsufficientFundsError: An account would go below zero.
            ConflictError: The key was used for another body.
        """
        ...

    def balance(self, account: str, asset: str) -> int:
        """Return the micro-units an account holds; 0 for an account never used."""
        ...

    def balances(self, asset: str) -> dict[str, int]:
        """Return every account's holding of an asset; they sum to zero."""
        ...

    def transactions(
        self, *, after: int, limit: int, account: str | None = None
    ) -> list[Transaction]:
        """Return transactions with a sequence above `after`, in order."""
        ...

    def find(self, key: str) -> Transaction | None:
        """Return the transaction of a key, if there is one."""
        ...
