"""The swing equation against its exact threshold, waves, single-line reduction and balances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.network import Machines, PowerGrid, kicked
from industriverse.kernel.errors import ContractError

STEPS = "industriverse.engines.simulation.network._swing._STEPS_A_PERIOD"
SIGN = 1.0 - 2.0 * (np.indices((8, 8)).sum(axis=0) % 2)


def alike(lead: float, rate: float) -> Machines:
    """Return a grid whose generators all lead, and whose lead all grows, alike."""
    return Machines(jnp.asarray(SIGN * lead / 2), jnp.asarray(SIGN * rate / 2), jnp.zeros(()))


def test_in_step_it_stays_in_step():
    grid = PowerGrid(0.025, 0.002, 1.0, 1.6)
    assert np.sin(grid.lead) == pytest.approx(1 / 1.6)
    path = grid.solve(alike(grid.lead, 0.0), 2, 5.0)
    np.testing.assert_allclose(path.phase[1], path.phase[0], atol=1e-12)


def test_all_lines_alike_it_is_one_pendulum_and_of_second_order(monkeypatch):
    """`m Δ̈ + d Δ̇ = 2P − 8K sin Δ`."""
    grid = PowerGrid(0.025, 0.01, 1.0, 1.5)

    def rate(_, state):
        lead, speed = state
        return [speed, (2 - 8 * 0.375 * np.sin(lead) - 0.01 * speed) / 0.025]

    exact = solve_ivp(rate, (0, 2.0), [0.2, 1.0], rtol=1e-12, atol=1e-13).y[:, -1]
    errors = []
    for steps in (40, 80):
        monkeypatch.setattr(STEPS, steps)
        phase = np.asarray(grid.solve(alike(0.2, 1.0), 2, 2.0).phase[1])
        np.testing.assert_allclose(phase, SIGN * phase[0, 0], atol=1e-10)
        errors.append(abs(2 * phase[0, 0] - exact[0]))
    assert errors[0] < 0.02
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


def test_a_small_wave_travels_as_linear_theory_says():
    """`ω² = (K cos δ/m) Σ 4 sin² k/2 − (d/2m)²`, decaying as `exp(−dt/2m)`."""
    grid = PowerGrid(0.025, 0.004, 1.0, 2.0)
    x = np.arange(8)
    wave = 1e-5 * np.cos(2 * np.pi * (x[None, :] + 2 * x[:, None]) / 8)
    state = alike(grid.lead, 0.0)
    path = grid.solve(state._replace(phase=state.phase + wave), 2, 1.5)
    stiff = grid.coupling * np.cos(grid.lead) / 0.025
    square = stiff * 4 * (np.sin(np.pi / 8) ** 2 + np.sin(np.pi / 4) ** 2)
    half = 0.004 / 0.05
    omega = np.sqrt(square - half**2)
    shape = np.exp(-half * 1.5) * (np.cos(omega * 1.5) + half / omega * np.sin(omega * 1.5))
    np.testing.assert_allclose(path.phase[1] - state.phase, wave * shape, atol=3e-7)


def test_it_falls_out_of_step_below_four_lines_that_carry_the_power():
    def slips(strength: float) -> bool:
        grid = PowerGrid(0.001, 0.05, 1.0, strength)
        path = grid.solve(alike(np.pi / 2, 0.0), 2, 5.0)
        return float(2 * path.phase[1, 0, 0]) > 2 * np.pi

    low, high = 0.9, 1.1
    assert slips(low)
    assert not slips(high)
    for _ in range(4):
        middle = (low + high) / 2 + 1e-4
        low, high = (middle, high) if slips(middle) else (low, middle)
    assert low < 1.003
    assert high > 0.997
    assert high - low < 0.013


def test_without_damping_energy_is_kept_to_second_order(monkeypatch):
    grid = PowerGrid(0.025, 0.0, 1.0, 2.0)
    start = kicked(grid, 16, 4.0, 1)
    drifts = []
    for steps in (40, 80):
        monkeypatch.setattr(STEPS, steps)
        held = np.asarray(grid.density(grid.solve(start, 41, 0.1))).sum(axis=(1, 2))
        drifts.append(np.abs(held / held[0] - 1).max())
    assert drifts[0] < 0.01
    assert np.log2(drifts[0] / drifts[1]) == pytest.approx(2, abs=0.2)


def test_damping_takes_what_is_lost_and_energy_never_rises():
    grid = PowerGrid(0.025, 0.02, 1.0, 2.0)
    path = grid.solve(kicked(grid, 16, 3.0, 1), 31, 0.2)
    held = np.asarray(grid.density(path)).sum(axis=(1, 2))
    assert np.diff(held).max() < 0
    assert held[-1] < 0.2 * held[0]
    np.testing.assert_allclose(held + np.asarray(path.lost), held[0], rtol=3e-3)


def test_lines_only_pass_power_on():
    """The mean frequency falls as `exp(−dt/m)`, whatever the lines do."""
    grid = PowerGrid(0.025, 0.02, 1.0, 0.7)
    path = grid.solve(kicked(grid, 8, 3.0, 2), 4, 0.3)
    mean = np.asarray(path.frequency).mean(axis=(1, 2))
    np.testing.assert_allclose(mean, mean[0] * np.exp(-0.8 * 0.3 * np.arange(4)), atol=1e-12)
    assert abs(mean[0]) > 1e-3


def test_each_nodes_energy_adds_up_to_hamiltons_function():
    grid = PowerGrid(0.025, 0.0, 1.3, 1.7)
    random = np.random.default_rng(0)
    phase, frequency = random.normal(size=(2, 8, 8))
    lines = sum(np.cos(phase - np.roll(phase, 1, axis)).sum() for axis in (0, 1))
    whole = 0.0125 * (frequency**2).sum() - 1.3 * (SIGN * phase).sum() - grid.coupling * lines
    least = -1.3 * 64 * grid.lead / 2 - grid.coupling * 128 * np.cos(grid.lead)
    state = Machines(jnp.asarray(phase), jnp.asarray(frequency), jnp.zeros(()))
    assert float(grid.density(state).sum()) == pytest.approx(whole - least)


def test_the_seed_draws_the_kicks_and_odd_lattices_are_refused():
    grid = PowerGrid(0.025, 0.0, 1.0, 2.0)
    assert not np.array_equal(kicked(grid, 8, 1.0, 1).frequency, kicked(grid, 8, 1.0, 2).frequency)
    with pytest.raises(ContractError, match="alternate"):
        grid.solve(kicked(grid, 7, 1.0, 1), 2, 1.0)


def test_a_derivative_with_respect_to_the_kick_agrees_with_a_difference():
    grid = PowerGrid(0.025, 0.002, 1.0, 1.5)
    start = kicked(grid, 8, 3.0, 1)

    @jax.jit
    def last(scale: jax.Array) -> jax.Array:
        path = grid.solve(start._replace(frequency=start.frequency * scale), 2, 1.0)
        return (path.phase[1] ** 2).sum()

    slope = jax.grad(last)(jnp.asarray(1.0))
    difference = (last(jnp.asarray(1 + 1e-6)) - last(jnp.asarray(1 - 1e-6))) / 2e-6
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)
