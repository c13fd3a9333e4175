"""Changes of shape: found soon, placed well, not seen in noise; memory does not grow."""

import numpy as np
import pytest

from industriverse.engines.regimes.stream._shapes import ShapeWatcher, stretch_length
from industriverse.engines.regimes.stream._stretches import STRETCHES, best_split

LIMIT = 19.0


def places(values, limit=LIMIT):
    """Return `(index, announced)` of each change."""
    found, _ = ShapeWatcher().update(np.asarray(values, float), limit)
    return [(s.taken - 1 - s.back, s.taken - 1) for s in found]


def waves(cycles, period, shape):
    """Return cycles of one shape, unit range, with a little noise."""
    t = np.arange(cycles * period) / period
    clean = {
        "sine": np.sin(2 * np.pi * t),
        "saw": 2 * (t % 1) - 1,
        "pulse": np.where(t % 1 < 0.2, 1.0, -0.25),
    }[shape]
    return clean + 0.05 * np.random.default_rng(12).normal(size=len(t))


def test_another_shape_of_equal_period_and_range_is_found_where_it_begins():
    values = np.concatenate([waves(40, 30, "sine"), waves(40, 30, "saw"), waves(40, 30, "pulse")])
    found = places(values)
    assert [round(index / 30) for index, _ in found] == [40, 80]
    assert all(0 < end - index < 15 * 30 for index, end in found)


def test_one_shape_for_long_is_no_change():
    assert places(waves(500, 30, "saw")) == []


def test_noise_is_no_change():
    assert len(places(np.random.default_rng(13).normal(size=60_000))) <= 10


def test_what_lies_far_back_is_forgotten_without_harm():
    long = waves(2 * STRETCHES // 30 + 60, 30, "sine")
    values = np.concatenate([long, waves(60, 30, "saw")])
    assert len(values) > 2 * STRETCHES
    found = places(values, limit=30.0)
    assert len(found) == 1
    assert abs(found[0][0] - len(long)) <= 30


def test_it_does_not_matter_how_the_stream_is_cut():
    values = np.concatenate([waves(40, 30, "sine"), waves(40, 30, "saw")])
    whole, parts = ShapeWatcher(), ShapeWatcher()
    _, unlike = whole.update(values, LIMIT)
    pieces = [parts.update(piece, LIMIT)[1] for piece in np.array_split(values, 17)]
    np.testing.assert_array_equal(np.concatenate(pieces)[600:], unlike[600:])


@pytest.mark.parametrize("values", [np.zeros(2000), np.repeat([0.0, 1.0], 1000)])
def test_flat_series_give_numbers(values):
    found, unlike = ShapeWatcher().update(values, LIMIT)
    assert np.isfinite(unlike).all()
    assert len(found) <= 1


def test_a_stretch_spans_a_good_part_of_a_cycle():
    assert 10 <= stretch_length(np.sin(np.arange(512) * 2 * np.pi / 40)) <= 60
    assert stretch_length(np.zeros(512)) == 10


def test_the_best_split_by_hand():
    """Neighbours on the own side of place 6 only."""
    near = np.array([[1, 0, 1, 2, 3, 4, 7, 6, 7, 8, 9, 10]] * 3)
    place, square = best_split(near, 0, 12, 2)
    assert place == 6
    assert square == pytest.approx(12.0)
