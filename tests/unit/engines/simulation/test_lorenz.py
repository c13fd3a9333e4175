"""Lorenz' system against closed forms, published figures and another integrator."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.motions import Lorenz, lorenz_start
from industriverse.engines.simulation.perturbations import LORENZ
from industriverse.kernel.plugins import installed
from industriverse.kernel.solvers import solver_card

STEP = "industriverse.engines.simulation.motions._lorenz._LARGEST_STEP"
CLASSIC = Lorenz(28.0)
CARD = solver_card(installed().get("lorenz"))


def jacobian(system, state):
    return np.asarray(jax.jacfwd(lambda at: system.rate(at, 0.0))(jnp.asarray(state)))


def exponents(rho, blocks=10, block_s=60.0):
    """Return the growth of a small difference in each block, the first left out."""

    def run(value):
        path = Lorenz(value).solve(Lorenz(value).rest() + jnp.array([5.0, -5, 3]), blocks, block_s)
        return jnp.diff(path.growth)[1:] / block_s

    return np.asarray(jax.vmap(run)(jnp.asarray(rho)))


def test_it_has_its_published_exponent():
    """λ₁ = 0.9056 at ρ = 28 (Sprott 2003)."""
    starts = jnp.asarray(np.stack([lorenz_start(CLASSIC, seed, 5.0) for seed in range(12)]))
    growth = jax.vmap(lambda start: CLASSIC.solve(start, 3, 1000.0).growth)(starts)
    rates = np.asarray(growth[:, 2] - growth[:, 1]) / 1000
    assert rates.mean() == pytest.approx(0.9056, rel=0.01)
    assert rates.std(ddof=1) / np.sqrt(12) < 0.003


@pytest.mark.parametrize("rho", [0.5, 2.0, 28.0])
def test_at_rest_nothing_moves(rho):
    system = Lorenz(rho, 8.0, 2.0)
    rest = system.rest()
    np.testing.assert_allclose(system.rate(rest, 0.0), 0, atol=1e-12)
    assert float(rest[2]) == max(rho - 1, 0.0)


@pytest.mark.parametrize("system", [CLASSIC, Lorenz(15.0, 4.0, 1.0)])
def test_volumes_shrink_at_the_same_rate_everywhere(system):
    points = np.random.default_rng(1).normal(0, 20, (20, 3))
    traces = [np.trace(jacobian(system, point)) for point in points]
    np.testing.assert_allclose(traces, -system.contraction, rtol=1e-13)
    path = system.solve(jnp.asarray(lorenz_start(system, 0, 5.0)), 5, 5.0)
    np.testing.assert_allclose(
        path.volume, -system.contraction * 5.0 * np.arange(5), rtol=2e-6, atol=1e-12
    )


def test_rest_loses_its_stability_at_the_threshold():
    """`σ (σ + β + 3)/(σ − β − 1)`: a pair of eigenvalues lies on the imaginary axis."""
    edge = CLASSIC.threshold
    assert edge == pytest.approx(470 / 19, rel=1e-14)
    assert LORENZ.edges.at == (edge,)
    pair = np.linalg.eigvals(jacobian(Lorenz(edge), Lorenz(edge).rest()))
    turning = pair[np.abs(pair.imag) > 1]
    np.testing.assert_allclose(turning.real, 0, atol=1e-12)
    for rho, calm in ((edge - 1.5, True), (edge + 1.5, False)):
        system = Lorenz(rho)
        path = system.solve(system.rest() + 0.01, 2, 200.0)
        away = float(jnp.linalg.norm(path.state[1] - system.rest()))
        assert away < 1e-4 if calm else away > 1.0


def test_below_one_all_heat_is_conducted():
    """The slowest rate about the origin is the exponent."""
    path = Lorenz(0.5).solve(jnp.array([1.0, 2.0, 3.0]), 3, 50.0)
    assert float(jnp.abs(path.state[2]).max()) < 1e-15
    slowest = np.linalg.eigvals(jacobian(Lorenz(0.5), np.zeros(3))).real.max()
    assert float(path.growth[2] - path.growth[1]) / 50 == pytest.approx(slowest, rel=1e-6)


@pytest.mark.parametrize("label", ["stable", "chaotic"])
def test_the_regimes_of_its_card_have_the_sign_of_their_exponent(label):
    """Chaotic: λ₁ beyond three standard errors above zero; stable: it is the state of rest's."""
    for low, high in CARD.regimes[label]:
        rho = np.linspace(low, min(high, 60.0), 23)
        if label == "chaotic":
            growth = exponents(rho)
            error = growth.std(axis=1, ddof=1) / np.sqrt(growth.shape[1])
            assert (growth.mean(axis=1) > 3 * error).all()
            assert growth.mean() > 0.8
        else:
            assert exponents(rho, blocks=12)[:, -1].max() < -0.02


def test_the_cards_edges_are_ten_percent_from_the_thresholds():
    at = sorted({edge for held in CARD.regimes.values() for pair in held for edge in pair})
    edge = CLASSIC.threshold
    np.testing.assert_allclose(at[1:5], [0.9, 1.1, 0.9 * edge, 1.1 * edge], rtol=5e-4)


def test_both_ways_of_turning_are_alike():
    start = jnp.asarray(lorenz_start(CLASSIC, 3, 5.0))
    mirror = jnp.array([-1.0, -1.0, 1.0])
    here, there = CLASSIC.solve(start, 5, 2.0), CLASSIC.solve(start * mirror, 5, 2.0)
    np.testing.assert_array_equal(there.state, np.asarray(here.state) * np.asarray(mirror))


def test_another_integrator_gives_the_same_path():
    start = lorenz_start(CLASSIC, 1, 5.0)
    exact = solve_ivp(
        lambda _, state: np.asarray(CLASSIC.rate(jnp.asarray(state), 0.0)),
        (0, 5.0),
        start,
        method="DOP853",
        rtol=1e-11,
        atol=1e-11,
    )
    last = CLASSIC.solve(jnp.asarray(start), 2, 5.0).state[1]
    np.testing.assert_allclose(last, exact.y[:, -1], atol=1e-4)


def test_it_is_of_fourth_order(monkeypatch):
    start = jnp.asarray(lorenz_start(CLASSIC, 2, 5.0))

    def after(step_s):
        monkeypatch.setattr(STEP, step_s)
        return np.asarray(CLASSIC.solve(start, 2, 2.0).state[1])

    fine = after(0.000625)
    errors = [np.abs(after(step) - fine).max() for step in (0.02, 0.01, 0.005)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders, 4, atol=0.3)


def test_what_volumes_keep_is_kept_to_the_fourth_order_of_the_step_at_least(monkeypatch):
    start = jnp.asarray(lorenz_start(CLASSIC, 2, 5.0))

    def error(step_s):
        monkeypatch.setattr(STEP, step_s)
        return abs(float(CLASSIC.solve(start, 2, 20.0).volume[1]) + 20 * CLASSIC.contraction)

    errors = np.array([error(step) for step in (0.01, 0.005, 0.0025)])
    assert (np.log2(errors[:-1] / errors[1:]) > 3.8).all()


def test_a_derivative_with_respect_to_the_heating_agrees_with_a_difference():
    start = jnp.asarray(lorenz_start(CLASSIC, 2, 5.0))

    @jax.jit
    def last(rho):
        return Lorenz(rho).solve(start, 2, 1.0).state[1, 0]

    difference = (last(28.0 + 1e-5) - last(28.0 - 1e-5)) / 2e-5
    assert float(jax.grad(last)(28.0)) == pytest.approx(float(difference), rel=1e-6)
