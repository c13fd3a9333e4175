"""A stream's regime is confirmed by evidence that lasts, in bounded memory."""

from itertools import pairwise

import numpy as np
import pytest

from industriverse.engines.regimes import WINDOW, RegimeModel, RegimeTracker, Transition
from industriverse.kernel.errors import ContractError
from industriverse.services.regime_model import load_regime_model

from .test_detect import MODELS, chaotic, noise


@pytest.fixture(scope="module")
def model() -> RegimeModel:
    return load_regime_model(MODELS)


def feed(tracker: RegimeTracker, values: np.ndarray, block: int = 32) -> list[Transition]:
    found: list[Transition] = []
    for start in range(0, len(values), block):
        tracker.update(values[start : start + block])
        found.extend(tracker.transitions)
    return found


def stream() -> np.ndarray:
    """Rest, then the logistic map's chaos, in one channel of equal spread."""
    chaos = chaotic()
    longer = np.concatenate([chaos, chaos, chaos])
    return np.concatenate([0.3 * noise(2 * WINDOW, 1) + longer.mean(), longer])


def test_rest_then_chaos_is_told_once_each_and_in_order(model):
    tracker = RegimeTracker(model, 1.0)
    changes = feed(tracker, stream())
    assert changes[0].after == "stable"
    assert changes[0].before == "initializing"
    assert changes[-1].after == "chaotic"
    assert tracker.confirmed == "chaotic"
    onset = 2 * WINDOW
    assert all(change.sample < onset for change in changes if change.after == "stable")
    assert onset < changes[-1].sample < onset + 2 * WINDOW
    for earlier, later in pairwise(changes):
        assert earlier.after == later.before
        assert earlier.sample < later.sample


def test_rest_alone_raises_no_alarm(model):
    changes = feed(RegimeTracker(model, 1.0), noise(12 * WINDOW, 3, seed=8))
    assert [change.after for change in changes] == ["stable"]


def test_nothing_is_confirmed_before_there_is_enough(model):
    tracker = RegimeTracker(model, 1.0)
    regime = tracker.update(noise(50, 2))
    assert (regime.label, tracker.confirmed, tracker.transitions) == (
        "initializing",
        "initializing",
        (),
    )


def test_one_odd_window_is_not_an_anomaly_but_lasting_oddness_is(model):
    tracker = RegimeTracker(model, 1.0)
    feed(tracker, noise(2 * WINDOW, 2))
    odd = noise(WINDOW, 2, seed=5)
    odd[::37] = np.array([1e4, -1e4])
    tracker.update(odd[:40])
    assert tracker.confirmed == "stable"
    changes = feed(tracker, odd[40:])
    assert changes[-1].after == "anomalous"


def test_belief_is_a_probability_and_memory_is_bounded(model):
    tracker = RegimeTracker(model, 1.0, every=50)
    feed(tracker, noise(6 * WINDOW, 2))
    assert sum(tracker.belief.values()) == pytest.approx(1.0)
    assert len(tracker._buffer) == 2 * WINDOW


def test_it_judges_only_as_often_as_asked(model):
    tracker = RegimeTracker(model, 1.0, every=100)
    first = tracker.update(noise(200, 2))
    assert tracker.update(noise(99, 2, seed=1)) is first
    assert tracker.update(noise(1, 2, seed=2)) is not first


def test_a_stream_that_changes_its_channels_is_refused(model):
    tracker = RegimeTracker(model, 1.0)
    tracker.update(noise(100, 2))
    with pytest.raises(ContractError, match="had 2 channels; this block has 3"):
        tracker.update(noise(10, 3))


def test_judging_every_no_samples_is_refused(model):
    with pytest.raises(ContractError, match="every 0"):
        RegimeTracker(model, 1.0, every=0)


def test_a_higher_threshold_confirms_later(model):
    sure: list[int] = []
    for confirm in (0.6, 0.999):
        tracker = RegimeTracker(model, 1.0, confirm=confirm)
        sure.append(feed(tracker, noise(2 * WINDOW, 3, seed=8), 16)[0].sample)
    assert sure[0] < sure[1]
