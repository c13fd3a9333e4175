"""What energy costs, and which postings carry it: pure rules, integers only."""

from ._bookings import CEU, TREASURY, grant, held, hold, release, settlement, wallet
from ._posting import ISSUANCE, LARGEST_AMOUNT, changes, may_be_negative, require_balanced
from ._pricing import (
    CONFIRMED_MULTIPLIERS,
    HIGHEST_MULTIPLIER,
    LOWEST_MULTIPLIER,
    MICRO,
    UNCONFIRMED_MULTIPLIER,
    charge,
    quote,
    regime_multiplier,
    settle,
)

__all__ = [
    "CEU",
    "CONFIRMED_MULTIPLIERS",
    "HIGHEST_MULTIPLIER",
    "ISSUANCE",
    "LARGEST_AMOUNT",
    "LOWEST_MULTIPLIER",
    "MICRO",
    "TREASURY",
    "UNCONFIRMED_MULTIPLIER",
    "changes",
    "charge",
    "grant",
    "held",
    "hold",
    "may_be_negative",
    "quote",
    "regime_multiplier",
    "release",
    "require_balanced",
    "settle",
    "settlement",
    "wallet",
]
