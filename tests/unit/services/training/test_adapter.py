import numpy as np
import pytest

from industriverse.engines.forecast.network import unpack
from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Grid, Trajectory
from industriverse.kernel.plugins import installed
from industriverse.services.training import (
    AdapterRequest,
    forecast_set,
    recording,
    train_adapter,
    train_forecast,
)
from tests.fakes.arrays import MemoryArrayCache
from tests.fakes.training import small, tools

FLUID = forecast_set(installed(), "fluid")


@pytest.fixture(scope="module")
def outside():
    return tools(MemoryArrayCache())


@pytest.fixture(scope="module")
def weights(outside, tmp_path_factory):
    return train_forecast(FLUID, small(), tmp_path_factory.mktemp("ours"), outside).path


def faster(outside, frames=20, names=("swirl",)):
    """Every second frame of a run: the known law, seen at another interval and size."""
    runs = recording(FLUID, "test", 1, outside.cache, cells=16)
    field = 1e3 * runs.values[0, : 2 * frames : 2, 0].astype(np.float64)
    grid = Grid((16, 16), (1 / 16, 1 / 16), ("y", "x"), ("m", "m"), ("periodic", "periodic"))
    return Trajectory(
        dict.fromkeys(names, field), dict.fromkeys(names, "1/s"), grid, 0.0, 0.04, closed=True
    )


def test_an_adapter_lowers_the_error_of_frames_it_never_saw(weights, outside, tmp_path):
    before = weights.read_bytes()
    request = AdapterRequest("tank", steps=60, command="by hand")
    done = train_adapter(faster(outside), weights, request, tmp_path, outside)
    scores = done.record["scores"]
    assert scores["vrmse"] < scores["not_adapted_vrmse"]
    assert scores["vrmse"] < scores["persistence_vrmse"]
    assert done.record["data"]["frames"] == 20
    assert done.record["scale"]["swirl"] > 100
    model, card = unpack(done.path.read_bytes())
    assert model.plan.domains == ("fluid", "tank")
    assert model.plan.names == ("swirl",)
    assert card["from"]["domain"] == "fluid"
    assert weights.read_bytes() == before
    old = unpack(before)[0]
    np.testing.assert_array_equal(model.values.kernel, old.values.kernel)


@pytest.mark.parametrize(
    ("frames", "names", "said"),
    [(7, ("swirl",), "takes 8 frames"), (20, ("a", "b"), "numbers must be equal")],
)
def test_what_cannot_be_adapted_is_said(weights, outside, tmp_path, frames, names, said):
    with pytest.raises(ContractError, match=said):
        train_adapter(
            faster(outside, frames, names), weights, AdapterRequest("tank"), tmp_path, outside
        )
