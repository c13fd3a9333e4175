"""Systems moved across their thresholds, against the thresholds and the laws of delay."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.lattice import Ising, drawn
from industriverse.engines.simulation.network import PowerGrid, kicked
from industriverse.engines.simulation.perturbations import (
    FOLD,
    HOPF,
    LOGISTIC,
    LORENZ,
    PENDULUM,
    PITCHFORK,
    SYSTEMS,
    Edges,
    Ramp,
    driven,
    fold_delay,
    mirrored_exit,
    noisy_exit,
    ramp_truth,
)
from industriverse.kernel.errors import ContractError

ROOT3 = float(np.sqrt(3))


def amplitude(values, start, stop):
    return float(values[start:stop].std(axis=0).max())


@pytest.mark.parametrize(
    ("system", "before", "after", "grows"),
    [
        (LORENZ, 20.0, 32.0, 5.0),
        (PITCHFORK, -0.8, 0.8, 5.0),
        (HOPF, -0.8, 0.8, 5.0),
        (FOLD, 0.0, 0.6, 1.0),
        (LOGISTIC, 2.6, 3.3, 5.0),
    ],
)
def test_each_system_changes_where_its_edge_says(system, before, after, grows):
    low = system.ramped(Ramp("step", before, before + 1e-9, 10, 11), 300, noise=0.01, seed=1)
    high = system.ramped(Ramp("step", before, after, 100, 101), 500, noise=0.01, seed=1)
    assert low.truth.crossings == ()
    np.testing.assert_allclose(high.values[:100], low.values[:100], atol=1e-6)
    calm = amplitude(high.values, 0, 100)
    moved = amplitude(high.values, 300, 500) / calm
    jump = np.abs(high.values[300:].mean(axis=0) - high.values[:100].mean(axis=0)).max() / calm
    assert max(moved, jump) > grows
    assert system in SYSTEMS


def test_the_pendulum_doubles_its_period_at_its_first_edge():
    """Sampled once a drive period, the speed takes one value below 1.0663 and two above it."""
    strobed = replace(PENDULUM, sample_s=3 * np.pi, every=200)
    counts = []
    for drive in (1.05, 1.062, 1.07, 1.075):
        values = strobed.followed(np.full(80, drive), noise=0.0, seed=0).values[-30:, 0]
        counts.append(len(np.unique(np.round(values, 3))))
    assert counts == [1, 1, 2, 2]


def test_lorenz_keeps_its_chaos_below_the_edge_on_the_way_back():
    """Between ρ = 24.06 and 24.74 there are both: which one, the past decides."""
    there = Ramp("linear", 28.0, 24.4, 100, 600)
    back = LORENZ.ramped(there, 1000, noise=0.0, seed=3)
    assert amplitude(back.values, 800, 1000) > 5
    rest = LORENZ.ramped(Ramp("linear", 16.0, 24.4, 100, 600), 1000, noise=0.0, seed=3)
    assert amplitude(rest.values, 800, 1000) < 1.0


def test_the_fold_goes_up_and_down_at_different_edges():
    loop = FOLD.ramped(Ramp("there_and_back", -0.7, 0.7, 100, 4100), 4200, noise=0.0, seed=0)
    state, control = loop.values[:, 0], loop.truth.control
    up = control[np.argmax(state > 0)]
    down = control[2100 + np.argmax(state[2100:] < 0)]
    edge = 2 / (3 * ROOT3)
    assert edge < up < edge + 0.06
    assert -edge - 0.06 < down < -edge


def test_the_delay_past_a_fold_is_airys():
    """The jump comes `2.338 3^(−1/6) ε^(2/3)` past the edge, its power 2/3 measured."""
    rates, delays = np.array([4e-3, 1e-3, 2.5e-4]), []
    fine = replace(FOLD, sample_s=0.1, every=2)
    for rate in rates:
        samples = int(0.5 / rate / fine.sample_s)
        control = np.linspace(0.1, 0.6, samples)
        path = fine.path(np.array([-0.94]), control, noise=0.0, seed=0)[:, 0]
        delays.append(control[np.argmax(path > 0.8)] - 2 / (3 * ROOT3))
    law = np.array([fold_delay(rate, ROOT3) for rate in rates])
    ratio = np.array(delays) / law
    assert abs(ratio[-1] - 1) < 0.05
    assert (np.diff(np.abs(ratio - 1)) < 0).all()
    power = np.polyfit(np.log(rates), np.log(delays), 1)[0]
    assert abs(power - 2 / 3) < 0.03


@pytest.mark.parametrize("system", [PITCHFORK, HOPF])
@pytest.mark.parametrize("rate", [0.01, 0.005])
def test_without_noise_a_state_leaves_as_far_past_the_edge_as_it_came_before(system, rate):
    entry, size = -0.4, 1e-6
    samples = int(1.0 / rate / system.sample_s)
    control = np.linspace(entry, 0.6, samples)
    start = np.full(len(system.start), size)
    path = np.linalg.norm(system.path(start, control, noise=0.0, seed=0), axis=1)
    left = control[np.flatnonzero(path > np.linalg.norm(start))[0]]
    assert left == pytest.approx(mirrored_exit(entry), abs=2 * rate * system.sample_s)


def test_with_noise_the_delay_follows_the_growth_of_its_variance():
    noise, level, exits = 1e-4, 0.02, []
    rates = (0.004, 0.001)
    for rate in rates:
        samples = int(1.0 / rate / PITCHFORK.sample_s)
        control = np.linspace(-0.5, 0.5, samples)
        paths = np.stack(
            [PITCHFORK.path(np.zeros(1), control, noise=noise, seed=s)[:, 0] for s in range(60)]
        )
        exits.append(control[np.argmax(np.sqrt((paths**2).mean(axis=0)) > level)])
    law = [noisy_exit(rate, noise, level) for rate in rates]
    np.testing.assert_allclose(exits, law, rtol=0.05)
    # Nearly the root of the rate: the logarithm under the root hardly grows.
    assert 0.5 < np.log(exits[0] / exits[1]) / np.log(rates[0] / rates[1]) < 0.58


def _swung(grid, state, strength):
    return replace(grid, strength=strength).step(state, 0.05)


def test_the_swing_equation_falls_out_of_step_when_its_strength_passes_one():
    grid = PowerGrid(inertia=1.0, damping=0.3, power=1.0, strength=2.0)
    ramp = Ramp("linear", 2.0, 0.5, 50, 250)
    control = ramp.path(400)
    start = kicked(grid, 8, 0.05, seed=1)
    path = driven(_swung, grid, start, jnp.asarray(control), 8)
    drift = np.abs(np.asarray(path.frequency)).mean(axis=(1, 2))
    truth = ramp_truth(control, Edges((1.0,), ("out of step", "in step"), ("", "stable"), 0.1))
    (crossing,) = truth.crossings
    assert drift[crossing - 50 : crossing].max() < 0.1
    assert drift[-1] > 1.0


def _heated(system, spins, temperature):
    return Ising(temperature).sweep(spins, 1.0)


def test_ising_loses_its_order_past_onsagers_temperature():
    onsager = 2 / np.log(1 + np.sqrt(2))
    control = Ramp("linear", 1.5, 3.5, 50, 250).path(350)
    start = drawn(16, 1, up=1.0)
    spins = np.asarray(driven(_heated, None, start, jnp.asarray(control), 2).spin)
    order = np.abs(spins.mean(axis=(1, 2)))
    truth = ramp_truth(control, Edges((onsager,), ("ordered", "disordered"), ("stable",) * 2, 0.23))
    (crossing,) = truth.crossings
    assert order[: crossing - 40].min() > 0.8
    assert order[-100:].mean() < 0.25


def test_a_path_under_a_varying_parameter_can_be_differentiated():
    @jax.jit
    def last(scale):
        given = (scale * jnp.linspace(-0.5, 0.5, 40), jnp.zeros((40, 1)))
        states, _ = driven(PITCHFORK.step, 0.1, (jnp.full(1, 0.1), jnp.zeros(())), given)
        return states[-1, 0]

    slope = jax.grad(last)(1.0)
    difference = (last(1.0 + 1e-5) - last(1.0 - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, difference, rtol=1e-6)


def test_ramps_that_make_no_sense_are_refused():
    with pytest.raises(ContractError, match="goes from"):
        LOGISTIC.ramped(Ramp("linear", 2.5, 3.9, 0, 50), 60, noise=0.0, seed=0)
    with pytest.raises(ContractError, match="ran away"):
        PITCHFORK.ramped(Ramp("step", -1.0, 1.0, 5, 6), 20, noise=1e6, seed=0)
    with pytest.raises(ContractError, match="noise"):
        PITCHFORK.ramped(Ramp("step", -1.0, 1.0, 5, 6), 20, noise=-1.0, seed=0)
