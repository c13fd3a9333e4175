"""Readings keep their clock; what does not keep one is put on it, and said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.adapters.intake import Notes, Times, on_regular_clock
from industriverse.kernel.errors import InputError


def run(offset, values=None):
    notes = Notes()
    offset = np.asarray(offset, float)
    table = np.sin(offset)[:, None] if values is None else np.asarray(values, float)
    ticks, out = on_regular_clock(Times(1000.0, offset, absolute=True), table, notes)
    return ticks, out, " ".join(notes.sentences())


def test_a_regular_clock_is_left_alone():
    ticks, out, said = run(np.arange(50) * 60.0)
    assert (ticks.start_s, ticks.step_s) == (1000.0, 60.0)
    np.testing.assert_array_equal(out[:, 0], np.sin(np.arange(50) * 60.0))
    assert said == ""


@given(st.permutations(list(range(40))))
def test_the_order_of_rows_does_not_matter(order):
    offset = np.arange(40) * 5.0
    _, sorted_once, _ = run(offset)
    _, shuffled, _ = run(offset[list(order)])
    np.testing.assert_array_equal(sorted_once, shuffled)


@given(st.sets(st.integers(1, 38), max_size=10))
def test_missing_rows_become_empty_ticks_and_nothing_else_changes(gone):
    offset = np.array([i for i in range(40) if i not in gone]) * 10.0
    ticks, out, said = run(offset)
    assert ticks.step_s == 10.0
    assert len(out) == 40
    assert set(np.flatnonzero(np.isnan(out[:, 0]))) == gone
    kept = [i for i in range(40) if i not in gone]
    np.testing.assert_array_equal(out[kept, 0], np.sin(offset))
    assert bool(gone) == ("missing" in said)


def test_repeated_stamps_are_averaged_over_known_readings():
    offset = np.repeat(np.arange(35) * 2.0, 2)
    values = np.tile([[1.0, np.nan], [3.0, 8.0]], (35, 1))
    _, out, said = run(offset, values)
    np.testing.assert_array_equal(out, np.tile([[2.0, 8.0]], (35, 1)))
    assert "35 rows repeat" in said


@given(st.lists(st.floats(-0.2, 0.2), min_size=60, max_size=60))
def test_small_jitter_changes_no_value(jitter):
    offset = np.arange(60) + np.array(jitter)
    ticks, out, _ = run(offset, np.arange(60.0)[:, None])
    assert ticks.step_s == pytest.approx(1.0, abs=0.02)
    np.testing.assert_array_equal(out[:, 0], np.arange(60.0))


def test_months_are_one_step_each():
    start = np.datetime64("2001-01", "M") + np.arange(60)
    offset = (start.astype("datetime64[s]") - start[0].astype("datetime64[s]")).astype(float)
    ticks, out, _ = run(offset, np.arange(60.0)[:, None])
    assert ticks.step_s == pytest.approx(30.44 * 86400, rel=1e-2)
    np.testing.assert_array_equal(out[:, 0], np.arange(60.0))


def test_irregular_readings_of_a_line_stay_on_the_line():
    rng = np.random.default_rng(3)
    offset = np.cumsum(rng.uniform(0.4, 1.6, 200))
    ticks, out, said = run(offset, (3 * offset)[:, None])
    truth = 3 * (ticks.start_s - 1000.0 + ticks.step_s * np.arange(len(out)))
    known = np.isfinite(out[:, 0])
    assert known.mean() > 0.95
    np.testing.assert_allclose(out[known, 0], truth[known], rtol=1e-9)
    assert "irregular" in said


def test_a_long_gap_is_not_bridged():
    rng = np.random.default_rng(3)
    offset = np.cumsum(rng.uniform(0.4, 1.6, 200))
    offset[100:] += 50
    ticks, out, said = run(offset)
    grid = ticks.step_s * np.arange(len(out)) + offset[0]
    inside = (grid > offset[99] + 1) & (grid < offset[100] - 1)
    assert inside.sum() > 30
    assert np.isnan(out[inside, 0]).all()
    assert "long gaps" in said


def test_of_far_runs_the_newest_is_used():
    offset = np.concatenate([np.arange(100), 1e7 + np.arange(40)])
    ticks, out, said = run(offset)
    assert len(out) == 40
    assert ticks.start_s == 1000.0 + 1e7
    assert "newest" in said


def test_one_time_for_all_is_refused():
    with pytest.raises(InputError):
        run(np.zeros(40), np.arange(40.0)[:, None])
