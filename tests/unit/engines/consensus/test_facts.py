"""Aggregate, trust, and what a third party can verify."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from industriverse.engines.consensus import (
    OUTCOMES,
    Outcome,
    digest_of,
    equivocation,
    error_correlation,
    median,
    read_certificate,
    read_evidence,
    signed,
    spread,
    trust,
    write_certificate,
    write_evidence,
)
from industriverse.engines.consensus._evidence import _document
from industriverse.kernel.canonical import canonical_bytes, parse_json
from industriverse.kernel.errors import ContractError

from .test_protocol import ALL, MEDIAN, SIGNERS, TERMS, VALUES, forecast, terms_of, vote

finite = st.floats(allow_nan=False, allow_infinity=False)
triples = arrays(np.float64, (3, 4), elements=finite)


@given(triples, st.integers(0, 2))
def test_the_median_lies_within_any_two_of_three(forecasts, liar):
    honest = np.delete(forecasts, liar, axis=0)
    found = median(forecasts)
    assert (honest.min(axis=0) <= found).all()
    assert (found <= honest.max(axis=0)).all()


@given(arrays(np.float64, (2, 4), elements=finite))
def test_the_median_of_two_lies_between_them(forecasts):
    found = median(forecasts)
    assert (forecasts.min(axis=0) <= found).all()
    assert (found <= forecasts.max(axis=0)).all()


@given(triples, st.permutations(range(3)))
def test_the_median_is_that_of_numpy_in_any_order(forecasts, order):
    np.testing.assert_array_equal(median(forecasts), np.sort(forecasts, axis=0)[1])
    np.testing.assert_array_equal(median(forecasts[list(order)]), median(forecasts))


def test_the_error_of_the_median_is_bounded_by_the_honest_errors():
    random = np.random.default_rng(3)
    truth = random.normal(size=100)
    honest = truth + random.normal(0, 0.1, (2, 100))
    for lie in (1e300, -1e300, 0.0):
        found = median(np.stack([*honest, np.full(100, lie)]))
        assert (np.abs(found - truth) <= np.abs(honest - truth).max(axis=0)).all()


def test_spread_and_shared_errors():
    forecasts = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0]])
    np.testing.assert_allclose(spread(forecasts), [2.0, 0.0])
    truth = np.zeros(2)
    together = error_correlation(np.array([[1.0, 0.0], [2.0, 0.0], [0.0, -3.0]]), truth)
    np.testing.assert_allclose(together, [[1, 1, 0], [1, 1, 0], [0, 0, 1]])


@given(st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=40))
def test_trust_is_a_share(outcomes):
    assert 0 <= trust(outcomes) <= 1
    assert trust(outcomes) <= outcomes.count("agree") / len(outcomes) + 1e-12


def test_trust_reaches_its_ends_and_falls_with_every_kind_of_fault():
    good: list[Outcome] = ["agree"]
    assert trust(good * 5) == 1
    assert trust(list(OUTCOMES)) == pytest.approx(0, abs=1e-12)
    for bad in OUTCOMES[1:]:
        bads: list[Outcome] = [bad]
        worse = [trust(good * (10 - n) + bads * n) for n in range(11)]
        assert worse == sorted(worse, reverse=True)
        assert worse[-1] == 0
    half = trust(["agree", "late"])
    assert half == pytest.approx((1 - np.log(2) / np.log(4)) * 0.5)
    with pytest.raises(ContractError):
        trust([])


FORECASTS: Any = equivocation(forecast(2).statement, forecast(2, VALUES[2] + 1).statement)
VOTES: Any = equivocation(vote(1, ALL, MEDIAN).statement, vote(1, ALL[:2], MEDIAN).statement)


@pytest.mark.parametrize(("found", "culprit"), [(FORECASTS, 2), (VOTES, 1)])
def test_evidence_is_verified_by_a_third_party(found, culprit):
    document = write_evidence(TERMS, found)
    assert read_evidence(document, keys=TERMS.members) == found
    assert read_evidence(document).replica == culprit
    with pytest.raises(ContractError, match="other keys"):
        read_evidence(document, keys=TERMS.members[::-1])


def test_agreement_is_no_evidence():
    same = forecast(2).statement
    assert equivocation(same, same) is None
    assert equivocation(same, forecast(1).statement) is None
    assert equivocation(same, vote(2, ALL, MEDIAN).statement) is None
    elsewhere: Any = forecast(2, VALUES[2] + 1, terms_of(nonce="two")).statement
    for pair in ((same, same), (same, forecast(1).statement), (same, elsewhere)):
        document = write_evidence(TERMS, replace(FORECASTS, first=pair[0], second=pair[1]))
        with pytest.raises(ContractError):
            read_evidence(document)


@pytest.mark.parametrize("document", [write_evidence(TERMS, FORECASTS)])
def test_no_bit_of_evidence_can_change(document):
    random = np.random.default_rng(5)
    for _ in range(400):
        place, bit = random.integers(len(document)), 1 << random.integers(8)
        changed = bytearray(document)
        changed[place] ^= int(bit)
        with pytest.raises(ContractError):
            read_evidence(bytes(changed))


def votes_of(*voters, messages=ALL, aggregate=MEDIAN, terms=TERMS) -> list[Any]:
    return [vote(by, messages, aggregate, terms).statement for by in voters]


def test_a_certificate_is_verified_by_a_third_party():
    document = write_certificate(TERMS, votes_of(0, 2))
    certificate = read_certificate(document, keys=TERMS.members)
    assert certificate.is_of(MEDIAN)
    assert not certificate.is_of(MEDIAN + 1e-12)
    assert not certificate.is_of(MEDIAN.reshape(1, 2))
    assert certificate.aggregate == digest_of(MEDIAN)


def test_what_is_no_commit_is_refused():
    unanimous = terms_of("unanimous")
    forged = replace(votes_of(1)[0], replica=2)
    resigned = signed(replace(votes_of(1)[0], replica=2), SIGNERS[0])
    cases = [
        write_certificate(TERMS, votes_of(0)),
        write_certificate(TERMS, votes_of(1, 1)),
        write_certificate(TERMS, [*votes_of(0), *votes_of(1, messages=ALL[:2])]),
        write_certificate(TERMS, [*votes_of(0), forged]),
        write_certificate(TERMS, [*votes_of(0), resigned]),
        _document(TERMS, [*votes_of(0, 1), forecast(2).statement]),
        write_certificate(unanimous, votes_of(0, 1, terms=unanimous)),
        write_certificate(unanimous, votes_of(0, 1, 2)),
        b"{}",
        b"",
    ]
    for document in cases:
        with pytest.raises(ContractError):
            read_certificate(document)


def test_terms_of_evidence_are_read_strictly():
    document: Any = parse_json(write_certificate(TERMS, votes_of(0, 1)))
    spoiled = [("mode", "lax"), ("shape", "2"), ("members", []), ("nonce", "x" * 201)]
    for (name, value), extra in product(spoiled, ({}, {"more": 1})):
        terms = {**document["terms"], name: value, **extra}
        with pytest.raises(ContractError):
            read_certificate(canonical_bytes({**document, "terms": terms}))
    with pytest.raises(ContractError, match="version"):
        read_certificate(canonical_bytes({**document, "version": 2}))
