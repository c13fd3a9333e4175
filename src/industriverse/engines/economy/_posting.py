"""Which postings are fit for the books, before any store sees them."""

from collections import defaultdict

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Entry, Posting

ISSUANCE = "issuance:"
LARGEST_AMOUNT = 2**53
"""Largest amount of one entry: integers beyond it do not survive JSON."""


def require_balanced(posting: Posting) -> None:
    """Refuse a posting that no store may keep.

    Raises:
        ContractError: An empty key, fewer than two entries, an amount of zero or beyond
            `LARGEST_AMOUNT`, an unnamed account or asset, or a sum other than zero.
    """
    if not posting.key or not posting.kind:
        raise ContractError("A posting needs a key and a kind.")
    if len(posting.entries) < 2:  # noqa: PLR2004 (double entry)
        raise ContractError(f"Posting {posting.key!r} has {len(posting.entries)} entries, not two.")
    for entry in posting.entries:
        _require_entry(posting.key, entry)
    for asset, total in _sums(posting).items():
        if total != 0:
            raise ContractError(
                f"Posting {posting.key!r} is out of balance by {total} micro-{asset}.",
                hint="Debit one account by exactly what the others are credited.",
            )


def changes(posting: Posting) -> dict[tuple[str, str], int]:
    """Return the net change of each (account, asset) that a posting touches."""
    net: defaultdict[tuple[str, str], int] = defaultdict(int)
    for entry in posting.entries:
        net[entry.account, entry.asset] += entry.amount
    return dict(net)


def may_be_negative(account: str, asset: str) -> bool:
    """Say whether an account is the asset's issuance, the only one that may owe."""
    return account == ISSUANCE + asset


def _sums(posting: Posting) -> dict[str, int]:
    totals: defaultdict[str, int] = defaultdict(int)
    for entry in posting.entries:
        totals[entry.asset] += entry.amount
    return dict(totals)


def _require_entry(key: str, entry: Entry) -> None:
    if not entry.account or not entry.asset:
        raise ContractError(f"Posting {key!r} has an entry without account or asset.")
    if entry.amount == 0 or abs(entry.amount) > LARGEST_AMOUNT:
        raise ContractError(
            f"Posting {key!r} moves {entry.amount} micro-{entry.asset} on {entry.account!r}.",
            hint="An amount is a whole number between 1 and 2**53.",
        )
