"""The driven pendulum against elliptic integrals, balances and Baker and Gollub's figures."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import ellipk

from industriverse.engines.simulation.motions import DrivenPendulum, pendulum_start
from industriverse.engines.simulation.perturbations import PENDULUM
from industriverse.kernel.plugins import installed
from industriverse.kernel.solvers import solver_card

STEP = "industriverse.engines.simulation.motions._pendulum._LARGEST_STEP"
PERIOD_S = 3 * np.pi
"""Of the push at ω = 2/3."""
START = jnp.array([0.2, 0.0, 0.0])
FREE = DrivenPendulum(0.0, 0.0)
CARD = solver_card(installed().get("driven-pendulum"))


def strobed(drive, periods=300, shown=100):
    """Return the speeds that a strobe in time with the push shows once all has settled."""
    return np.asarray(DrivenPendulum(drive).solve(START, periods, PERIOD_S).state)[-shown:, 1]


def exponents(drives, blocks=12, block=100):
    def run(drive):
        path = DrivenPendulum(drive).solve(START, blocks + 1, block * PERIOD_S)
        return jnp.diff(path.growth)[2:] / (block * PERIOD_S)

    return np.asarray(jax.vmap(run)(jnp.asarray(drives)))


@pytest.mark.parametrize("amplitude", [0.1, 1.0, 2.0, 3.0])
def test_a_free_swing_takes_the_time_of_its_elliptic_integral(amplitude):
    """`T = 4 K(sin²(θ₀/2))`."""
    period = 4 * float(ellipk(np.sin(amplitude / 2) ** 2))
    path = FREE.solve(jnp.array([amplitude, 0.0, 0.0]), 5, period / 4)
    np.testing.assert_allclose(path.state[::2, 0] / amplitude, [1, -1, 1], atol=1e-8)
    np.testing.assert_allclose(path.state[1::2, 0], 0, atol=1e-8)


def test_a_free_swing_keeps_its_energy():
    path = FREE.solve(jnp.array([2.0, 0.0, 0.0]), 101, 10.0)
    energy = FREE.energy(path.state)
    np.testing.assert_allclose(energy, 1 - np.cos(2.0), rtol=1e-8)


@pytest.mark.parametrize("drive", [0.9, 1.15])
def test_energy_changes_by_the_work_of_the_push_less_what_damping_takes(drive):
    pendulum = DrivenPendulum(drive)
    path = pendulum.solve(START, 201, 1.0)
    energy, work = pendulum.energy(path.state), path.state[:, 2]
    assert float(jnp.ptp(work)) > 0.5
    np.testing.assert_allclose(energy - work, energy[0], atol=2e-7)


def test_volumes_shrink_at_the_damping_everywhere():
    path = DrivenPendulum(1.15, 0.3).solve(START, 5, 10.0)
    np.testing.assert_allclose(path.volume, -3.0 * np.arange(5), rtol=1e-8)


def test_a_weak_push_is_answered_as_a_linear_oscillator_answers():
    """Amplitude `g/√((1 − ω²)² + (ω/q)²)`."""
    push = 1e-4
    path = DrivenPendulum(push).solve(jnp.zeros(3), 400, PERIOD_S / 40)
    answer = np.abs(np.asarray(path.state)[-40:, 0]).max()
    exact = push / np.hypot(1 - 4 / 9, 1 / 3)
    assert answer == pytest.approx(exact, rel=3e-3)


@pytest.mark.parametrize(
    ("drive", "values"), [(0.9, 1), (1.06, 1), (1.07, 2), (1.35, 1), (1.45, 2), (1.47, 4)]
)
def test_its_period_is_the_published_one(drive, values):
    """Baker & Gollub at q = 2, ω = 2/3: one, two, one, two and four periods of the push."""
    assert len(np.unique(strobed(drive).round(4))) == values


@pytest.mark.parametrize("drive", [1.15, 1.5])
def test_it_is_chaotic_where_that_is_published(drive):
    assert len(np.unique(strobed(drive).round(4))) > 80
    growth = exponents([drive])[0]
    assert growth.mean() > 3 * growth.std(ddof=1) / np.sqrt(len(growth))


def test_the_period_doubles_at_the_edge_of_the_card_and_of_the_ramps():
    edge = PENDULUM.edges.at[0]
    (low, high) = CARD.regimes["transitional"][0]
    assert (low, high) == pytest.approx((0.9 * edge, PENDULUM.edges.at[1]), rel=1e-3)
    apart = [
        np.abs(np.diff(strobed(edge + step, periods=2000, shown=2)))[0] for step in (-1e-3, 1e-3)
    ]
    assert apart[0] < 1e-6
    assert apart[1] > 1e-3


def test_the_regimes_of_its_card_have_the_sign_of_their_exponent():
    """Chaos above three standard errors at 21 drives; below the threshold a cycle that holds."""
    ((low, high),) = CARD.regimes["chaotic"]
    growth = exponents(np.linspace(low, high, 21))
    error = growth.std(axis=1, ddof=1) / np.sqrt(growth.shape[1])
    assert (growth.mean(axis=1) > 3 * error).all()
    assert growth.mean() == pytest.approx(0.135, abs=0.02)
    ((low, high),) = CARD.regimes["stable"]
    assert exponents(np.linspace(low, high, 13)).max() < -0.03


def test_another_integrator_gives_the_same_path():
    pendulum, start = DrivenPendulum(1.15), pendulum_start(1, 0.2, 0.0, 0.1)

    def rate(time, state):
        return np.asarray(pendulum.rate(jnp.asarray(state), time))

    exact = solve_ivp(rate, (0, 20.0), start, method="DOP853", rtol=1e-11, atol=1e-11)
    last = pendulum.solve(jnp.asarray(start), 2, 20.0).state[1]
    np.testing.assert_allclose(last, exact.y[:, -1], atol=1e-6)


def test_it_is_of_fourth_order(monkeypatch):
    def after(step_s):
        monkeypatch.setattr(STEP, step_s)
        return np.asarray(DrivenPendulum(1.15).solve(START, 2, 10.0).state[1])

    fine = after(0.0025)
    errors = [np.abs(after(step) - fine).max() for step in (0.1, 0.05, 0.025)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders, 4, atol=0.3)


def test_energy_is_held_to_the_fourth_order_of_the_step_at_least(monkeypatch):
    pendulum = DrivenPendulum(1.15)

    def error(step_s):
        monkeypatch.setattr(STEP, step_s)
        path = pendulum.solve(START, 101, 1.0)
        held = pendulum.energy(path.state) - path.state[:, 2]
        return float(jnp.abs(held - held[0]).max())

    errors = np.array([error(step) for step in (0.1, 0.05, 0.025)])
    assert (np.log2(errors[:-1] / errors[1:]) > 3.8).all()


def test_a_derivative_with_respect_to_the_push_agrees_with_a_difference():
    @jax.jit
    def last(drive):
        return DrivenPendulum(drive).solve(START, 2, 10.0).state[1, 0]

    difference = (last(0.9 + 1e-5) - last(0.9 - 1e-5)) / 2e-5
    assert float(jax.grad(last)(0.9)) == pytest.approx(float(difference), rel=1e-6)
