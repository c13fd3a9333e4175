"""The one byte form of a document: what is read back, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.canonical import canonical_bytes, finite_or_none, parse_canonical
from industriverse.kernel.errors import ContractError

numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(1 - 2**53, 2**53 - 1)
leaves = st.none() | st.booleans() | numbers | st.text()
documents = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(documents)
def test_what_was_written_reads_back(document):
    assert parse_canonical(canonical_bytes(document)) == document


@given(st.floats(2.0**53, 1e25))
def test_large_floats_read_back_although_they_look_like_integers(value):
    assert parse_canonical(canonical_bytes({"value": value})) == {"value": value}


@given(documents)
def test_any_other_layout_is_refused(document):
    loose = json.dumps(document, indent=1).encode() + b"\n"
    with pytest.raises(ContractError):
        parse_canonical(loose)


# The examples of RFC 8785 §3.2.2 and appendix B.
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (0.0, b"0"),
        (-0.0, b"0"),
        (5e-324, b"5e-324"),
        (1.7976931348623157e308, b"1.7976931348623157e+308"),
        (9007199254740992.0, b"9007199254740992"),
        (295147905179352830000.0, b"295147905179352830000"),
        (1e23, b"1e+23"),
        (9.999999999999997e22, b"9.999999999999997e+22"),
        (0.000001, b"0.000001"),
        (1e-7, b"1e-7"),
        (333333333.33333329, b"333333333.3333333"),
        ('\u20ac$\u000f\nA\'B"\\\\"/', b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
    ],
)
def test_the_published_examples(document, expected):
    assert canonical_bytes(document) == expected
    assert parse_canonical(expected) == document


@pytest.mark.parametrize(
    "document", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"\udfff": 1}]
)
def test_what_has_no_canonical_form_is_refused(document):
    with pytest.raises(ContractError, match="no canonical form"):
        canonical_bytes(document)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}\n",
        b" {}",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"NaN",
        b"[Infinity]",
        b"1e400",
        b"1.0",
        b"-0",
        b"-0.0",
        b"01",
        b"9007199254740993",
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b'"\\u0041"',
        b'"\\ud800"',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":1}',
        b"[" * 100_000,
        b"[" * 990 + b"]" * 990,
        b'{"a":' * 100_000,
    ],
)
def test_whatever_is_not_canonical_is_refused_in_one_sentence(data):
    with pytest.raises(ContractError):
        parse_canonical(data)


@given(st.binary(max_size=60))
def test_noise_gets_a_sentence_or_a_document(data):
    try:
        document = parse_canonical(data)
    except ContractError:
        return
    assert canonical_bytes(document) == data


@pytest.mark.parametrize(
    ("value", "kept"), [(1.5, 1.5), (float("nan"), None), (-float("inf"), None)]
)
def test_a_number_that_json_cannot_hold_becomes_none(value, kept):
    assert finite_or_none(value) == kept
