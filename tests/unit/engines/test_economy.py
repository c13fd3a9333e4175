"""Prices and postings: integers, balanced, never above the hold."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines import economy
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ports import Entry, Posting
from industriverse.kernel.results import REGIME_LABELS, Metering, Regime, RegimeLabel

joules = st.floats(0, 1e6)
multipliers = st.floats(0.8, 1.5)


def metered(value: float) -> Metering:
    return Metering(value, 0.0, "a test", 0.0, 0.0)


def regime(label: RegimeLabel, *, confirmed: bool) -> Regime:
    return Regime(label, confirmed, {label: 1.0}, {}, "")


def test_one_ceu_is_one_joule_at_multiplier_one():
    held = economy.quote("q", 10.0)
    assert economy.charge(held, metered(1.0), 1.0) == economy.MICRO == 1_000_000
    assert held.micro_ceu == 15_000_000


@given(joules, joules, multipliers)
def test_a_charge_never_exceeds_its_hold_nor_the_true_price(estimate, used, multiplier):
    held = economy.quote("q", estimate)
    micro_ceu = economy.charge(held, metered(used), multiplier)
    assert 0 <= micro_ceu <= held.micro_ceu
    assert micro_ceu <= used * multiplier * 1e6 + 0.5


@given(joules, multipliers)
def test_an_estimate_that_was_right_is_paid_in_full(used, multiplier):
    micro_ceu = economy.charge(economy.quote("q", used), metered(used), multiplier)
    assert micro_ceu == pytest.approx(used * multiplier * 1e6, abs=1)


@pytest.mark.parametrize("value", [-1e-9, math.nan, math.inf, 2e9])
def test_energy_that_is_none_is_refused(value):
    with pytest.raises(ContractError, match="The energy is"):
        economy.quote("q", value)
    with pytest.raises(ContractError, match="The energy is"):
        economy.charge(economy.quote("q", 1.0), metered(value), 1.0)


@pytest.mark.parametrize("multiplier", [0.79, 1.51, math.nan])
def test_a_multiplier_out_of_range_is_refused(multiplier):
    with pytest.raises(ContractError, match="multiplier"):
        economy.charge(economy.quote("q", 1.0), metered(1.0), multiplier)


def test_every_regime_has_a_price_and_both_ends_are_reached():
    assert set(economy.CONFIRMED_MULTIPLIERS) == set(get_args(RegimeLabel)) == set(REGIME_LABELS)
    prices = [economy.regime_multiplier(regime(label, confirmed=True)) for label in REGIME_LABELS]
    assert (min(prices), max(prices)) == (0.8, 1.5)
    assert {
        economy.regime_multiplier(regime(label, confirmed=False)) for label in REGIME_LABELS
    } == {1.0}


@given(st.integers(1, 2**53), st.floats(0, 1))
def test_postings_balance_for_every_amount(held, share):
    micro_ceu = int(held * share)
    postings = [
        economy.grant("g", "local", held),
        economy.hold("h", "local", held, "job"),
        economy.release("r", "local", held, "job"),
        economy.settlement("s", "local", held_micro_ceu=held, micro_ceu=micro_ceu, reference="job"),
    ]
    for posting in postings:
        economy.require_balanced(posting)
    assert sum(economy.changes(posting)["held:local", "CEU"] for posting in postings[1:3]) == 0
    change = economy.changes(postings[3])
    assert change["held:local", "CEU"] == -held
    assert change.get(("treasury", "CEU"), 0) == micro_ceu


def test_a_charge_above_the_hold_is_never_posted():
    for micro_ceu in (-1, 11):
        with pytest.raises(ContractError, match="10 are held"):
            economy.settlement("s", "a", held_micro_ceu=10, micro_ceu=micro_ceu, reference="j")


def test_a_posting_that_moves_nothing_is_refused():
    with pytest.raises(ContractError, match="moves nothing"):
        economy.grant("g", "local", 0)


def test_only_the_own_issuance_may_owe():
    assert economy.may_be_negative("issuance:CEU", "CEU")
    assert not economy.may_be_negative("issuance:CEU", "PFT")
    assert not economy.may_be_negative("wallet:issuance:CEU", "CEU")


@pytest.mark.parametrize("posting", [Posting("", "k", ()), Posting("k", "", ())])
def test_a_posting_needs_key_and_kind(posting):
    with pytest.raises(ContractError, match="key and a kind"):
        economy.require_balanced(posting)


def test_the_imbalance_is_named():
    entries = (Entry("a", "CEU", -5), Entry("b", "CEU", 7))
    with pytest.raises(ContractError, match="out of balance by 2 micro-CEU"):
        economy.require_balanced(Posting("k", "move", entries))
