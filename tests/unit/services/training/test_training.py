import json
from dataclasses import replace

import numpy as np
import pytest

from industriverse.engines.forecast.network import unbundled, unpack
from industriverse.kernel.errors import ContractError, NotFoundError, UnavailableError
from industriverse.kernel.plugins import installed
from industriverse.services.training import (
    Paused,
    forecast_set,
    ours_of,
    recording,
    train_forecast,
)
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.training import small, tools

FLUID = forecast_set(installed(), "fluid")


@pytest.fixture(scope="module")
def cache():
    return MemoryArrayCache()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def trained(cache, folder, told):
    return train_forecast(FLUID, small(), folder, tools(cache, told))


def test_the_held_out_error_falls_below_persistence(trained):
    losses = trained.record["losses"]
    assert [record["step"] for record in losses] == [20, 40, 60]
    assert losses[-1]["held_out"] < 0.8 * losses[0]["held_out"]
    assert losses[-1]["error"] < 0.7 * losses[-1]["persistence"]


def test_shuffled_truths_teach_nothing(trained, cache, tmp_path):
    done = train_forecast(FLUID, small(shuffled=True), tmp_path, tools(cache))
    last = done.record["losses"][-1]
    assert last["error"] > 0.95 * last["persistence"]
    assert last["error"] > 1.3 * trained.record["losses"][-1]["error"]


def test_the_file_holds_the_weights_that_its_card_and_record_name(trained, folder):
    data = trained.path.read_bytes()
    model, card = unpack(data)
    assert card["sha256"] == trained.record["sha256"]
    assert model.plan.names == ("vorticity",)
    assert model.plan.channels[0].conserved
    assert card["domain"] == "fluid"
    assert card["command"] == "by hand"
    assert card["data"]["runs"] == {"train": 6, "validation": 2, "test": 2}
    assert set(card["scores"]["vrmse"]) == {"1", "6-12", "13-30"}
    assert card["scores"]["persistence_vrmse"]["1"] > 0
    assert card["training"]["joules"] == 3.0
    assert not list(folder.glob("*.state"))
    lines = (folder / "experiments.jsonl").read_text().splitlines()
    assert [json.loads(line)["sha256"] for line in lines] == [card["sha256"]]


def test_progress_names_step_loss_errors_and_time(trained, told):
    del trained
    text, share = told[-1]
    assert share == 1.0
    assert text.startswith("fluid: step 60 of 60, loss ")
    assert "persistence" in text
    assert text.endswith("0 s left")


def test_a_stopped_training_goes_on_to_the_same_bits(trained, cache, tmp_path):
    with pytest.raises(Paused, match="step 20 of 60"):
        train_forecast(FLUID, small(minutes=0.0), tmp_path, tools(cache))
    assert not list(tmp_path.glob("*.safetensors"))
    again = train_forecast(FLUID, small(resume=True), tmp_path, tools(cache))
    assert again.record["sha256"] == trained.record["sha256"]
    assert again.record["losses"] == trained.record["losses"]


def test_another_seed_gives_other_weights(trained, cache, tmp_path):
    other = train_forecast(FLUID, small(seed=1), tmp_path, tools(cache))
    assert other.record["sha256"] != trained.record["sha256"]


def test_there_must_be_a_state_to_resume_from(cache, tmp_path):
    with pytest.raises(NotFoundError, match="no state"):
        train_forecast(FLUID, small(resume=True), tmp_path, tools(cache))


def test_a_state_of_other_settings_is_refused(trained, cache, tmp_path):
    del trained
    with pytest.raises(Paused):
        train_forecast(FLUID, small(minutes=0.0), tmp_path, tools(cache))
    with pytest.raises(ContractError, match="other settings"):
        train_forecast(FLUID, small(steps=80, resume=True), tmp_path, tools(cache))


def test_our_terms_are_read_from_the_card(trained, cache):
    ours = ours_of(FLUID, trained.path, tools(cache))
    assert len(ours.seen.values) == 6
    assert len(ours.tested.values) == 2
    assert ours.seconds > 0
    np.testing.assert_array_equal(
        ours.seen.values, recording(FLUID, "train", 6, cache, cells=16).values
    )


def test_what_the_correction_took_counts_as_ours(trained, cache, tmp_path):
    for folder in ("forecast", "residual"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / trained.path.name).write_bytes(trained.path.read_bytes())
    alone = ours_of(FLUID, trained.path, tools(cache)).seconds
    both = ours_of(FLUID, tmp_path / "forecast" / trained.path.name, tools(cache)).seconds
    assert both == pytest.approx(2 * alone)


def test_weights_that_were_changed_are_refused(trained, cache, tmp_path):
    data = bytearray(trained.path.read_bytes())
    data[-3] ^= 1
    changed = tmp_path / "fluid.safetensors"
    changed.write_bytes(bytes(data))
    with pytest.raises(ContractError, match="not those that their card"):
        ours_of(FLUID, changed, tools(cache))


def test_runs_that_are_not_those_of_the_card_are_refused(trained, cache):
    other = replace(FLUID, recipe=replace(FLUID.recipe, skip=FLUID.recipe.skip + 1))
    with pytest.raises(ContractError, match="not those that"):
        ours_of(other, trained.path, tools(cache))


def test_no_weights_are_said(tmp_path, cache):
    with pytest.raises(UnavailableError, match="cannot be read"):
        ours_of(FLUID, tmp_path / "none.safetensors", tools(cache))


def test_the_card_is_in_the_file_as_json(trained):
    card = unbundled(trained.path.read_bytes())[1]
    assert json.loads(json.dumps(card)) == card
