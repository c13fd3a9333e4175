import json

import numpy as np
import pytest

from industriverse.engines.forecast.network import unpack
from industriverse.kernel.errors import ContractError, UnavailableError
from industriverse.kernel.plugins import installed
from industriverse.services.training import _rivals as rivals_module
from industriverse.services.training import (
    forecast_set,
    network_plan,
    of_plan,
    recording,
    rival_windows,
    train_forecast,
    train_rivals,
    unpack_rival,
)
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.training import small, tools

FLUID = forecast_set(installed(), "fluid")


@pytest.fixture(scope="module")
def cache():
    return MemoryArrayCache()


def test_without_their_library_the_hint_says_how(monkeypatch, cache):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(rivals_module, "import_module", missing)
    seen = recording(FLUID, "train", 1, cache, cells=16)
    plan = network_plan(FLUID, seen, small())
    with pytest.raises(UnavailableError, match="pdequinox") as refused:
        rivals_module.untrained("unet", plan, seen.scene, 0)
    assert "bench-peers" in refused.value.hint


@pytest.mark.slow
def test_an_fno_trains_on_our_windows_and_comes_back_the_same(cache, tmp_path):
    pytest.importorskip("pdequinox")
    ours = train_forecast(FLUID, small(steps=150), tmp_path, tools(cache))
    found = train_rivals(FLUID, ours.path, tmp_path, tools(cache), kinds=("fno",))
    record = found[0]
    assert record["kind"] == "fno"
    assert record["steps"] >= 150
    assert record["data"] == ours.record["data"]
    assert record["losses"][-1][1] < record["losses"][0][1]
    assert json.loads((tmp_path / "rivals.jsonl").read_text())["sha256"] == record["sha256"]

    plan = unpack(ours.path.read_bytes())[0].plan
    tested = recording(FLUID, "test", 2, cache, cells=16)
    data = (tmp_path / "fluid-fno.safetensors").read_bytes()
    rival = unpack_rival(data, plan, tested.scene)
    asked = of_plan(tested.values, plan)
    first = np.sqrt(((rival_windows(rival, asked) - asked.truth) ** 2)[:, 0].mean())
    still = np.sqrt(((asked.history[:, -1:] - asked.truth) ** 2)[:, 0].mean())
    assert first < still
    other = network_plan(FLUID, tested, small())
    with pytest.raises(ContractError, match="other channels or frames"):
        unpack_rival(data, other, tested.scene)
    with pytest.raises(ContractError, match="no rival"):
        unpack_rival(ours.path.read_bytes(), plan, tested.scene)
