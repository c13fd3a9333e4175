"""The networks that ship: whole, small, of the declared domains, and better than the last frame."""

import pytest

from industriverse.engines.forecast.network import unpack
from industriverse.kernel.plugins import installed
from industriverse.services.regime_model import models_folder
from industriverse.services.training import forecast_sets

MEGABYTES = 20
FILES = sorted((models_folder() / "forecast").glob("*.safetensors"))


def test_there_are_some_and_they_are_small():
    assert FILES
    assert (
        sum(path.stat().st_size for path in models_folder().rglob("*.safetensors"))
        <= MEGABYTES << 20
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_shipped_network_is_whole_and_better_than_persistence(path):
    model, card = unpack(path.read_bytes())
    chosen = forecast_sets(installed())[path.stem]
    assert card["domain"] == path.stem
    assert model.plan.names == chosen.recipe.fields
    assert model.plan.interval_s == chosen.recipe.frame_s
    assert card["scores"]["vrmse"]["1"] < card["scores"]["persistence_vrmse"]["1"]
    assert card["command"].startswith(f"industriverse train forecast {path.stem} ")
    kept = set(chosen.recipe.conserved)
    assert {c.name for c in model.plan.channels if c.in_flux_form} == kept


CORRECTIONS = sorted((models_folder() / "residual").glob("*.safetensors"))


@pytest.mark.parametrize("path", CORRECTIONS, ids=lambda path: path.stem)
def test_each_shipped_correction_is_whole_and_better_than_its_equation(path):
    model, card = unpack(path.read_bytes())
    chosen = forecast_sets(installed())[path.stem]
    beside, _ = unpack((models_folder() / "forecast" / path.name).read_bytes())
    assert (card["domain"], card["base"]) == (path.stem, "nearest_equation")
    assert model.plan.names == beside.plan.names == chosen.recipe.fields
    assert model.plan.frames == beside.plan.frames
    assert card["command"].startswith(f"industriverse train residual {path.stem} ")
    for window, error in card["scores"]["vrmse"].items():
        assert error < card["scores"]["equation_vrmse"][window]
