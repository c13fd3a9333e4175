import jax
import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.forecast.network import (
    Channel,
    FluxNet,
    Objective,
    Plan,
    Scene,
    Window,
    loss,
    rollout,
)
from industriverse.kernel.errors import ContractError

PLAN = Plan((Channel("wave"), Channel("medium", known=True)), ("light",), width=4, dilations=(1,))
SCENE = Scene("light", boundary=("reflecting", "reflecting"))


@pytest.fixture
def model():
    return FluxNet.untrained(PLAN, seed=0)


def frames(seed):
    return jax.random.normal(jax.random.key(seed), (4, 2, 16, 16), jnp.float32)


def test_a_known_channel_stays_as_it_is(model):
    history = frames(0)
    path = rollout(model, history, SCENE, 3)
    np.testing.assert_array_equal(path.mean[:, 1], np.asarray(history)[[-1] * 3, 1])
    assert (np.asarray(path.mean)[0, 0] != np.asarray(history)[-1, 0]).any()


def test_it_is_seen_and_not_scored(model):
    history, truth = frames(0), frames(1)[:2]
    other = truth.at[:, 1].add(5.0)
    value = loss(model, Window(history, truth), SCENE, Objective())[0]
    assert value == loss(model, Window(history, other), SCENE, Objective())[0]
    seen = history.at[:, 1].add(jnp.sin(jnp.arange(16.0, dtype=jnp.float32))[None, :, None])
    assert value != loss(model, Window(seen, truth), SCENE, Objective())[0]


def test_what_is_known_has_no_fluxes():
    with pytest.raises(ContractError, match="'medium' is known"):
        Channel("medium", known=True, conserved=True)


def test_nothing_but_known_channels_is_no_plan():
    with pytest.raises(ContractError, match="needs channels"):
        Plan((Channel("medium", known=True),), ("light",))
