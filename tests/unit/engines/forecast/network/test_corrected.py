"""Another forecaster's steps, each corrected before the next one is asked for."""

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Batches,
    Channel,
    Given,
    Recording,
    Scene,
    corrected,
    rollout,
)
from industriverse.kernel.errors import ContractError
from tests.unit.engines.forecast.network.small import carried, drawn, network, small

SCENE = Scene("heat")
LOOSE = small(Channel("e"))


def rolled(frame):
    return np.roll(frame, 1, axis=-1)


def test_a_network_that_adds_nothing_leaves_the_other_forecast_as_it_is():
    history = drawn(LOOSE)
    path = corrected(network(LOOSE, gain=0.0), history, SCENE, 3, rolled)
    for lead, frame in enumerate(path.mean, start=1):
        np.testing.assert_allclose(frame, jnp.roll(history[-1], lead, axis=-1), atol=1e-6)


def test_the_other_forecaster_is_asked_anew_after_each_correction():
    history, model = drawn(LOOSE), network(LOOSE)
    path = corrected(model, history, SCENE, 2, rolled)
    window, variances = history, []
    for lead in range(2):
        base = jnp.roll(window[-1], 1, axis=-1)[None]
        step = rollout(model, window, SCENE, 1, Given(base))
        np.testing.assert_allclose(path.mean[lead], step.mean[0], atol=1e-6)
        variances.append(np.asarray(step.variance[0]))
        window = jnp.concatenate([window[1:], step.mean])
    np.testing.assert_allclose(path.variance[1], variances[0] + variances[1], rtol=1e-5)
    assert path.inflow.shape == (2, 1)


def test_sums_are_kept_though_the_other_forecaster_loses_them():
    plan = small()
    history = drawn(plan, dtype=jnp.float64)
    path = corrected(network(plan), history, SCENE, 5, lambda frame: 0.9 * frame)
    np.testing.assert_allclose(path.mean.sum((1, 2, 3)), float(history[-1].sum()), rtol=1e-12)


def test_a_forecaster_that_gives_up_is_not_hidden():
    def lost(frame):
        raise ContractError("The solution leaves all bounds.")

    with pytest.raises(ContractError, match="leaves all bounds"):
        corrected(network(LOOSE), drawn(LOOSE), SCENE, 2, lost)


def test_what_is_seen_may_be_a_forecast_while_the_truth_is_learned():
    values = carried(1, 6)
    own = values + 1
    runs = Recording(values, SCENE, seen=own)
    example = runs.window(0, 1, 2, 3)
    np.testing.assert_array_equal(example.history, own[0, 1:3])
    np.testing.assert_array_equal(example.truth, values[0, 3:6])
    half = runs.coarser(2)
    assert half.seen is not None
    np.testing.assert_allclose(half.seen, half.values + 1, rtol=1e-6)
    window, _ = Batches((runs,), small(), 2, 2, seed=0).draw(0)
    assert float(window.history.mean() - window.truth.mean()) == pytest.approx(1, abs=1e-3)
