"""Cahn–Hilliard against closed forms, its energy law and the law of coarsening."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.patterns import CahnHilliard, mixed
from industriverse.engines.simulation.spectral import Waves

BOX = Waves(32, 32.0)
LARGEST_STEP = "industriverse.engines.simulation.patterns._cahn_hilliard._LARGEST_STEP"
FRONT = 2 * np.sqrt(2) / 3
"""Free energy of a front at γ = 1, a unit of length."""


def system(waves: Waves = BOX, *, mobility=1.0, penalty=1.0) -> CahnHilliard:
    return CahnHilliard(mobility, penalty, waves)


@pytest.mark.parametrize(("mean", "number"), [(0.0, 3), (0.3, 2), (0.3, 6), (0.7, 2)])
def test_a_small_wave_grows_or_decays_at_its_rate(monkeypatch, mean, number):
    monkeypatch.setattr(LARGEST_STEP, 0.02)
    law = system(mobility=0.5, penalty=0.8)
    x = (np.arange(32) + 0.5) / 32
    wave = np.cos(2 * np.pi * number * x)[None, :] * np.ones((32, 1))
    frames = law.solve(jnp.asarray(mean + 1e-6 * wave), 2, 2.0)
    size = 2 * float(((frames[1] - mean) * wave).mean())
    k = 2 * np.pi * number / 32
    rate = 0.5 * k**2 * (1 - 3 * mean**2 - 0.8 * k**2)
    assert law.growth_rate(np.array([k]), mean)[0] == pytest.approx(rate, rel=1e-12)
    assert np.log(size / 1e-6) / 2.0 == pytest.approx(rate, rel=2e-3)


@pytest.mark.parametrize(
    ("side", "frame_s"), [(32.0, 0.1), (32.0, 50.0), (4.0, 10.0), (96.0, 50.0)]
)
def test_the_free_energy_never_rises_and_the_mean_stays(side, frame_s):
    """Frame by frame from the drawn start to rest, with cells from an eighth to three of √γ."""
    box = Waves(32, side)
    frames = system(box).solve(jnp.asarray(mixed(box, 1, 0.2, 1.0)), 61, frame_s)
    energy = np.asarray(system(box).free_energy(frames))
    assert np.diff(energy).max() <= 1e-14
    assert energy[-1] < energy[0]
    np.testing.assert_allclose(frames.mean(axis=(1, 2)), 0.2, rtol=0, atol=1e-14)


@pytest.mark.parametrize("size", [0.5, 1.5, 3.0])
def test_the_free_energy_falls_from_rough_starts_beyond_the_wells(size):
    rough = size * np.random.default_rng(0).uniform(-1, 1, (32, 32))
    energy = np.asarray(system().free_energy(system().solve(jnp.asarray(rough), 61, 0.1)))
    assert np.diff(energy).max() <= 1e-14


def test_the_free_energy_falls_as_the_flow_says(monkeypatch):
    """`dF/dt = −M mean |∇μ|²`, here by Simpson's rule over frames."""
    monkeypatch.setattr(LARGEST_STEP, 0.01)
    frames = system().solve(jnp.asarray(mixed(BOX, 1, 0.0, 1.0)), 41, 1.0)
    frames = system().solve(frames[-1], 21, 0.1)
    energy = np.asarray(system().free_energy(frames))
    potential = jax.vmap(system().potential)(frames)
    waves = BOX.forward(potential)
    slope = [BOX.back(part) for part in BOX.slopes(waves)]
    loss = np.asarray((slope[0] ** 2 + slope[1] ** 2).mean(axis=(1, 2)))
    weights = np.array([1] + [4, 2] * 9 + [4, 1]) * 0.1 / 3
    assert energy[0] - energy[-1] == pytest.approx(weights @ loss, rel=1e-4)


def test_a_front_becomes_a_tanh_that_holds_its_energy(monkeypatch):
    monkeypatch.setattr(LARGEST_STEP, 0.5)
    waves = Waves(64, 36.0)
    x = (np.arange(64) + 0.5) * 36 / 64

    def fronts(width):
        return np.tanh((x - 9) / width) - np.tanh((x - 27) / width) - 1

    start = jnp.asarray(np.ones((64, 1)) * fronts(2.0)[None, :])
    frames = system(waves).solve(start, 2, 400.0)
    np.testing.assert_allclose(frames[1, 5], fronts(np.sqrt(2)), atol=1e-4)
    energy = float(system(waves).free_energy(frames)[1])
    assert energy * 36 / 2 == pytest.approx(FRONT, rel=1e-4)
    assert float(system(waves).domain_size(frames)[1]) == pytest.approx(18.0, rel=1e-4)


@pytest.mark.slow
def test_a_drop_obeys_gibbs_and_thomson(monkeypatch):
    """The potential of a drop of radius R is σ/2R, whatever its start; phases differ by 2."""
    monkeypatch.setattr(LARGEST_STEP, 0.5)
    waves = Waves(64, 40.0)
    place = (np.arange(64) + 0.5) * 40 / 64 - 20
    away = np.hypot(place[:, None] / 1.1, place[None, :] * 1.1)
    drop = system(waves).solve(jnp.asarray(-np.tanh((away - 12) / np.sqrt(2))), 2, 1500.0)[1]
    potential = np.asarray(system(waves).potential(drop))
    assert potential.std() < 0.02 * potential.mean()
    outside, inside = float(drop.min()), float(drop.max())
    area = float((drop - outside).mean()) * 40**2 / (inside - outside)
    assert potential.mean() == pytest.approx(FRONT / 2 / np.sqrt(area / np.pi), rel=0.01)


def test_a_mixture_parts_below_the_spinodal_only():
    last = {
        mean: np.asarray(system().solve(jnp.asarray(mixed(BOX, 2, mean, 1.0)), 2, 300.0)[1])
        for mean in (0.5, 0.64)
    }
    assert last[0.5].min() < -0.8
    assert np.ptp(last[0.64]) < 0.02


def test_its_steps_are_fine_and_finer_ones_converge(monkeypatch):
    # Stiff waves keep the order at 2.4 to 3.3 in these steps; it is four only far below them.
    start = jnp.asarray(mixed(BOX, 3, 0.0, 1.0))

    def after(step_s: float):
        monkeypatch.setattr(LARGEST_STEP, step_s)
        return system().solve(start, 2, 20.0)[1]

    fine = after(0.0125)
    errors = [float(jnp.abs(after(step) - fine).max()) for step in (0.2, 0.1)]
    assert errors[1] < 1e-5
    assert np.log2(errors[0] / errors[1]) > 2.4


def test_units_only_scale_time_and_length():
    """Micrometres and M = 1e-18 give the frames of γ = M = 1."""
    small = Waves(32, 3.2e-7)
    start = mixed(BOX, 4, 0.1, 1.0)
    np.testing.assert_allclose(mixed(small, 4, 0.1, 1e-8), start, atol=1e-13)
    here = system().solve(jnp.asarray(start), 2, 20.0)
    there = system(small, mobility=1e-18, penalty=1e-16).solve(jnp.asarray(start), 2, 2000.0)
    np.testing.assert_allclose(there, here, atol=1e-9)


@pytest.mark.slow
def test_domains_grow_as_the_third_root_of_time(monkeypatch):
    """F ∝ t^(−1/3): Kohn & Otto's bound, reached; three runs, t from 100 to 1600 in γ/M."""
    monkeypatch.setattr(LARGEST_STEP, 0.5)
    waves = Waves(128, 128.0)
    law = system(waves)
    starts = jnp.asarray(np.stack([mixed(waves, seed, 0.0, 1.0) for seed in range(3)]))
    paths = jax.vmap(lambda start: law.solve(start, 17, 100.0))(starts)
    size = np.mean([law.domain_size(path) for path in paths], axis=0)[1:]
    slope = np.polyfit(np.log(np.arange(1, 17)), np.log(size), 1)[0]
    assert slope == pytest.approx(1 / 3, abs=0.05)
    assert size[-1] < 128 / 4


def test_a_derivative_in_the_start_agrees_with_a_difference():
    start = jnp.asarray(mixed(BOX, 3, 0.0, 1.0))

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        return (system().solve(start * scale, 2, 5.0)[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-5)) - last(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)
