"""The balance of one step: sums kept, no cell overdrawn, nothing through walls."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.forecast.network import Flows, balanced, faces, settled, total

PERIODIC = ("periodic", "periodic")
ONE = np.array([True])


def flows_of(sides, boundary=PERIODIC):
    along_x = faces(sides[2].swapaxes(1, 2), sides[3].swapaxes(1, 2), boundary[1])
    return Flows(faces(sides[0], sides[1], boundary[0]), along_x.swapaxes(1, 2))


def exact(field):
    return np.asarray(field, np.longdouble).sum()


@partial(jax.jit, static_argnames="boundary")
def step_of(before, sides, source, boundary):
    return balanced(
        before, flows_of(sides, boundary), source, jnp.zeros_like(before[:, 0, 0]), ONE, boundary
    )


@pytest.mark.parametrize("boundary", [PERIODIC, ("reflecting", "periodic")])
@pytest.mark.parametrize(("dtype", "bound"), [(jnp.float32, 1e-7), (jnp.float64, 1e-15)])
@given(st.integers(0, 10**6), st.sampled_from([0.01, 1.0, 100.0]))
def test_sums_stay_and_no_cell_goes_below_zero(boundary, dtype, bound, seed, size):
    random = np.random.default_rng(seed)
    before = jnp.asarray(random.gamma(0.2, 1.0, (1, 8, 8)), dtype)
    sides = jnp.asarray(random.normal(size=(5, 1, 8, 8)) * size, dtype)
    after = step_of(before, sides, sides[4], boundary)
    assert float(after.mean.min()) >= 0
    assert abs(exact(after.mean) - exact(before)) <= bound * exact(before)
    assert not bool(after.contradictory[0])


def test_a_donor_gives_what_it_has_and_no_more():
    """Cell (0, 0) holds 1 and is asked for 4: each neighbour gets a quarter, as asked 1 : 3."""
    before = jnp.zeros((1, 4, 4), jnp.float64).at[0, 0, 0].set(1.0)
    flow_y = jnp.zeros((1, 5, 4), jnp.float64).at[0, 1, 0].set(1.0)
    flow_x = jnp.zeros((1, 4, 5), jnp.float64).at[0, 0, 1].set(3.0)
    nothing = jnp.zeros((1, 4, 4), jnp.float64)
    after = balanced(before, Flows(flow_y, flow_x), nothing, jnp.zeros(1), ONE, PERIODIC)
    assert float(after.mean[0, 1, 0]) == 0.25
    assert float(after.mean[0, 0, 1]) == 0.75
    assert float(after.mean[0, 0, 0]) == 0.0
    assert float(after.limited[0]) == 1 / 16


def test_an_empty_donor_beyond_the_seam_gives_nothing():
    before = jnp.ones((1, 4, 4), jnp.float64).at[0, 3].set(0.0)
    flow_y = jnp.zeros((1, 5, 4), jnp.float64).at[0, 0].set(0.5).at[0, 4].set(0.5)
    still = Flows(flow_y, jnp.zeros((1, 4, 5), jnp.float64))
    nothing = jnp.zeros((1, 4, 4), jnp.float64)
    after = balanced(before, still, nothing, jnp.zeros(1), ONE, PERIODIC)
    np.testing.assert_array_equal(after.mean, before)


def test_a_declared_loss_beyond_what_the_sinks_hold_is_taken_from_the_others():
    before = jnp.zeros((1, 4, 4), jnp.float64).at[0, 0, 0].set(3.0).at[0, 0, 1].set(1.0)
    still = Flows(jnp.zeros((1, 5, 4)), jnp.zeros((1, 4, 5)))
    nothing = jnp.zeros((1, 4, 4), jnp.float64)
    after = balanced(before, still, nothing, jnp.array([-2.0]), ONE, PERIODIC)
    assert float(after.mean.sum()) == pytest.approx(2.0, rel=1e-14)
    assert float(after.mean.min()) == 0.0
    assert not bool(after.contradictory[0])
    # Both give their own sink of 1/8 first, and then the rest in proportion.
    assert float(after.mean[0, 0, 0] / after.mean[0, 0, 1]) == pytest.approx(2.875 / 0.875)


def test_more_than_all_cells_hold_is_a_contradiction():
    before = jnp.ones((1, 4, 4), jnp.float64)
    still = Flows(jnp.zeros((1, 5, 4)), jnp.zeros((1, 4, 5)))
    nothing = jnp.zeros((1, 4, 4), jnp.float64)
    for exchange, wrong in ((-15.9, False), (-16.1, True)):
        after = balanced(before, still, nothing, jnp.array([exchange]), ONE, PERIODIC)
        assert bool(after.contradictory[0]) == wrong


def test_an_open_end_reports_what_came_in():
    random = np.random.default_rng(3)
    before = jnp.asarray(random.gamma(2.0, 1.0, (1, 8, 8)))
    boundary = ("open", "reflecting")
    flows = flows_of(jnp.asarray(random.normal(size=(4, 1, 8, 8)) * 0.1), boundary)
    source = jnp.asarray(random.normal(size=(1, 8, 8)) * 0.1)
    after = balanced(before, flows, source, None, ONE, boundary)
    assert float(after.inflow[0]) == pytest.approx(float((after.mean - before).sum()), rel=1e-9)
    assert abs(float(after.inflow[0])) > 0.01


def test_walls_let_nothing_through_and_open_ends_do():
    said = jnp.ones((1, 4, 4))
    assert float(jnp.abs(faces(said, said, "reflecting")[:, [0, -1]]).max()) == 0
    np.testing.assert_array_equal(faces(said, 2 * said, "open")[0, :, 0], [2, 3, 3, 3, 1])
    np.testing.assert_array_equal(faces(said, 2 * said, "periodic")[0, :, 0], [3] * 5)


def test_signed_channels_are_not_limited():
    random = np.random.default_rng(5)
    before = jnp.asarray(random.normal(size=(1, 8, 8)))
    flows = flows_of(jnp.asarray(random.normal(size=(4, 1, 8, 8)) * 10))
    after = balanced(
        before, flows, jnp.zeros_like(before), jnp.zeros(1), np.array([False]), PERIODIC
    )
    change = jnp.diff(flows.y, axis=1) + jnp.diff(flows.x, axis=2)
    np.testing.assert_allclose(after.mean, before - change, atol=1e-12)


def test_totals_hold_what_the_precision_does_not():
    values = jnp.asarray([1e8, 1.0, -1e8, 1e-6, 0.5], jnp.float32)
    high, low = jax.jit(total)(values)
    assert float(high) + float(low) == pytest.approx(1.500001, rel=1e-7)
    assert abs(float(values.sum()) - 1.5) > 0.1


def test_a_broken_balance_is_not_hidden_as_rounding():
    before = jnp.ones((1, 8, 8), jnp.float32)
    after = settled(before * 1.01, before, jnp.zeros(1, jnp.float32), jnp.zeros(1, jnp.float32))
    assert float(after.sum()) == pytest.approx(64.64, rel=1e-5)
