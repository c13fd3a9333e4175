"""The fluid of swimmers against closed forms, its linear theory and its energy balance."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.patterns import ActiveFluid, stirred
from industriverse.engines.simulation.spectral import Waves

ROOM = "industriverse.engines.simulation.patterns._active_fluid"
BOX = Waves(32, 4 * np.pi)
PLACES = (np.arange(32) + 0.5) * 4 * np.pi / 32
FLUID = ActiveFluid(3.5, 0.2, 1.0, -2.0, 1.0, BOX)
"""Eddies of wave number 1 grow fastest, at the rate 1 − friction."""


def finer(monkeypatch, times: float) -> None:
    monkeypatch.setattr(f"{ROOM}._COURANT", 0.4 / times)
    monkeypatch.setattr(f"{ROOM}._SHARE_OF_RATE", 0.2 / times)


def shear(number: float, size: float = 1e-7) -> np.ndarray:
    """Return a flow along y that waves along x."""
    wave = size * np.cos(number * PLACES)[None, :] * np.ones((32, 1))
    return np.stack([np.zeros((32, 32)), wave])


def test_eddies_at_rest_grow_at_their_rates():
    numbers = np.array([0.5, 1.0, 1.5])
    start = np.sum([shear(number) for number in numbers], axis=0)
    frames = np.asarray(FLUID.solve(jnp.asarray(start), 2, 2.0))
    waves = np.cos(numbers[:, None] * PLACES[None, :])
    size = 2 * (frames[1, 1, 7][None, :] * waves).mean(axis=1)
    rates = -0.2 + 2 * numbers**2 - numbers**4
    np.testing.assert_allclose(np.log(size / 1e-7) / 2.0, rates, rtol=1e-9)


def test_the_fluid_stirs_itself_below_the_onset_only():
    assert FLUID.onset() == pytest.approx(1.0)
    assert FLUID.eddy() == pytest.approx(2 * np.pi)
    start = jnp.asarray(stirred(BOX, 0, 1e-3, 2 * np.pi))
    last = {
        friction: float(jnp.abs(replace(FLUID, friction=friction).solve(start, 2, 60.0)[1]).max())
        for friction in (0.8, 1.2)
    }
    assert last[0.8] > 0.1
    assert last[1.2] < 1e-6


@pytest.mark.slow
def test_near_the_onset_stripes_are_as_high_as_the_bifurcation_says():
    """`A² = 4σ/3β` for `v_y = A cos x`, but for order σ."""
    fluid = replace(FLUID, friction=0.99)
    frames = fluid.solve(jnp.asarray(shear(1.0, 0.1)), 2, 1000.0)
    assert float(frames[1, 1].max() / np.cos(PLACES[0])) ** 2 == pytest.approx(0.04 / 3, rel=5e-3)


def test_without_drive_it_is_navier_and_stokes():
    """Taylor and Green's eddies decay as `exp(−2νk²t)`."""
    fluid = ActiveFluid(1.0, 0.0, 0.0, 0.05, 0.0, BOX, fastest=1.0)
    y, x = PLACES[:, None], PLACES[None, :]
    start = jnp.asarray(np.stack([np.cos(x) * np.sin(y), -np.sin(x) * np.cos(y)]))
    frames = fluid.solve(start, 2, 3.0)
    np.testing.assert_allclose(frames[1], start * np.exp(-0.1 * 3.0), atol=1e-12)


def test_a_flock_takes_up_its_speed(monkeypatch):
    """Landau: `v² = V² / (1 + (V²/v₀² − 1) e^{2αt})`, `V² = −α/β`."""
    finer(monkeypatch, 4)
    fluid = replace(FLUID, friction=-1.0, saturation=2.0)
    start = jnp.asarray(np.stack([np.full((32, 32), 0.06), np.full((32, 32), 0.08)]))
    frames = fluid.solve(start, 4, 1.0)
    square = 0.5 / (1 + (0.5 / 0.01 - 1) * np.exp(-2.0 * np.arange(4)))
    np.testing.assert_allclose(jnp.hypot(*frames[:, :, 3, 4].T) ** 2, square, rtol=1e-6)


def test_waves_on_a_flock_grow_and_move_as_linear_theory_says():
    """Across the flock `σ = −Γ₀k² − Γ₂k⁴`, carried at λV; speeds relax at `2α` besides."""
    fluid = replace(FLUID, friction=-1.0)
    flock = np.stack([np.ones((32, 32)), np.zeros((32, 32))])
    number, time = 1.5, 0.5
    rate = 2 * number**2 - number**4

    across = fluid.solve(jnp.asarray(flock + shear(number)), 2, time)[1, 1]
    moved = np.cos(number * (PLACES - 3.5 * time))
    expected = 1e-7 * np.exp(rate * time) * moved
    np.testing.assert_allclose(across[5], expected, atol=2e-4 * np.abs(expected).max())

    along = np.stack([shear(number)[1].T, np.zeros((32, 32))])
    speed = fluid.solve(jnp.asarray(flock + along), 2, time)[1, 0] - 1.0
    expected = 1e-7 * np.exp((rate - 2) * time) * np.cos(number * PLACES)
    np.testing.assert_allclose(speed[:, 5], expected, atol=2e-4 * np.abs(expected).max())


def test_energy_changes_by_what_swimmers_give_to_fourth_order(monkeypatch):
    start = jnp.asarray(stirred(BOX, 1, 0.5, 2 * np.pi))
    errors = []
    for times in (1, 2):
        finer(monkeypatch, times)
        frames, supply = FLUID.solve_with_supply(start, 5, 1.0)
        energy = (frames**2).sum(axis=1).mean(axis=(1, 2)) / 2
        errors.append(float(jnp.abs(energy - supply - energy[0]).max() / energy.max()))
    assert float(jnp.ptp(supply)) > 0.05
    assert errors[0] < 1e-4
    assert np.log2(errors[0] / errors[1]) > 3.5


@pytest.mark.slow
def test_it_is_of_fourth_order_in_time(monkeypatch):
    start = jnp.asarray(stirred(BOX, 1, 0.5, 2 * np.pi))

    def after(times: float):
        finer(monkeypatch, times)
        return FLUID.solve(start, 2, 1.0)[1]

    fine = after(16)
    errors = [float(jnp.abs(after(times) - fine).max()) for times in (2, 4)]
    assert np.log2(errors[0] / errors[1]) > 3.4


@pytest.mark.slow
def test_a_long_run_stays_solenoidal_and_within_the_bound_on_energy():
    """Mean |v|² is at most the largest rate over β; rounding would grow e^48-fold if let."""
    frames = FLUID.solve(jnp.asarray(stirred(BOX, 0, 0.5, 2 * np.pi)), 13, 5.0)
    divergence = jnp.abs(FLUID.divergence(frames)).max()
    assert float(divergence) < 1e-12 * float(jnp.abs(FLUID.vorticity(frames)).max())
    square = (frames**2).sum(axis=1).mean(axis=(1, 2))
    assert float(square[-1]) > 0.2
    assert float(square.max()) <= 0.8


@pytest.mark.slow
@pytest.mark.parametrize(("friction", "measured"), [(-0.5, 0.57), (0.2, 0.46), (0.8, 0.151)])
def test_it_is_chaotic_at_the_rate_that_its_page_states(friction, measured):
    """No figure is published: this holds the page's own, at the solver's default β = 0.27."""
    fluid = replace(FLUID, friction=friction, saturation=0.27, waves=Waves(48, 10 * np.pi))
    flow = fluid.solve(jnp.asarray(stirred(fluid.waves, 0, 0.5, 2 * np.pi)), 2, 40.0)[1]
    near = flow + jnp.asarray(stirred(fluid.waves, 1, 1e-6, 2 * np.pi))
    size = jnp.linalg.norm(near - flow)

    def block(pair, _):
        flow, near = (fluid.solve(each, 2, 2.0)[1] for each in pair)
        apart = jnp.linalg.norm(near - flow)
        return (flow, flow + (near - flow) * size / apart), jnp.log(apart / size) / 2.0

    rates = np.asarray(jax.lax.scan(block, (flow, near), None, length=44)[1])
    blocks = rates[4:].reshape(10, 4).mean(axis=1)
    assert blocks.mean() > 3 * blocks.std(ddof=1) / np.sqrt(10)
    assert blocks.mean() == pytest.approx(measured, rel=0.15)


def test_a_derivative_with_respect_to_the_start_agrees_with_a_difference():
    start = jnp.asarray(stirred(BOX, 1, 0.5, 2 * np.pi))

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        return (FLUID.solve(start * scale, 2, 0.5)[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-5)) - last(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)
