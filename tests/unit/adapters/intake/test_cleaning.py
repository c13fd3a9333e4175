"""Marks of a missing reading are dropped only where they stand out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.adapters.intake import Notes, drop_sentinels


def cleaned(column):
    notes = Notes()
    out = drop_sentinels(np.asarray(column, float)[:, None].copy(), ("flow",), notes)
    return out[:, 0], " ".join(notes.sentences())


@pytest.mark.parametrize("mark", [-200.0, -999.0, -9999.0, -99.9, -7777.0, 99999.0, -32768.0])
def test_a_mark_far_from_the_data_is_missing_and_counted(mark):
    column = 20 + np.sin(np.arange(200.0))
    column[[5, 50, 77]] = mark
    out, said = cleaned(column)
    assert set(np.flatnonzero(np.isnan(out))) == {5, 50, 77}
    assert "3 readings" in said
    assert "flow" in said


def test_a_mark_below_positive_data_with_a_wide_range():
    rng = np.random.default_rng(0)
    column = rng.uniform(650, 2000, 500)
    column[::50] = -200
    out, _ = cleaned(column)
    assert np.isnan(out).sum() == 10


@pytest.mark.parametrize("mark", [-200.0, -99.0, 999.0])
def test_a_listed_number_among_others_is_data(mark):
    column = np.linspace(mark - 50, mark + 400, 200)
    column[100] = mark
    out, said = cleaned(column)
    assert np.isfinite(out).all()
    assert said == ""


def test_two_marks_in_one_column():
    column = 5 + np.cos(np.arange(300.0))
    column[10], column[20:22] = -999, -9999
    out, said = cleaned(column)
    assert np.isnan(out).sum() == 3
    assert "-999 " in said
    assert "-9999 " in said


def test_infinities_and_fill_values_are_missing():
    out, said = cleaned([1.0, 2.0, np.inf, -np.inf, 9.96921e36, 3.0])
    assert np.isnan(out).tolist() == [False, False, True, True, True, False]
    assert "3 infinite" in said


@given(st.lists(st.floats(-100, 100).filter(lambda x: abs(x) < 98), min_size=2, max_size=60))
def test_data_without_marks_are_never_touched(column):
    out, said = cleaned(column)
    np.testing.assert_array_equal(out, column)
    assert said == ""
