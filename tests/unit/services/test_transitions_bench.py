"""The naive detectors and the scores of the transitions benchmark, on planted changes."""

import numpy as np
import pytest

from industriverse.engines.simulation.perturbations import PITCHFORK, Ramp, perturb, ramp_truth
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.bench._change_detectors import (  # pyright: ignore[reportPrivateUsage]
    cusum,
    merged,
    rolling_threshold,
)
from industriverse.services.bench._fault_cases import faults  # pyright: ignore[reportPrivateUsage]
from industriverse.services.bench._ramp_streams import Stream  # pyright: ignore[reportPrivateUsage]
from industriverse.services.bench.transitions import (
    _figures,  # pyright: ignore[reportPrivateUsage]
    _score,  # pyright: ignore[reportPrivateUsage]
)


def stream(table):
    truth = ramp_truth(Ramp("linear", -1.0, 1.0, 900, 1000).path(len(table)), PITCHFORK.edges)
    channels = tuple(Channel(f"c{i}") for i in range(table.shape[1]))
    return Stream("planted", Signals(0.0, 1.0, table, channels), table, truth, 900)


def quiet(seed):
    return np.random.default_rng(seed).standard_normal((1500, 2))


@pytest.mark.parametrize("detector", [rolling_threshold, cusum])
def test_a_planted_jump_is_found_at_once_and_quiet_stays_quiet(detector):
    jump = quiet(0)
    jump[950:, 1] += 4.0
    assert any(950 <= onset <= 970 for onset in detector(stream(jump)))
    louder = quiet(1)
    louder[950:, 0] *= 4.0
    assert any(950 <= onset <= 975 for onset in detector(stream(louder)))


def test_cumulative_sums_keep_their_mean_time_to_a_false_alarm():
    """Six sums with at least 10 000 samples each: at most 6.6 alarms in ten quiet streams."""
    assert sum(len(cusum(stream(quiet(seed)))) for seed in range(10)) <= 8


def test_onsets_close_together_are_one():
    assert merged([10, 20, 80, 200, 230, 280, 400]) == [10, 200, 400]
    assert merged([]) == []


def test_scores_count_what_lies_before_and_after_the_crossing():
    planted = stream(quiet(0))
    assert planted.crossing == 950
    hit = _score([500, 930, 1000], planted, 0)
    assert (hit.delay, hit.early, hit.false, hit.false_at_rest) == (50, False, 2, 1)
    assert (hit.before, hit.at_rest) == (550, 500)
    early = _score([930], planted, 0)
    assert (early.delay, early.early) == (None, True)
    offline = _score([930], planted, 64)
    assert (offline.delay, offline.false) == (-20, 0)
    late = _score([1527], planted, 0)
    assert (late.delay, late.early, late.false) == (None, False, 0)
    figures = _figures([hit, early, late])
    assert figures["detected"] == pytest.approx(1 / 3)
    assert figures["false_per_1000"] == pytest.approx(3 / 1.65)
    assert figures["delay_median"] == 50


def test_a_stream_shows_only_what_had_come():
    planted = stream(quiet(0))
    seen = planted.until(700, 300)
    assert isinstance(seen, Signals)
    np.testing.assert_array_equal(seen.values, planted.table[400:700])
    young = planted.until(100, 300)
    assert isinstance(young, Signals)
    assert young.values.shape == (100, 2)


def test_every_fault_fits_a_record():
    past = quiet(3)[:758] + 10
    for fault in faults(past).values():
        done = perturb(past, [fault], seed=1)
        assert done.mask.any()
