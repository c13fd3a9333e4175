"""A stream away from where it rests: for as long as it is, and only after a change."""

import numpy as np
import pytest

from industriverse.engines.regimes.stream import follow
from industriverse.engines.regimes.stream._home import ADOPT, REST, HomeWatcher


def stream(parts, channels=3, seed=0):
    """Return rows that lie at one level after another: `(samples, level)` each."""
    levels = np.concatenate([np.full(samples, float(level)) for samples, level in parts])
    noise = np.random.default_rng(seed).normal(size=(len(levels), channels))
    return noise + levels[:, None] * np.arange(1, channels + 1)


def away(rows, announced=(), cuts=1):
    watcher, when = HomeWatcher(), np.zeros(len(rows), bool)
    when[list(announced)] = True
    pieces = zip(np.array_split(rows, cuts), np.array_split(when, cuts), strict=True)
    return np.concatenate([watcher.update(*piece) for piece in pieces])


def test_it_is_away_from_the_change_until_it_comes_back():
    rows = stream([(600, 0), (300, 4), (300, 0)])
    out = np.flatnonzero(away(rows, [603]) > 0)
    assert abs(out[0] - 603) <= 6
    assert 900 <= out[-1] <= 935
    assert np.diff(out).max() == 1


def test_without_an_announced_change_it_is_at_home():
    assert not away(stream([(600, 0), (300, 4)])).any()


def test_a_state_that_lasts_becomes_one_it_rests_in_and_both_stay_known():
    rows = stream([(600, 0), (ADOPT + 400, 4), (300, 0), (300, 4), (200, -6)])
    ratio = away(rows, [603, 604 + ADOPT + 900, 2405])
    settled = 600 + ADOPT + 40
    assert (ratio[650 : 600 + ADOPT - 20] > 0).all()
    back = 600 + ADOPT + 400
    between = [t for t in np.flatnonzero(ratio > 0) if settled < t < back + 600]
    assert len(between) < 60
    assert (ratio[back + 630 :] > 0).all()


@pytest.mark.parametrize("cuts", [7, 100])
def test_it_does_not_matter_how_the_stream_is_cut(cuts):
    rows = stream([(600, 0), (ADOPT + 300, 4), (300, 0)])
    np.testing.assert_allclose(away(rows, [603], cuts), away(rows, [603]), atol=1e-12)


def test_units_and_constant_channels_do_not_matter():
    rows = stream([(600, 0), (300, 4), (200, 0)])
    plain = away(rows, [603]) > 0
    scaled = np.column_stack([rows * [1e-9, 1.0, 1e9] + [0, 5, 1e12], np.full(len(rows), 7.0)])
    assert (plain == (away(scaled, [603]) > 0)).mean() > 0.98


def test_missing_readings_are_as_the_last_one_was():
    rows = stream([(600, 0), (300, 4), (200, 0)])
    rows[650:700] = np.nan
    rows[:5] = np.nan
    ratio = away(rows, [603])
    assert np.isfinite(ratio).all()
    assert (ratio[640:860] > 0).all()


def test_the_follower_reports_the_whole_time_away_as_one_anomaly():
    rows = stream([(700, 0), (300, 3), (300, 0)])
    report = follow(rows)
    (anomaly,) = report.anomalies
    assert abs(anomaly.start - 703) <= 12
    assert abs(anomaly.end - 1015) <= 30
    assert anomaly.score > 1 - 1 / REST


def test_a_channel_that_never_moved_may_jump_by_anything():
    rows = np.column_stack([stream([(1000, 0)]), np.zeros(1000)])
    rows[700:, 3] = 1e200
    ratio = away(rows, [700])
    assert np.isfinite(ratio).all()
    assert (ratio[705:] > 1).all()
