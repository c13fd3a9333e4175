"""No model without weights that match their card; training learns, shuffled truth does not."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.regimes import (
    FEATURE_NAMES,
    LABELS,
    RegimeModel,
    fit,
    pack,
    unpack,
)
from industriverse.engines.simulation.known_regimes import FAMILIES, Part, known_records
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.services.train_regimes import measure_all

QUICK = tuple(
    family
    for family in FAMILIES
    if family.__name__ in {"plain_noise", "relaxation", "henon", "fold_crossing"}
)


def measured(part: Part, count: int):
    records = known_records(per_family=count, part=part, seed=4, families=QUICK)
    all_measured = measure_all(records)
    return all_measured.features, all_measured.labels


@pytest.fixture(scope="module")
def train():
    return measured("train", 40)


@pytest.fixture(scope="module")
def held_out():
    return measured("held_out", 20)


@pytest.fixture(scope="module")
def model(train) -> RegimeModel:
    return fit(*train, seed=0)


def card(weights: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(weights).hexdigest(), "features": list(FEATURE_NAMES)}


def loss(model: RegimeModel, features, labels) -> float:
    shares = model.probabilities(features)
    return float(-np.log(shares[np.arange(len(labels)), labels] + 1e-12).mean())


def test_training_lowers_the_held_out_loss_and_shuffled_truth_does_not(model, train, held_out):
    features, labels = train
    shuffled = fit(features, np.random.default_rng(0).permutation(labels), seed=0)
    assert loss(model, *held_out) < 0.35
    assert loss(shuffled, *held_out) > np.log(len(LABELS)) - 0.2


def test_held_out_parameters_are_recognised(model, held_out):
    features, labels = held_out
    assert (model.probabilities(features).argmax(axis=1) == labels).mean() > 0.9


def test_fitting_repeats_to_the_last_bit(model, train):
    assert pack(fit(*train, seed=0)) == pack(model)


def test_a_regime_without_records_is_named(train):
    features, labels = train
    kept = labels != LABELS.index("chaotic")
    with pytest.raises(ContractError, match="chaotic"):
        fit(features[kept], labels[kept], seed=0)


def test_weights_come_back_as_they_were(model, held_out):
    weights = pack(model)
    again = unpack(weights, card(weights))
    np.testing.assert_array_equal(
        again.probabilities(held_out[0]), model.probabilities(held_out[0])
    )
    np.testing.assert_array_equal(again.strangeness(held_out[0]), model.strangeness(held_out[0]))
    assert again.sha256 == card(weights)["sha256"]


def test_weights_are_a_safetensors_file(model):
    weights = pack(model)
    size = int.from_bytes(weights[:8], "little")
    assert size % 8 == 0
    assert weights[8 : 8 + size].startswith(b'{"mean":{"dtype":"F64"')


@pytest.mark.parametrize("place", [0, 200, -1])
def test_a_changed_byte_is_refused(model, place):
    weights = bytearray(pack(model))
    described = card(bytes(weights))
    weights[place] ^= 1
    with pytest.raises(UnavailableError, match="hash"):
        unpack(bytes(weights), described)


def test_weights_for_other_features_are_refused(model):
    weights = pack(model)
    with pytest.raises(UnavailableError, match="other features"):
        unpack(weights, {**card(weights), "features": ["mean"]})


def test_probabilities_sum_to_one_and_follow_sharpness(model, held_out):
    shares = model.probabilities(held_out[0])
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, rtol=1e-12)
    blunt = replace(model, sharpness=0.01).probabilities(held_out[0])
    assert np.ptp(blunt) < np.ptp(shares)


def test_distance_grows_away_from_what_is_known(model, held_out):
    assert (model.strangeness(held_out[0]) > 1).mean() < 0.1
    assert (model.strangeness(held_out[0] + 100 * model.scale) > 1).all()
