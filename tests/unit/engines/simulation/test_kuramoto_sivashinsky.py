"""Kuramoto–Sivashinsky against linear theory, exact symmetries and published exponents."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.patterns import FlameFront, FlameLine, wrinkled
from industriverse.engines.simulation.spectral import Waves
from industriverse.kernel.errors import ContractError

LARGEST_STEP = "industriverse.engines.simulation.patterns._kuramoto_sivashinsky._LARGEST_STEP"
BOX = Waves(32, 22.0)
FRONT = FlameFront(1.0, 1.0, 1.0, BOX)
LINE = FlameLine(1.0, 1.0, 1.0, 48, 22.0)


def drawn_line(seed: int, cells: int = 48) -> np.ndarray:
    """Return five waves of drawn heights and places."""
    random, x = np.random.default_rng(seed), np.arange(cells) / cells
    waves = [random.normal() * np.cos(2 * np.pi * (k * x + random.uniform())) for k in range(1, 6)]
    return np.sum(waves, axis=0)


@pytest.mark.parametrize(("number_y", "number_x"), [(0, 2), (2, 2), (3, 4)])
def test_a_small_wave_grows_or_decays_at_its_rate(number_y, number_x):
    front = replace(FRONT, antidiffusion=1.2, hyperdiffusion=0.9)
    place = np.arange(32) / 32
    wave = np.cos(2 * np.pi * (number_y * place[:, None] + number_x * place[None, :]))
    frames = front.solve(jnp.asarray(1e-9 * wave), 2, 2.0)
    square = (2 * np.pi / 22) ** 2 * (number_y**2 + number_x**2)
    rate = 1.2 * square - 0.9 * square**2
    assert np.log(2e9 * float((frames[1] * wave).mean())) / 2.0 == pytest.approx(rate, abs=1e-7)


def test_a_front_is_at_rest_where_no_wave_fits_that_grows():
    """The longest wave of a side L grows where `ν₂ (2π/L)² > ν₄ (2π/L)⁴`."""
    edge = (2 * np.pi / 22) ** 2
    last = {
        share: float(
            jnp.abs(
                replace(FRONT, antidiffusion=share * edge).solve(
                    jnp.asarray(wrinkled(BOX, 0, 1e-3)), 2, 4000.0
                )[1]
            ).max()
        )
        for share in (0.9, 1.2)
    }
    assert last[0.9] < 1e-4
    assert last[1.2] > 0.05


def test_a_front_even_in_y_is_a_line():
    h = np.cumsum(drawn_line(3) - drawn_line(3).mean()) * 22 / 48
    front = replace(FRONT, waves=Waves(48, 22.0))
    start = jnp.asarray((h - h.mean())[None, :] * np.ones((48, 1)))
    waves = front.waves

    def slope(frame):
        return waves.back(waves.slopes(waves.forward(frame))[1])[7]

    frames = front.solve(start, 2, 10.0)
    line = LINE.solve(slope(start), 2, 10.0)
    assert float(jnp.abs(line[1] - line[0]).max()) > 0.5
    np.testing.assert_allclose(slope(frames[1]), line[1], atol=1e-9)


def test_x_and_y_are_alike():
    start = jnp.asarray(wrinkled(BOX, 2, 1.0))
    here, there = FRONT.solve(start, 2, 10.0)[1], FRONT.solve(start.T, 2, 10.0)[1]
    np.testing.assert_allclose(there.T, here, atol=1e-10)


def test_a_moving_frame_only_carries_the_slope(monkeypatch):
    """`u + c` is carried at `s c`: after a whole turn it is back in place."""
    start = LINE.solve(jnp.asarray(drawn_line(1)), 2, 50.0)[1]
    monkeypatch.setattr(LARGEST_STEP, 0.0125)
    still = LINE.solve(start, 2, 8.0)[1]
    moved = LINE.solve(start + 22.0 / 8.0, 2, 8.0)[1]
    np.testing.assert_allclose(moved - 22.0 / 8.0, still, atol=1e-5)


def test_another_integrator_gives_the_same_line():
    start = LINE.solve(jnp.asarray(drawn_line(1)), 2, 50.0)[1]
    number = 2 * np.pi * np.fft.rfftfreq(48, 22 / 48)
    linear, kept = number**2 - number**4, number < 2 / 3 * number.max()

    def rate(_, u):
        waves = linear * np.fft.rfft(u) - 0.5j * number * kept * np.fft.rfft(u**2)
        return np.fft.irfft(waves, n=48)

    exact = solve_ivp(rate, (0, 4.0), np.asarray(start), method="BDF", rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(LINE.solve(start, 2, 4.0)[1], exact.y[:, -1], atol=5e-5)


def test_the_mean_is_kept_and_nothing_unseen_grows():
    """Over 400 s rounding that no real field has would grow by e^100 if let."""
    frames = FRONT.solve(jnp.asarray(wrinkled(BOX, 0, 0.1)), 5, 100.0)
    assert float(jnp.abs(frames.mean(axis=(1, 2))).max()) < 1e-13
    assert 0.5 < float(frames[-1].std()) < 20.0
    start = jnp.asarray(drawn_line(1))
    line = LINE.solve(start, 5, 100.0)
    np.testing.assert_allclose(line.mean(axis=1), float(start.mean()), atol=1e-13)


def test_the_power_of_a_line_is_that_of_its_linear_terms():
    """`d/dt mean u²/2 = mean u_x² − mean u_xx²`: steepening only moves it between waves."""
    start = LINE.solve(jnp.asarray(drawn_line(1)), 2, 50.0)[1]
    frames = np.asarray(LINE.solve(start, 21, 0.05))
    power = np.abs(np.fft.fft(frames) / 48) ** 2
    square = (2 * np.pi * np.fft.fftfreq(48, 22 / 48)) ** 2
    gain = (power * (square - square**2)[None, :]).sum(axis=1)
    weights = np.array([1] + [4, 2] * 9 + [4, 1]) * 0.05 / 3
    energy = (frames**2).mean(axis=1) / 2
    assert energy[-1] - energy[0] == pytest.approx(weights @ gain, rel=1e-5)


@pytest.mark.parametrize("kind", ["front", "line"])
def test_its_order_in_time_is_three_at_least(monkeypatch, kind):
    """Stiff short waves hold it between three and four at usual steps."""
    law = LINE if kind == "line" else FRONT
    rough = drawn_line(1) if kind == "line" else wrinkled(BOX, 1, 0.1)
    start = law.solve(jnp.asarray(rough), 2, 50.0)[1]

    def after(step_s: float):
        monkeypatch.setattr(LARGEST_STEP, step_s)
        return law.solve(start, 2, 4.0)[1]

    fine = after(0.00625)
    errors = [float(jnp.abs(after(step) - fine).max()) for step in (0.1, 0.025)]
    assert errors[0] < 2e-3
    assert np.log2(errors[0] / errors[1]) / 2 > 3.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("length", "cells", "runs", "published"), [(22.0, 48, 32, 0.048), (60.0, 96, 16, 0.09)]
)
def test_the_leading_lyapunov_exponent_is_the_published_one(length, cells, runs, published):
    """L = 22: 0.048 (Cvitanović et al. 2010; Edson et al. 2019: 0.043); L = 60: about 0.09."""
    line = FlameLine(1.0, 1.0, 1.0, cells, length)
    starts = jnp.asarray(np.stack([drawn_line(seed, cells) for seed in range(runs)]))
    rates = jax.vmap(lambda start: line.lyapunov(start, 120, 10.0))(starts)
    each = np.asarray(rates[:, 20:]).mean(axis=1)
    assert each.mean() == pytest.approx(published, rel=0.1)
    assert each.std(ddof=1) / np.sqrt(runs) < 0.03 * published


def test_a_line_at_rest_has_the_exponent_of_its_slowest_wave():
    line = replace(LINE, length=6.0)
    rates = line.lyapunov(jnp.zeros(48), 5, 4.0)
    number = 2 * np.pi / 6
    assert float(rates[-1]) == pytest.approx(number**2 - number**4, rel=1e-9)


def test_a_derivative_in_the_start_agrees_with_a_difference():
    start = jnp.asarray(wrinkled(BOX, 1, 1.0))

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        return (FRONT.solve(start * scale, 2, 2.0)[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-5)) - last(jnp.asarray(1 - 1e-5))) / 2e-5
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def test_cells_too_wide_for_the_wrinkles_are_refused_with_the_number_that_is_needed():
    coarse = FlameFront(1.0, 1.0, 1.0, Waves(24, 60.0))
    with pytest.raises(ContractError, match="24 cells over 60 m") as refused:
        coarse.solve(jnp.zeros((24, 24)), 2, 1.0)
    assert "58 cells" in refused.value.hint
    fine = FlameFront(1.0, 1.0, 1.0, Waves(58, 60.0))
    assert np.isfinite(fine.solve(jnp.asarray(wrinkled(fine.waves, 0, 0.1)), 60, 2.0)).all()
