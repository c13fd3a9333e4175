"""Following a stream: causal, the same however it is cut, clear about bad input."""

import numpy as np
import pytest

from industriverse.engines.regimes.stream import StreamFollower, follow, label_segments
from industriverse.kernel.errors import ContractError
from industriverse.services.regime_model import shipped_regime_model


def shifted(seed=0, at=600, samples=1000):
    rows = np.random.default_rng(seed).normal(size=(samples, 2))
    rows[at:, 1] += 3
    return rows


def test_a_planted_change_is_announced_soon_after_it():
    report = follow(shifted())
    assert [abs(c.index - 600) <= 2 for c in report.change_points] == [True]
    (change,) = report.change_points
    assert 600 <= change.detected < 640
    assert change.score > 1 - 1e-4
    segments = label_segments(shifted(), report.change_points, 1.0, model=shipped_regime_model())
    assert [(s.start, s.end) for s in segments] == [(0, change.index), (change.index, 1000)]
    assert all(0 < s.probability <= 1 for s in segments)


def test_nothing_after_a_sample_touches_its_score_or_an_announcement():
    rows = shifted()
    whole, part = follow(rows), follow(rows[:700])
    np.testing.assert_array_equal(whole.scores[:700], part.scores)
    assert whole.change_points[0] == part.change_points[0]
    spoilt = rows.copy()
    spoilt[700:] = 100.0
    np.testing.assert_array_equal(follow(spoilt).scores[:700], part.scores)


def test_it_does_not_matter_how_the_stream_is_cut():
    rows = shifted()
    follower, found = StreamFollower(2), []
    for piece in np.array_split(rows, 23):
        found.append(follower.update(piece))
    report = follow(rows)
    np.testing.assert_allclose(np.concatenate([f.scores for f in found]), report.scores, atol=1e-12)
    assert [c for f in found for c in f.changes] == list(report.change_points)
    assert follower.samples == len(rows)


def test_a_spike_is_an_anomaly_and_no_change():
    rows = np.random.default_rng(2).normal(size=(5000, 1))
    rows[4000] = 60.0
    report = follow(rows, false_alarms=1e-3)
    assert [a for a in report.anomalies if a.start <= 4000 < a.end]
    assert report.scores[4000] > 0.999
    assert all(abs(change.index - 4000) > 50 for change in report.change_points)


def test_scores_are_shares_whatever_the_units():
    rows = np.random.default_rng(2).normal(size=(3000, 1))
    for scale, offset in ((1e-9, 0.0), (1e9, 1e12)):
        report = follow(scale * rows + offset)
        assert ((report.scores >= 0) & (report.scores < 1)).all()
        assert (report.scores[500:] > 0.99).mean() < 0.02


@pytest.mark.parametrize("rows", [np.ones((400, 1)), np.full((400, 2), np.nan), np.zeros((0, 1))])
def test_rows_that_say_nothing_give_no_alarm(rows):
    report = follow(rows)
    assert report.change_points == report.anomalies == ()
    assert np.isfinite(report.scores).all()


def test_gaps_are_no_alarm():
    rows = np.random.default_rng(3).normal(size=(2000, 2))
    rows[500:650] = np.nan
    rows[900:1400, 0] = np.nan
    assert follow(rows).change_points == ()


def test_memory_does_not_grow():
    follower = StreamFollower(1)
    noise = np.random.default_rng(4).normal(size=(20_000, 1))

    def held():
        stretches = follower._shapes[0]._stretches
        parts = (*follower._levels, *follower._novelty, *(stretches or ()))
        return sum(part.nbytes for part in parts)

    follower.update(noise[:10_000])
    before = held()
    follower.update(noise[10_000:])
    assert held() == before


def test_bad_input_says_what_and_where():
    with pytest.raises(ContractError, match="without channels"):
        StreamFollower(0)
    with pytest.raises(ContractError, match=r"0\.5 false alarms"):
        StreamFollower(1, false_alarms=0.5)
    with pytest.raises(ContractError, match="Row 1 of column 0 is infinite"):
        follow(np.array([[0.0], [np.inf]]))
    follower = StreamFollower(1)
    with pytest.raises(ContractError, match="had 1 channels; this block has 2"):
        follower.update(np.zeros((3, 2)))
