"""What replicas can be told to run: a network in the units of its channels."""

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.adapters.network_files import write_whole
from industriverse.bootstrap.replica_works import network
from industriverse.engines.forecast.network import Channel, FluxNet, Plan, Scene, pack, rollout
from industriverse.kernel.errors import ContractError
from industriverse.services.ensemble import EnsembleRequest

PLAN = Plan((Channel("heat"),), ("plate",), frames=2, width=8, dilations=(1, 2, 1))


def test_the_scale_of_its_card_is_applied(tmp_path):
    model = FluxNet.untrained(PLAN, seed=0)
    write_whole(tmp_path / "net.safetensors", pack(model, {"scale": {"heat": 1e-5}}))
    history = 1e-5 * np.random.default_rng(0).normal(size=(3, 1, 16, 16))
    work = network(str(tmp_path / "net.safetensors"), "plate")
    expected = rollout(model, jnp.asarray(history[1:] * 1e5, jnp.float32), Scene("plate"), 2).mean
    made = work(EnsembleRequest(history, 2))
    np.testing.assert_allclose(made, 1e-5 * np.asarray(expected), rtol=1e-5, atol=1e-12)


def test_too_short_a_history_is_refused(tmp_path):
    write_whole(tmp_path / "net.safetensors", pack(FluxNet.untrained(PLAN, seed=0), {}))
    work = network(str(tmp_path / "net.safetensors"), "plate")
    with pytest.raises(ContractError, match="needs 2 frames, not 1"):
        work(EnsembleRequest(np.zeros((1, 1, 16, 16)), 2))
