"""Weights come back as they were, or not at all."""

import json

import numpy as np
import pytest
from safetensors.numpy import load, save

from industriverse.engines.forecast.network import (
    Channel,
    Scene,
    Vector,
    halved,
    pack,
    rollout,
    unpack,
)
from industriverse.engines.forecast.network._weights import FORMAT, bundle, digest
from industriverse.kernel.errors import ContractError
from tests.unit.engines.forecast.network.small import drawn, network, small

PLAN = small(
    Channel("u", 1.0, 2.0, 3.0, 4.0, conserved=True),
    Channel("v", pseudo=True),
    vectors=(Vector("u", "v"),),
)


def parts():
    data = pack(network(PLAN), {"data": "drawn", "seed": 3})
    size = int.from_bytes(data[:8], "little")
    return load(data), json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["card"])


def test_a_network_comes_back_as_it_was():
    model = network(PLAN)
    back, card = unpack(pack(model, {"data": "drawn", "seed": 3}))
    assert back.plan == PLAN
    assert (card["data"], card["seed"], card["format"]) == ("drawn", 3, FORMAT)
    history = drawn(PLAN)
    ours, theirs = (rollout(m, history, Scene("heat"), 2) for m in (model, back))
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    assert pack(back, {"data": "drawn", "seed": 3}) == pack(model, {"data": "drawn", "seed": 3})


def test_half_precision_halves_the_file_and_loses_nothing_more():
    model = network(PLAN)
    small_model = halved(model)
    whole, half = pack(model, {}), pack(small_model, {})
    assert len(half) < 0.7 * len(whole)
    back, _ = unpack(half)
    history = drawn(PLAN)
    ours, theirs = (rollout(m, history, Scene("heat"), 2) for m in (small_model, back))
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    rough = rollout(model, history, Scene("heat"), 2)
    np.testing.assert_allclose(ours.mean, rough.mean, atol=2e-2)


def test_a_plan_from_before_there_were_modes_is_read():
    tensors, card = parts()
    del card["plan"]["modes"]
    assert unpack(bundle(tensors, card))[0].plan == PLAN


def test_a_missing_weight_is_refused():
    tensors, card = parts()
    del tensors[".head.bias"]
    with pytest.raises(ContractError, match=r"head\.bias"):
        unpack(bundle(tensors, card))


def test_a_weight_of_another_shape_or_type_is_refused():
    tensors, card = parts()
    for wrong in (tensors[".head.bias"][:-1], tensors[".head.bias"].astype(np.float64)):
        with pytest.raises(ContractError, match="the plan needs"):
            unpack(bundle({**tensors, ".head.bias": wrong}, card))


def test_a_weight_that_is_no_number_is_refused():
    tensors, card = parts()
    tensors[".head.bias"][0] = np.nan
    with pytest.raises(ContractError, match="NaN"):
        unpack(bundle(tensors, card))


def test_another_version_is_refused():
    tensors, card = parts()
    with pytest.raises(ContractError, match="version 2"):
        unpack(bundle(tensors, {**card, "version": 2}))


def test_a_changed_weight_is_refused():
    tensors, card = parts()
    changed = {**tensors, ".head.bias": tensors[".head.bias"] + 1}
    with pytest.raises(ContractError, match="not those that their card"):
        unpack(save(changed, {"card": json.dumps(card)}))
    assert digest(changed) != digest(tensors)


def test_a_plan_that_cannot_be_read_is_refused():
    tensors, card = parts()
    with pytest.raises(ContractError, match="plan cannot be read"):
        unpack(bundle(tensors, {**card, "plan": {"channels": []}}))


@pytest.mark.parametrize(
    "data", [b"", b"nothing", save({"a": np.zeros(2)}), save({}, {"card": "{"})]
)
def test_what_is_no_file_of_weights_is_refused(data):
    with pytest.raises(ContractError, match="no weights with a card"):
        unpack(data)
