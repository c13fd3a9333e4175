"""Energy into micro-CEU: the quote holds at the highest multiplier, the settlement at the true."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from industriverse.kernel.errors import ContractError
from industriverse.kernel.results import Metering, Quote, Receipt, Regime, RegimeLabel

MICRO = 1_000_000
LOWEST_MULTIPLIER = 0.8
HIGHEST_MULTIPLIER = 1.5
LARGEST_JOULES = 1e9

CONFIRMED_MULTIPLIERS: Mapping[RegimeLabel, float] = MappingProxyType(
    {
        "initializing": 1.0,
        "stable": 0.8,
        "transitional": 1.0,
        "chaotic": 1.2,
        "phase_change": 1.2,
        "anomalous": 1.5,
    }
)
"""Multiplier of a confirmed regime: steady plants are cheap, surprising ones dear."""

UNCONFIRMED_MULTIPLIER = 1.0
"""Multiplier while the regime is not confirmed: nobody pays or saves on a guess."""


def regime_multiplier(regime: Regime) -> float:
    """Return the price multiplier of a regime, in [0.8, 1.5]."""
    return CONFIRMED_MULTIPLIERS[regime.label] if regime.confirmed else UNCONFIRMED_MULTIPLIER


def quote(id: str, joules_estimate: float) -> Quote:
    """Return the most that a piece of work may cost: its estimate at the highest multiplier.

    Args:
        id: Of the quote.
        joules_estimate: [J]. Above zero, at most 1e9.

    Examples:
        >>> quote("q", 2.0).micro_ceu
        3000000
    """
    joules = _require_joules(joules_estimate)
    return Quote(id, max(1, math.ceil(joules * HIGHEST_MULTIPLIER * MICRO)), joules)


def charge(held: Quote, metering: Metering, multiplier: float) -> int:
    """Return the micro-CEU to charge: joules times multiplier, never above the hold.

    Raises:
        ContractError: Joules or multiplier out of range.

    Examples:
        >>> used = Metering(1.0, 0.1, "measured (RAPL)", 1.0, 1.0)
        >>> charge(quote("q", 2.0), used, 0.8)
        800000
    """
    if not LOWEST_MULTIPLIER <= multiplier <= HIGHEST_MULTIPLIER:
        raise ContractError(
            f"The regime multiplier is {multiplier}.",
            hint=f"It lies between {LOWEST_MULTIPLIER} and {HIGHEST_MULTIPLIER}.",
        )
    return min(held.micro_ceu, round(_require_joules(metering.joules) * multiplier * MICRO))


def settle(id: str, held: Quote, metering: Metering, multiplier: float) -> Receipt:
    """Return the receipt of a piece of work that was held under a quote."""
    micro_ceu = charge(held, metering, multiplier)
    return Receipt(id, micro_ceu, held.micro_ceu, multiplier, metering)


def _require_joules(joules: float) -> float:
    if not (math.isfinite(joules) and 0 <= joules <= LARGEST_JOULES):
        raise ContractError(
            f"The energy is {joules} J.", hint=f"It lies between 0 and {LARGEST_JOULES:.0e} J."
        )
    return joules
