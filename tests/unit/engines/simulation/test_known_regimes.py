"""The truth that the classifier learns from is itself checked."""

import numpy as np
import pytest

from industriverse.engines.simulation.known_regimes import FAMILIES, Part, known_records
from industriverse.engines.simulation.known_regimes._drawn import LENGTH, Drawn
from industriverse.engines.simulation.known_regimes._flows import _exponents, _lorenz, _start
from industriverse.engines.simulation.known_regimes._lyapunov import label_by_exponent
from industriverse.engines.simulation.known_regimes._maps import henon, logistic_chaos
from industriverse.engines.simulation.known_regimes._thresholds import hopf_crossing, hopf_settled

BY_NAME = {family.__name__: family for family in FAMILIES}


def drawn(part: Part = "train", count: int = 200, window: int = 384) -> Drawn:
    return Drawn(np.random.default_rng(1), part, np.full(count, window))


def test_lorenz_has_its_published_exponent():
    """λ₁ ≈ 0.9056 at r = 28 (Sprott 2003)."""
    few = drawn(count=6)
    growth = _exponents(_lorenz, _start(few, [1.0, 1.0, 25.0]), np.full(6, 28.0), 0.02)
    assert growth.mean() == pytest.approx(0.9056, rel=0.03)


def test_exponents_near_zero_carry_no_label():
    growth = np.array([[0.4, 0.5, 0.6], [-0.4, -0.5, -0.6], [-0.5, 0.0, 0.6]])
    assert label_by_exponent(growth) == ["chaotic", "stable", None]


def test_periodic_windows_among_chaos_carry_no_label():
    """Period three lives at r = 3.8284–3.8415."""
    some = drawn(count=400)
    paths, labels = logistic_chaos(some)
    spread = np.array([len(np.unique(path.round(6))) for path in paths])
    assert (spread < 20).any()
    assert all(labels[i] is None for i in np.flatnonzero(spread < 20))
    assert labels.count("chaotic") > 300


def test_held_out_parameters_lie_in_bands_of_their_own():
    train, held = drawn("train", 4000).parameter(0, 1), drawn("held_out", 4000).parameter(0, 1)
    assert not set(np.floor(train * 20)) & set(np.floor(held * 20))
    assert len(set(np.floor(held * 20))) == 5


def test_a_crossing_lies_inside_the_window_and_an_earlier_one_before_it():
    some = drawn(count=500, window=200)
    assert (some.crossing() > LENGTH - 200).all()
    assert (some.crossing() < LENGTH).all()
    assert (some.earlier() < LENGTH - 200).all()


def test_an_oscillation_sets_in_where_the_hopf_threshold_is_crossed():
    some = drawn(count=60)
    paths, labels = hopf_crossing(some)
    assert set(labels) == {"phase_change"}
    first, last = paths[:, : LENGTH - 384].std(axis=(1, 2)), paths[:, -20:].std(axis=(1, 2))
    assert (last > 2 * first).mean() > 0.8
    settled, labels = hopf_settled(drawn(count=30))
    assert set(labels) == {"stable"}
    radius = np.hypot(settled[:, -384:, 0], settled[:, -384:, 1])
    assert (radius.std(axis=1) / radius.mean(axis=1)).max() < 0.25


def test_henon_stays_on_its_attractor():
    paths, labels = henon(drawn(count=50))
    assert np.abs(paths).max() < 2
    assert "chaotic" in labels


def test_records_repeat_and_every_label_occurs():
    chosen = tuple(
        BY_NAME[name] for name in ("plain_noise", "relaxation", "henon", "pitchfork_crossing")
    )

    def records():
        return list(known_records(per_family=6, part="train", seed=2, families=chosen))

    first, again = records(), records()
    assert {r.label for r in first} == {"stable", "transitional", "chaotic", "phase_change"}
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
    assert all(64 <= len(r.values) <= 768 and 1 <= r.values.shape[1] <= 12 for r in first)
    assert all(np.isfinite(r.values).all() for r in first)
