"""What the network promises whatever its weights."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Channel,
    FluxNet,
    Given,
    Plan,
    Scene,
    Vector,
    extended,
    rollout,
    unrolled,
    without_divergence,
)
from industriverse.engines.forecast.network._layers import Waves
from industriverse.kernel.errors import ContractError
from tests.unit.engines.forecast.network.small import drawn, global_plan, network, small

SCENE = Scene("heat")
WALLED = Scene("heat", boundary=("reflecting", "periodic"))
MIXED = (
    Channel("e", conserved=True, positive=True),
    Channel("t"),
    Channel("m", conserved=True),
    Channel("c", positive=True),
)


@eqx.filter_jit
def step_of(model, history, scene=SCENE, base=None):
    return model(history, scene, base)


@pytest.mark.parametrize(
    ("scene", "dtype", "bound"),
    [(SCENE, jnp.float32, 1e-6), (WALLED, jnp.float32, 1e-6), (SCENE, jnp.float64, 1e-12)],
    ids=["single", "walled", "double"],
)
@pytest.mark.parametrize("plan_of", [small, global_plan])
def test_a_thousand_steps_keep_the_sums_and_no_cell_below_zero(scene, dtype, bound, plan_of):
    plan = plan_of(*MIXED)
    history = drawn(plan, dtype=dtype)
    path = rollout(network(plan, gain=5.0), history, scene, 1000)
    sums = np.asarray(path.mean, np.float64).sum((2, 3))
    start = np.asarray(history[-1], np.float64).sum((1, 2))
    sizes = np.abs(np.asarray(path.mean, np.float64)).sum((2, 3)).max(0)
    assert np.isfinite(sums).all()
    assert path.mean.dtype == dtype
    for channel in (0, 2):
        assert np.abs(sums - start)[:, channel].max() <= bound * sizes[channel]
    assert int((np.asarray(path.mean)[:, [0, 3]] < 0).sum()) == 0
    assert float(path.limited[:, 0].mean()) > 0.01  # the limiter was at work
    assert float(jnp.abs(path.mean[-1] - history[-1]).max()) > 0.1  # and so was the network


def test_single_precision_alone_keeps_the_sums_too():
    with jax.enable_x64(False):
        plan = small()
        history = drawn(plan)
        path = rollout(network(plan, gain=5.0), history, SCENE, 300)
        sums = np.asarray(path.mean, np.float64).sum((1, 2, 3))
    start = np.asarray(history[-1], np.float64).sum()
    assert np.abs(sums / start - 1).max() <= 1e-6


def test_a_declared_exchange_is_met_at_every_step():
    plan = small()
    history = drawn(plan, dtype=jnp.float64)
    exchange = jnp.asarray(np.linspace(-2, 1, 20))[:, None]
    path = rollout(network(plan), history, SCENE, 20, Given(exchange=exchange))
    sums = np.concatenate([[float(history[-1].sum())], np.asarray(path.mean.sum((1, 2, 3)))])
    np.testing.assert_allclose(np.diff(sums), exchange[:, 0], atol=1e-12)


def test_a_loss_beyond_what_is_there_is_refused():
    plan = small()
    history = drawn(plan, dtype=jnp.float64)
    too_much = jnp.full((3, 1), -0.5 * float(history[-1].sum()))
    with pytest.raises(ContractError, match="At lead 3"):
        rollout(network(plan), history, SCENE, 3, Given(exchange=too_much))


@pytest.mark.parametrize("shift", [(1, 0), (0, 3), (5, 7)])
@pytest.mark.parametrize("plan_of", [small, global_plan])
def test_a_shift_of_the_input_shifts_the_forecast(shift, plan_of):
    plan = plan_of(*MIXED)
    model, history = network(plan, gain=5.0), drawn(plan, dtype=jnp.float64)
    plain = step_of(model, history)
    moved = step_of(model, jnp.roll(history, shift, (2, 3)))
    np.testing.assert_allclose(moved.mean, jnp.roll(plain.mean, shift, (1, 2)), atol=2e-5)
    np.testing.assert_allclose(moved.variance, jnp.roll(plain.variance, shift, (1, 2)), rtol=1e-4)


@pytest.mark.parametrize("plan", [small(), global_plan(), replace(global_plan(), modes=12)])
def test_one_network_serves_many_grids(plan):
    model = network(plan)
    for cells in (16, 64, 128):
        step = step_of(model, drawn(plan, cells))
        assert step.mean.shape == (1, cells, cells)
        assert bool(jnp.isfinite(step.mean).all())
        assert float(step.variance.min()) > 0


def changed_by_a_cell(plan, scene=SCENE, cells=32):
    """Return where a forecast changes when one cell, next to the first row, changes."""
    model, history = network(plan, gain=5.0), drawn(plan, cells, dtype=jnp.float64)
    touched = history.at[:, 0, 1, 5].add(1.0)
    return np.abs(step_of(model, touched, scene).variance - step_of(model, history, scene).variance)


def test_the_longest_waves_see_the_whole_grid_and_kernels_their_surroundings():
    plan = small(conditions=8)
    far = changed_by_a_cell(global_plan())[0, 16:18, 20:24]
    # what is left far from a kernel is the global context alone, which is the same in each cell
    assert far.min() > 0
    assert np.ptp(far) > 10 * np.ptp(changed_by_a_cell(plan)[0, 16:18, 20:24])


def test_a_wave_of_a_finer_grid_is_the_same_wave():
    waves = Waves.fresh((2, 3), 4, 1.0, np.random.default_rng(0))

    def field(cells):
        y, x = np.meshgrid(*2 * [2 * np.pi * np.arange(cells) / cells], indexing="ij")
        return np.stack([np.sin(2 * x - y), np.cos(3 * y) + 0.5], -1).astype(np.float32)

    coarse, fine = (waves(jnp.asarray(field(n)), ("periodic", "periodic")) for n in (16, 64))
    np.testing.assert_allclose(fine[::4, ::4], coarse, atol=1e-5)


def test_a_wave_beyond_the_longest_is_left_to_the_cell():
    waves = Waves.fresh((1, 1), 2, 1.0, np.random.default_rng(0))
    short = np.cos(2 * np.pi * 5 * np.arange(16) / 16)[None, :, None] * np.ones((16, 1, 1))
    features = jnp.asarray(short, jnp.float32)
    seen = waves(features, ("periodic", "periodic"))
    np.testing.assert_allclose(seen, waves.near(features), atol=1e-5)


def test_walls_are_seen_and_open_ends_report_their_inflow():
    plan = small()
    model, history = network(plan, gain=5.0), drawn(plan, dtype=jnp.float64)
    periodic, walled = step_of(model, history), step_of(model, history, WALLED)
    assert float(jnp.abs(periodic.mean - walled.mean)[0, 0].max()) > 1e-3
    opened = step_of(model, history, Scene("heat", boundary=("open", "open"), closed=False))
    grown = float((opened.mean - history[-1]).sum())
    assert float(opened.inflow[0]) == pytest.approx(grown, rel=1e-6)
    assert abs(grown) > 1e-3


@pytest.mark.parametrize("plan_of", [small, global_plan])
def test_every_parameter_learns(plan_of):
    plan = plan_of(*MIXED)
    model, history = network(plan), drawn(plan, frames=3)

    def score(model):
        path = unrolled(model, history[:2], SCENE, 1)
        return jnp.mean((path.mean - history[2:]) ** 2) + jnp.mean(jnp.log(path.variance) ** 2)

    gradient = eqx.filter_jit(eqx.filter_grad(score))(model)
    for path, leaf in jax.tree_util.tree_leaves_with_path(gradient):
        assert bool(jnp.isfinite(leaf).all()), path
        assert float(jnp.abs(leaf).max()) > 0, path


def test_a_base_forecast_is_corrected_in_flux_form():
    plan = small()
    history = 2 + drawn(plan, dtype=jnp.float64)
    base = jnp.roll(history[-1], 1, axis=2) + 0.25  # it lets the sum grow, unlawfully
    trusted = step_of(network(plan, gain=0.0), history, base=base)
    np.testing.assert_allclose(trusted.mean, base - 0.25, atol=1e-12)
    corrected = step_of(network(plan), history, base=base)
    assert 0.01 < float(jnp.abs(corrected.mean - trusted.mean).max()) < 1
    for step in (trusted, corrected):
        assert float(step.mean.sum()) == pytest.approx(float(history[-1].sum()), rel=1e-13)


def test_domain_interval_and_spacing_matter():
    plan = Plan((Channel("e"),), ("heat", "fluid"), frames=2, width=8, dilations=(1,))
    model, history = network(plan), drawn(plan)
    scenes = [SCENE, Scene("fluid"), Scene("heat", 2.0), Scene("heat", spacing=(1.0, 2.0))]
    means = [np.asarray(step_of(model, history, scene).mean) for scene in scenes]
    for other in means[1:]:
        assert np.abs(other - means[0]).max() > 1e-5


def test_a_new_domain_starts_from_the_known_ones():
    plan = small(Channel("u"), Channel("v"), vectors=(Vector("u", "v"),))
    model, history = network(plan), drawn(plan)
    wider = extended(model, "brine", (Channel("a"), Channel("b")))
    assert wider.plan.domains == ("heat", "brine")
    assert wider.plan.vectors == (Vector("a", "b"),)
    np.testing.assert_array_equal(
        step_of(wider, history, Scene("brine")).mean, step_of(model, history).mean
    )
    with pytest.raises(ContractError, match="already"):
        extended(model, "heat")
    with pytest.raises(ContractError, match="other kinds"):
        extended(model, "brine", (Channel("a", conserved=True), Channel("b")))


def test_a_flow_without_divergence_stays_so():
    pair = (Channel("u", conserved=True), Channel("v", conserved=True))
    plan = small(*pair, vectors=(Vector("u", "v", divergence_free=True),))
    history = drawn(plan, dtype=jnp.float64)
    path = rollout(network(plan, gain=5.0), history, SCENE, 10)
    k = 2 * np.pi * np.fft.fftfreq(16)
    k[8] = 0
    u, v = np.fft.fft2(np.asarray(path.mean[-1]))
    assert np.abs(k[None] * u + k[:, None] * v).max() < 1e-9 * np.abs(u).max()
    drift = (path.mean.sum((2, 3)) - history[-1].sum((1, 2))[None]) / history[-1].sum((1, 2))[None]
    assert float(jnp.abs(drift).max()) <= 1e-12


def test_the_projection_leaves_what_has_no_divergence():
    place = 2 * np.pi * np.arange(16) / 16
    along_x = jnp.asarray(np.outer(np.sin(place), np.ones(16)))
    along_y = jnp.asarray(np.outer(np.ones(16), np.cos(2 * place)))
    kept = without_divergence(along_x, along_y, (1.0, 0.5))
    np.testing.assert_allclose(kept, [along_x, along_y], atol=1e-12)
    gone = without_divergence(along_y, along_x, (1.0, 1.0))
    np.testing.assert_allclose(gone, np.zeros((2, 16, 16)), atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: (h[:1], SCENE, {}), "reads 2 frames"),
        (lambda h: (h[:, :, :8], SCENE, {}), "too small"),
        (lambda h: (h, Scene("plasma"), {}), "not 'plasma'"),
        (
            lambda h: (h, Scene("heat", boundary=("open", "open")), {"exchange": jnp.zeros(1)}),
            "open scene",
        ),
    ],
)
def test_what_the_plan_does_not_say_is_refused(change, words):
    plan = small()
    history, scene, given = change(drawn(plan))
    with pytest.raises(ContractError, match=words):
        network(plan)(history, scene, **given)


def test_plans_that_no_network_can_follow_are_refused():
    with pytest.raises(ContractError, match="different names"):
        small(Channel("a"), Channel("a"))
    with pytest.raises(ContractError, match="each one of"):
        small(Channel("a"), vectors=(Vector("a", "b"),))
    with pytest.raises(ContractError, match="above 0"):
        Channel("a", spread=0.0)
    pair = small(Channel("u"), Channel("v"), vectors=(Vector("u", "v", True),))
    with pytest.raises(ContractError, match="periodic ends"):
        network(pair)(drawn(pair), WALLED)


def test_the_usual_size_is_small_enough_to_ship_for_eleven_domains():
    plan = Plan(MIXED, ("heat",))
    count = sum(leaf.size for leaf in jax.tree.leaves(FluxNet.untrained(plan, 0)))
    assert 50_000 < count <= 400_000
