"""Every error the platform raises on purpose.

IndustriverseError
├── ContractError        the caller broke a documented contract
│   └── InputError       a file or a stream holds something we cannot read
├── NotFoundError        a thing asked for by name does not exist
├── ConflictError        right in itself, but not in the present state
│   ├── InsufficientFundsError
│   └── RefusedError     a policy or a law forbids it
└── UnavailableError     something we depend on did not answer

Interfaces turn the four families into exit codes and HTTP statuses; see their tables.
"""

from typing import ClassVar


class IndustriverseError(Exception):
    """Base of all our errors: a stable code for machines, a sentence and a hint for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", **context: str | float) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = context


class ContractError(IndustriverseError):
    """The caller broke a documented contract."""

    code = "contract"


class InputError(ContractError):
    """A file or a stream holds something we cannot read: what, where, what to do.

    `context` carries the place: any of `file`, `row`, `column`, `variable`, `attribute`, `axis`.
    """

    code = "input"


class NotFoundError(IndustriverseError):
    """A thing was asked for by name and does not exist."""

    code = "not_found"


class ConflictError(IndustriverseError):
    """The change is valid in itself, but not in the present state."""

    code = "conflict"


class InsufficientFundsError(ConflictError):
    """A posting would leave an account below zero."""

    code = "insufficient_funds"

    def __init__(self, account: str, *, balance: int, amount: int, asset: str) -> None:
        super().__init__(
            f"Account {account!r} holds {balance} micro-{asset}; the posting needs {amount}.",
            hint="Settle pending credits first, or send less.",
            account=account,
            balance=balance,
            amount=amount,
            asset=asset,
        )


class RefusedError(ConflictError):
    """A policy or a law of physics forbids it."""

    code = "refused"


class UnavailableError(IndustriverseError):
    """Something we depend on did not answer."""

    code = "unavailable"
