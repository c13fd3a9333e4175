"""The postings of a wallet's life: grant, hold, settle, release. Each balances by construction."""

from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Entry, Posting

from ._posting import ISSUANCE

CEU = "CEU"
TREASURY = "treasury"


def wallet(tenant: str) -> str:
    """Return the account that holds what a tenant may spend."""
    return f"wallet:{tenant}"


def held(tenant: str) -> str:
    """Return the account that holds what a tenant's running work may cost."""
    return f"held:{tenant}"


def grant(key: str, tenant: str, micro_ceu: int) -> Posting:
    """Return the posting that issues CEU to a tenant's wallet."""
    return _move(key, "grant", ISSUANCE + CEU, wallet(tenant), micro_ceu)


def hold(key: str, tenant: str, micro_ceu: int, reference: str) -> Posting:
    """Return the posting that sets aside what a job may cost."""
    return _move(key, "hold", wallet(tenant), held(tenant), micro_ceu, reference)


def release(key: str, tenant: str, micro_ceu: int, reference: str) -> Posting:
    """Return the posting that gives a whole hold back."""
    return _move(key, "release", held(tenant), wallet(tenant), micro_ceu, reference)


def settlement(
    key: str, tenant: str, *, held_micro_ceu: int, micro_ceu: int, reference: str
) -> Posting:
    """Return the posting that pays a charge out of its hold and gives the rest back.

    Raises:
        ContractError: The charge is negative or above the hold.
    """
    if not 0 <= micro_ceu <= held_micro_ceu:
        raise ContractError(f"A charge of {micro_ceu} micro-CEU; {held_micro_ceu} are held.")
    lines = (
        Entry(held(tenant), CEU, -held_micro_ceu),
        Entry(TREASURY, CEU, micro_ceu),
        Entry(wallet(tenant), CEU, held_micro_ceu - micro_ceu),
    )
    return Posting(key, "settle", tuple(line for line in lines if line.amount != 0), reference)


def _move(
    key: str, kind: str, source: str, target: str, micro_ceu: int, reference: str = ""
) -> Posting:
    if micro_ceu <= 0:
        raise ContractError(f"A {kind} of {micro_ceu} micro-CEU moves nothing.")
    entries = (Entry(source, CEU, -micro_ceu), Entry(target, CEU, micro_ceu))
    return Posting(key, kind, entries, reference)
