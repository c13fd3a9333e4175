import numpy as np
import pytest
from scipy.linalg import expm

from industriverse.engines.regimes.microadapt._assignment import Assignment
from industriverse.engines.regimes.microadapt._blend import Blend
from industriverse.engines.regimes.microadapt._medoids import medoids
from industriverse.engines.regimes.microadapt._modes import amplitudes, basis, rates_of, refine
from industriverse.engines.regimes.microadapt._pyramid import OWN, Pyramid
from industriverse.engines.regimes.microadapt._regress import PENALTIES, Moments


def test_the_closed_form_is_the_matrix_exponential():
    rate = -0.02 + 0.3j
    generator = np.array([[rate.real, -rate.imag], [rate.imag, rate.real]])
    times = np.array([0.0, 1.0, 7.0, 60.0])
    found = basis(np.array([rate]), times)
    expected = np.stack([expm(generator * time) @ [1.0, 0.0] for time in times])
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_rates_come_back_from_a_step_and_growth_is_cut():
    rates = np.array([-0.01 + 0.2j, -0.5 + 0j])
    step = np.zeros((3, 3))
    step[:2, :2] = np.exp(-0.01) * np.array(
        [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    )
    step[2, 2] = np.exp(-0.5)
    np.testing.assert_allclose(rates_of(step, 2), rates, atol=1e-12)
    assert rates_of(np.array([[1.3]]), 1)[0] == pytest.approx(0.0)


def test_refinement_finds_the_rates_that_noise_hid():
    times = np.arange(200.0)
    truth = np.array([-0.004 + 0.21j])
    curve = basis(truth, times)[:, :1] + 0.05 * np.random.default_rng(1).normal(size=(200, 1))
    start = np.array([-0.02 + 0.19j])
    found = refine(curve, start, 10)
    assert abs(found[0] - truth[0]) < 2e-3 < abs(start[0] - truth[0])

    def misfit(rates):
        waves = basis(rates, times)
        return ((curve - waves @ amplitudes(waves, curve)[0]) ** 2).sum()

    assert misfit(found) < misfit(start)


def test_a_pyramid_reads_means_of_blocks_backwards():
    small = Pyramid(((1, 2), (2, 1)))
    past = np.arange(10.0)[:, None]
    assert small.read(past, np.array([5, 9]))[:, 0].tolist() == [[5, 4, 2.5], [9, 8, 6.5]]
    assert small.read(past, np.array([1]))[:, 0].tolist() == [[1, 0, 0]]
    assert OWN.reach == 520
    level = np.full((600, 2), 3.0)
    assert (OWN.read(level, np.array([599])) == 3.0).all()


def test_least_squares_by_blocks_equal_those_at_once_and_noise_asks_for_a_penalty():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1, 4000, 30))
    y = x @ rng.normal(size=(30, 2)) + 0.01 * rng.normal(size=(1, 4000, 2))
    moments = Moments.of(1, 30, 2)
    found = np.zeros((1, 30, 2))
    for start in range(0, 4000, 500):
        moments.add(x[:, start : start + 500], y[:, start : start + 500])
        found = moments.solve(1.0)
    np.testing.assert_allclose(found[0], np.linalg.lstsq(x[0], y[0])[0], atol=1e-3)
    assert PENALTIES[moments.error[0].argmin()] <= 1e-3
    noise = Moments.of(1, 30, 2)
    for start in range(0, 400, 50):
        noise.add(x[:, start : start + 50], rng.normal(size=(1, 50, 2)))
        noise.solve(1.0)
    assert PENALTIES[noise.error[0].argmin()] == PENALTIES[-1]


def test_the_blend_trusts_who_errs_less_and_opposite_errors_cancel():
    rng = np.random.default_rng(3)
    blend = Blend.of(1, 60, 3)
    trusted = np.array([True, True, False])
    for _ in range(60):
        error = rng.normal(size=(60, 1))
        paths = np.stack([3 * rng.normal(size=(60, 1)), error, -error])
        blend.record(paths, paths[0])
    blend.weigh(trusted)
    assert blend.weights[0, :, 0].max() < 0.05
    np.testing.assert_allclose(blend.weights[0, :, 1], 0.5, atol=0.05)
    assert np.sqrt(blend.squares).mean() == pytest.approx(3.0, rel=0.1)
    assert blend.mix(np.ones((3, 80, 1)), 60).shape == (80, 1)


def test_medoids_are_the_fewest_that_leave_none_far():
    places = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 9.0])
    distance = np.abs(places[:, None] - places)
    found = medoids(distance, 0.5, 8)
    assert len(set(found.tolist())) == 3
    assert found[0] == found[1] == found[2] == 1
    assert len(set(medoids(distance, 0.5, 2).tolist())) == 2


def test_the_assignment_is_the_logistic_curve():
    vector = Assignment.of(4)
    regime, share = np.array([0, 1]), np.array([0.2, 0.8])
    assert vector.grow(regime, share, 0.0) is False
    p = np.array([0.01, 0.01])
    for _ in range(100_000):
        p = p + 1e-4 * p * (share - p)
    vector = Assignment.of(4)
    vector.grow(regime, share, 10.0)
    np.testing.assert_allclose(vector.p[:2], p / p.sum(), rtol=1e-3)
    assert vector.current == 1
