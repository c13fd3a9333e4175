"""The network that corrects the nearest equation: trained, told of, and kept."""

import pytest

from industriverse.engines.forecast.laws import NoLaw
from industriverse.engines.forecast.network import unpack
from industriverse.kernel.errors import ContractError
from industriverse.kernel.plugins import installed
from industriverse.services.training import _residual as room
from industriverse.services.training import (
    corrected_path,
    forecast_set,
    recording,
    train_residual,
)
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.laws import Known, near
from tests.fakes.training import small, tools

FLUID = forecast_set(installed(), "fluid")


@pytest.fixture(scope="module")
def cache():
    return MemoryArrayCache()


@pytest.mark.slow
def test_it_leaves_less_than_the_equation_alone(cache, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(room, "equation_of", lambda seen, *_: near(seen[-1], factor=0.9))
    done = train_residual(FLUID, small(steps=60), tmp_path, tools(cache, told))
    scores = done.record["scores"]
    assert scores["vrmse"]["1"] < 0.8 * scores["equation_vrmse"]["1"]
    assert scores["vrmse"]["6-12"] < scores["equation_vrmse"]["6-12"]
    assert done.record["base"] == "nearest_equation"
    assert done.record["equations"] == {"train": 6, "test": 2}
    assert [loss["step"] for loss in done.record["losses"]] == 3 * [20, 40, 60]
    assert any("equation of run 6 of 6" in text for text, _ in told)
    assert any("round 3 of 3" in text for text, _ in told)

    model, card = unpack(done.path.read_bytes())
    assert card["sha256"] == done.record["sha256"]
    run = recording(FLUID, "test", 1, cache, cells=16)
    seen = run.values[0, : model.plan.frames]
    path = corrected_path(model, seen, run.scene, 3, Known(seen[-1], factor=0.9))
    assert path.shape == (3, 1, 16, 16)


def test_a_domain_without_equations_has_nothing_to_correct(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "equation_of", lambda *_: NoLaw("none fits", 1.0, {}))
    with pytest.raises(ContractError, match="Only 0 of 6 runs") as refused:
        train_residual(FLUID, small(), tmp_path, tools(cache))
    assert "train forecast fluid" in refused.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_equation_that_is_led_out_of_bounds_is_scored_as_lost(tmp_path, cache, monkeypatch):
    def lost(*_):
        raise ContractError("The solution leaves all bounds.")

    monkeypatch.setattr(room, "equation_of", lambda seen, *_: near(seen[-1]))
    monkeypatch.setattr(room, "corrected_path", lost)
    done = train_residual(FLUID, small(steps=20), tmp_path, tools(cache))
    assert done.record["scores"]["vrmse"] == {"1": None, "6-12": None, "13-30": None}
