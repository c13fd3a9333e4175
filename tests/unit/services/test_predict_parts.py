"""What the stages look at: recent frames, a few cells, and no more."""

import numpy as np
import pytest

from industriverse.engines.regimes import detect_regime
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.predict._laws import _recent  # pyright: ignore[reportPrivateUsage]
from industriverse.services.predict._regime import (
    _few_channels,  # pyright: ignore[reportPrivateUsage]
)
from industriverse.services.regime_model import shipped_regime_model


def field(frames, side, valid=None):
    grid = Grid((side, side), (1.0, 1.0), ("y", "x"), ("m", "m"), ("open", "open"))
    clock, cell = np.arange(frames)[:, None], np.arange(side * side)[None]
    values = np.sin(0.3 * clock + 0.01 * cell) + 0.2 * np.cos(0.11 * clock)
    frames_at = values.reshape(frames, side, side)
    return Trajectory({"t": frames_at}, {"t": "K"}, grid, 100.0, 2.0, valid=valid)


@pytest.mark.parametrize(
    ("frames", "side", "leads", "kept"),
    [(50, 256, 10, 22), (50, 400, 10, 16), (50, 16, 4, 16), (50, 16, 10, 30), (8, 16, 10, 8)],
)
def test_the_checks_see_the_newest_frames(frames, side, leads, kept):
    observed = field(frames, side)
    recent = _recent(observed, leads)
    assert recent.frames == kept
    np.testing.assert_array_equal(recent.variables["t"], observed.variables["t"][-kept:])
    assert recent.times[-1] == observed.times[-1]


def test_a_few_cells_tell_what_all_of_them_do():
    observed = field(200, 100)
    series = _few_channels(observed, ("t",))
    assert series.shape == (200, 5)
    whole = observed.variables["t"].reshape(200, -1).mean(axis=1)
    assert np.corrcoef(series[:, 0], whole)[0, 1] > 0.999


def test_cells_without_data_are_not_looked_at():
    valid = np.ones((100, 100), bool)
    valid[:50] = False
    observed = field(80, 100, valid)
    observed.variables["t"][:, :50] = np.nan
    assert np.isfinite(_few_channels(observed, ("t",))).all()


def test_the_regime_of_a_long_record_is_that_of_its_end():
    random = np.random.default_rng(3)
    values = np.cumsum(random.normal(size=(20_000, 3)), axis=0)
    names = ("a", "b", "c")
    long = Signals(0.0, 1.0, values, tuple(Channel(name, "") for name in names))
    model = shipped_regime_model()
    recent = detect_regime(_few_channels(long, names), 1.0, model=model)
    assert recent == detect_regime(values, 1.0, model=model)
