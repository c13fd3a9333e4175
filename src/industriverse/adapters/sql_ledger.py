"""The books in SQL; triggers and constraints of the schema hold its invariants."""

from sqlalchemy import Connection, Select, and_, func, insert, select

from industriverse.engines.economy import changes, may_be_negative, require_balanced
from industriverse.kernel.errors import ConflictError, InsufficientFundsError
from industriverse.kernel.ports import Clock, Entry, Posting, Transaction

from .sql_engine import SqlDatabase, microseconds, moment
from .sql_tables import BALANCES, ENTRIES, TRANSACTIONS

_Lines = Select[int, int, str, str, str, str, str, int]


class SqlLedgerStore:
    """Keeps the books in SQLite or PostgreSQL."""

    def __init__(self, database: SqlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def post(self, posting: Posting) -> Transaction:
        """Write a transaction; posting the same key and body again returns the first one.

        Raises:
            ContractError: It does not balance.
            InsufficientFundsError: An account would go below zero.
            ConflictError: The key was used for another body.
        """
        require_balanced(posting)
        with self._database.write() as connection:
            if (first := _find(connection, posting.key)) is not None:
                return _same(first, posting)
            _require_funds(connection, posting)
            return self._append(connection, posting)

    def balance(self, account: str, asset: str) -> int:
        """Return the micro-units an account holds; 0 for an account never used."""
        with self._database.read() as connection:
            return _balance(connection, account, asset)

    def balances(self, asset: str) -> dict[str, int]:
        """Return every account's holding of an asset; they sum to zero."""
        query = select(BALANCES.c.account, BALANCES.c.amount).where(BALANCES.c.asset == asset)
        with self._database.read() as connection:
            return {row.account: row.amount for row in connection.execute(query)}

    def replay(self, asset: str) -> dict[str, int]:
        """Return every account's holding, summed again from the entries; equals `balances`."""
        query = (
            select(ENTRIES.c.account, func.sum(ENTRIES.c.amount))
            .where(ENTRIES.c.asset == asset)
            .group_by(ENTRIES.c.account)
        )
        with self._database.read() as connection:
            return {account: int(total) for account, total in connection.execute(query)}

    def transactions(
        self, *, after: int, limit: int, account: str | None = None
    ) -> list[Transaction]:
        """Return transactions with a sequence above `after`, in order."""
        chosen = select(TRANSACTIONS.c.sequence).where(TRANSACTIONS.c.sequence > after)
        if account is not None:
            chosen = (
                select(ENTRIES.c.sequence)
                .distinct()
                .where(ENTRIES.c.account == account, ENTRIES.c.sequence > after)
            )
        page = chosen.order_by("sequence").limit(limit).subquery()
        query = _lines().join(page, page.c.sequence == TRANSACTIONS.c.sequence)
        with self._database.read() as connection:
            return _transactions(connection, query)

    def find(self, key: str) -> Transaction | None:
        """Return the transaction of a key, if there is one."""
        with self._database.read() as connection:
            return _find(connection, key)

    def _append(self, connection: Connection, posting: Posting) -> Transaction:
        newest = connection.scalar(select(func.max(TRANSACTIONS.c.sequence))) or 0
        at_us = microseconds(self._clock.now())
        connection.execute(
            insert(TRANSACTIONS),
            {
                "sequence": newest + 1,
                "at_us": at_us,
                "key": posting.key,
                "kind": posting.kind,
                "reference": posting.reference,
                "lines": len(posting.entries),
            },
        )
        connection.execute(insert(ENTRIES), _rows(newest + 1, posting))
        return Transaction(newest + 1, moment(at_us), posting)


def _rows(sequence: int, posting: Posting) -> list[dict[str, int | str]]:
    """Return the entries' rows, credits first, so that no balance dips on the way."""
    rows: list[dict[str, int | str]] = [
        {
            "sequence": sequence,
            "line": line,
            "account": entry.account,
            "asset": entry.asset,
            "amount": entry.amount,
        }
        for line, entry in enumerate(posting.entries)
    ]
    return sorted(rows, key=lambda row: int(row["amount"]), reverse=True)


def _lines() -> _Lines:
    return select(
        TRANSACTIONS.c.sequence,
        TRANSACTIONS.c.at_us,
        TRANSACTIONS.c.key,
        TRANSACTIONS.c.kind,
        TRANSACTIONS.c.reference,
        ENTRIES.c.account,
        ENTRIES.c.asset,
        ENTRIES.c.amount,
    ).join_from(TRANSACTIONS, ENTRIES, ENTRIES.c.sequence == TRANSACTIONS.c.sequence)


def _transactions(connection: Connection, query: _Lines) -> list[Transaction]:
    found: dict[int, Transaction] = {}
    ordered = query.order_by(TRANSACTIONS.c.sequence, ENTRIES.c.line)
    for sequence, at_us, key, kind, reference, account, asset, amount in connection.execute(
        ordered
    ):
        before = found[sequence].posting.entries if sequence in found else ()
        posting = Posting(key, kind, (*before, Entry(account, asset, amount)), reference)
        found[sequence] = Transaction(sequence, moment(at_us), posting)
    return list(found.values())


def _find(connection: Connection, key: str) -> Transaction | None:
    found = _transactions(connection, _lines().where(TRANSACTIONS.c.key == key))
    return found[0] if found else None


def _same(first: Transaction, posting: Posting) -> Transaction:
    if first.posting != posting:
        raise ConflictError(
            f"The key {posting.key!r} was used for another posting (sequence {first.sequence}).",
            hint="Make a new key for a new posting.",
        )
    return first


def _balance(connection: Connection, account: str, asset: str) -> int:
    mine = and_(BALANCES.c.account == account, BALANCES.c.asset == asset)
    return connection.scalar(select(BALANCES.c.amount).where(mine)) or 0


def _require_funds(connection: Connection, posting: Posting) -> None:
    for (account, asset), change in changes(posting).items():
        if change >= 0 or may_be_negative(account, asset):
            continue
        held = _balance(connection, account, asset)
        if held + change < 0:
            raise InsufficientFundsError(account, balance=held, amount=-change, asset=asset)
