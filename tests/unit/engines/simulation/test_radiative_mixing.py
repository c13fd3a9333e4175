"""Radiating gas against its cooling law's own integral, its budget and its refinement."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from industriverse.engines.simulation.gas import (
    Cooling,
    Gas,
    RadiatingGas,
    conserved,
    sliding_layers,
)

GAMMA = 5 / 3
LAW = Cooling(peak=0.2, floor=0.05, density=5.0, time_s=0.1)


def integrated(density, warmth, seconds):
    """The law without its closed form: dx/dt = −(ρ/ρ₀) x^s / τ, s = 4 below the peak, −2 above."""

    def slope(_, x):
        return -density / LAW.density / LAW.time_s * np.where(x < 1, x**4, x**-2.0)

    start = [warmth / LAW.peak]
    path = solve_ivp(
        slope, (0, seconds), start, method="DOP853", rtol=1e-12, max_step=seconds / 500
    )
    return max(path.y[0, -1] * LAW.peak, min(LAW.floor, warmth))


@pytest.mark.parametrize(
    ("density", "warmth", "seconds"),
    [(1.0, 1.0, 3.0), (4.0, 0.3, 1.0), (20.0, 0.15, 0.3), (20.0, 0.06, 5.0), (5.0, 0.04, 1.0)],
    ids=["above the peak", "through it", "below it", "to the floor", "below the floor"],
)
def test_uniform_gas_cools_as_the_law_says(density, warmth, seconds):
    field = jnp.full((1, 1), warmth)
    cooled = LAW.after(jnp.full((1, 1), density), field, jnp.asarray(seconds))
    assert float(cooled[0, 0]) == pytest.approx(integrated(density, warmth, seconds), rel=1e-7)


def layers(cells, law=LAW):
    flow = Gas(GAMMA, 1 / cells, ("reflecting", "periodic"))
    start = sliding_layers(cells, 20.0, 1.0, 0)
    return RadiatingGas(flow, law), conserved(jnp.asarray(start), GAMMA)


def begun(system, start):
    """The state that a run starts with."""
    return jax.tree.map(lambda frames: frames[0], system.solve(start, 1, 1.0))


def test_a_uniform_run_cools_by_the_closed_form_in_any_number_of_steps():
    system, _ = layers(16)
    values = np.stack([np.full((16, 16), v) for v in (4.0, 0.0, 0.5, 1.2)])
    path = system.solve(conserved(jnp.asarray(values), GAMMA), 4, 0.25)
    exact = [4.0 * integrated(4.0, 0.3, t) for t in (0.25, 0.5, 0.75)]
    pressure = np.asarray(jax.vmap(system.flow.values)(path.gas))[1:, 3]
    for at, expected in zip(pressure, exact, strict=True):
        np.testing.assert_allclose(at, expected, rtol=1e-7)
    lost = (1.2 - np.array(exact)) / (GAMMA - 1)
    np.testing.assert_allclose(path.radiated[1:], lost, rtol=1e-7)


def test_mass_momentum_and_energy_with_what_was_radiated_are_kept():
    system, start = layers(16)
    path = system.solve(start, 4, 0.25)
    totals = np.asarray(path.gas.sum(axis=(2, 3))) / 16**2
    balance = totals[:, 3] + np.asarray(path.radiated)
    np.testing.assert_allclose(totals[:, 0], totals[0, 0], rtol=1e-12)
    np.testing.assert_allclose(totals[:, 2], 0, atol=1e-12)
    np.testing.assert_allclose(balance, balance[0], rtol=1e-12)
    assert (np.diff(path.radiated) > 0).all()
    assert path.radiated[-1] > 0.05 * totals[0, 3]


@pytest.mark.parametrize(
    ("floor", "order"), [(1e-4, 2.0), (0.05, 0.9)], ids=["warm", "at the floor"]
)
def test_the_order_of_the_turns(floor, order):
    """Second, but first where gas lies at the law's floor, as the cold layer does."""
    system, start = layers(16, Cooling(LAW.peak, floor, LAW.density, LAW.time_s))
    step = jax.jit(system.step)

    def after(steps):
        state = begun(system, start)
        for _ in range(steps):
            state = step(state, jnp.asarray(0.06 / steps))
        return state.gas

    coarse, middle, fine = (after(steps) for steps in (12, 24, 48))
    errors = [float(jnp.abs(a - b).mean()) for a, b in ((coarse, middle), (middle, fine))]
    assert np.log2(errors[0] / errors[1]) > order


def test_a_derivative_of_a_step_agrees_with_a_difference():
    """Away from the floor: a gas that lies at it has a kink there."""
    system, start = layers(16, Cooling(LAW.peak, 1e-4, LAW.density, LAW.time_s))
    state = begun(system, start)

    @jax.jit
    def after(amount):
        warmer = state._replace(gas=state.gas.at[3].multiply(1 + amount))
        return system.step(warmer, jnp.asarray(0.002)).radiated

    at = jnp.asarray(0.0)
    _, slope = jax.jvp(after, (at,), (jnp.ones_like(at),))
    difference = (after(at + 1e-6) - after(at - 1e-6)) / 2e-6
    assert float(slope) == pytest.approx(float(difference), rel=1e-4)


@pytest.mark.slow
def test_a_layer_that_cools_faster_radiates_more():
    radiated = []
    for seconds in (10.0, 1.0, 0.1):
        system, start = layers(32, Cooling(LAW.peak, LAW.floor, LAW.density, seconds))
        radiated.append(float(system.solve(start, 2, 1.5).radiated[1]))
    assert radiated[0] < radiated[1] / 2 < radiated[2] / 4
