"""Each term of the loss sees what it guards, and nothing else moves it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from industriverse.engines.forecast.network import (
    Channel,
    Given,
    Objective,
    Scene,
    Terms,
    Window,
    gaussian_crps,
    loss,
    loss_terms,
    map_entropy,
    vrmse,
)
from tests.unit.engines.forecast.network.small import drawn, network, small

SCENE = Scene("heat")
LOOSE = Channel("e", conserved=True, flux=False)
ALL = Terms(1.0, 1.0, 1.0, 1.0, 1.0)


def spread_of(state):
    return map_entropy(state[0])


def example(plan, base=None, leads=2, seed=0):
    frames = drawn(plan, frames=plan.frames + leads, seed=seed)
    base = None if base is None else base(frames[plan.frames - 1 : -1])
    return Window(frames[: plan.frames], frames[plan.frames :], Given(base))


def terms_of(model, window, objective):
    return jax.jit(lambda: loss_terms(model, window, SCENE, objective))()


def still(plan):
    """Return weights that forecast their base and nothing else."""
    return network(plan, gain=0.0)


def test_the_crps_is_the_integral_that_defines_it():
    mean, spread, truth = 0.3, 0.7, 1.4

    def squared(x):
        return (norm.cdf(x, mean, spread) - (x >= truth)) ** 2

    integral = quad(squared, -10, truth)[0] + quad(squared, truth, 10)[0]
    score = gaussian_crps(jnp.array(mean), jnp.array(spread**2), jnp.array(truth))
    assert float(score) == pytest.approx(integral, rel=1e-6)


def test_the_crps_is_proper():
    """Under draws of a known Gaussian no other Gaussian scores better."""
    draws = jnp.asarray(np.random.default_rng(0).normal(1.0, 2.0, 200_000))

    def mean_score(mean, spread):
        return float(gaussian_crps(jnp.asarray(mean), jnp.asarray(spread**2), draws).mean())

    best = mean_score(1.0, 2.0)
    for mean, spread in ((1.2, 2.0), (0.8, 2.0), (1.0, 1.7), (1.0, 2.3)):
        assert mean_score(mean, spread) > best


def test_vrmse_of_the_mean_is_one_and_of_the_truth_nothing():
    truth = np.random.default_rng(0).normal(size=(3, 2, 16, 16))
    flat = np.broadcast_to(truth.mean((-2, -1), keepdims=True), truth.shape)
    np.testing.assert_allclose(vrmse(flat, truth), 1.0, atol=1e-6)
    np.testing.assert_array_equal(vrmse(truth, truth), 0.0)


def test_score_and_rollout_rise_with_the_error():
    plan = small(Channel("e"))
    right = example(plan)
    wrong = right._replace(truth=right.truth + jnp.asarray([2.0, 5.0])[:, None, None, None])
    good, bad = (terms_of(still(plan), window, Objective()) for window in (right, wrong))
    assert float(bad["score"]) > float(good["score"]) + 0.5
    assert float(bad["rollout"]) > float(bad["score"]) + 0.5


def test_balance_sees_a_sum_that_grows_and_an_exchange_that_explains_it():
    plan = small(LOOSE)
    objective = Objective(Terms(0, 0, 1))
    kept = terms_of(still(plan), example(plan, leads=1), objective)
    window = example(plan, lambda last: last + 0.5, leads=1)
    grown = terms_of(still(plan), window, objective)
    declared = window._replace(given=window.given._replace(exchange=jnp.full((1, 1), 128.0)))
    explained = terms_of(still(plan), declared, objective)
    assert float(kept["balance"]) < 1e-9
    assert float(grown["balance"]) == pytest.approx(0.25, rel=1e-4)
    assert float(explained["balance"]) < 1e-9


def test_flux_form_needs_no_balance_term():
    plan = small()
    assert "balance" not in terms_of(network(plan), example(plan), Objective(ALL))


def test_entropy_sees_a_field_that_gathers_itself():
    plan = small(Channel("e", positive=True))
    objective = Objective(Terms(0, 0, 0, entropy=1.0), spread_of)

    def gathered(last):
        return last**2

    def smoothed(last):
        return (last + jnp.roll(last, 1, 2) + jnp.roll(last, 1, 3)) / 3

    lawful = terms_of(still(plan), example(plan, smoothed, leads=1), objective)
    unlawful = terms_of(still(plan), example(plan, gathered, leads=1), objective)
    assert float(lawful["entropy"]) == 0
    assert float(unlawful["entropy"]) > 0.1
    margin = Objective(Terms(0, 0, 0, entropy=1.0), spread_of, tolerance=0.2)
    steady = terms_of(still(plan), example(plan, leads=1), margin)
    assert float(steady["entropy"]) == pytest.approx(0.2, rel=1e-4)


def test_spectrum_sees_blur_and_not_a_shift():
    plan = small(Channel("e"))
    objective = Objective(Terms(0, 0, 0, spectrum=1.0))

    def told(truth_of):
        window = example(plan, leads=1)
        last = window.history[-1:]
        return float(
            terms_of(still(plan), window._replace(truth=truth_of(last)), objective)["spectrum"]
        )

    assert told(lambda last: last) < 1e-9
    assert told(lambda last: jnp.roll(last, (3, 5), (2, 3))) < 1e-6
    assert told(lambda last: (last + jnp.roll(last, 1, 2) + jnp.roll(last, 1, 3)) / 3) > 0.1


def test_the_loss_is_the_weighted_sum_and_a_zero_switches_off():
    plan = small(LOOSE, Channel("c"))
    model, window = network(plan), example(plan)
    weighted = Objective(Terms(2.0, 2.0, 2.0, 2.0, 2.0), spread_of)
    value, found = jax.jit(lambda: loss(model, window, SCENE, weighted))()
    assert set(found) == {"score", "rollout", "balance", "entropy", "spectrum"}
    assert float(value) == pytest.approx(2 * sum(map(float, found.values())), rel=1e-6)
    for name in found:
        weights = Objective(Terms(**{n: float(n != name) for n in found}), spread_of)
        left = jax.eval_shape(lambda w=weights: loss_terms(model, window, SCENE, w))
        assert set(left) == set(found) - {name}


def test_a_cut_changes_the_gradient_and_not_the_value():
    plan = small(Channel("e"), frames=1)
    model, window = network(plan), example(plan)

    def graded(cut):
        objective = Objective(Terms(0, 1), cut=cut)
        value = jax.value_and_grad(
            lambda bias: loss(_with_bias(model, bias), window, SCENE, objective)[0]
        )
        return jax.jit(value)(model.head.bias)

    (whole, through), (pushed, stopped) = graded(False), graded(True)
    assert float(whole) == pytest.approx(float(pushed), rel=1e-6)
    assert float(jnp.abs(through - stopped).max()) > 1e-6


def _with_bias(model, bias):
    return eqx.tree_at(lambda m: m.head.bias, model, bias)
