"""Files of networks: whole or not at all."""

import os

import numpy as np
import pytest

from industriverse.adapters.network_files import read_network, read_whole, write_whole
from industriverse.engines.forecast.network import Channel, FluxNet, Plan, pack
from industriverse.kernel.errors import ContractError, UnavailableError

PLAN = Plan((Channel("e"),), ("heat",), frames=1, width=4, dilations=(1,), conditions=4)


def test_a_network_comes_back_from_its_file(tmp_path):
    model = FluxNet.untrained(PLAN, 3)
    write_whole(tmp_path / "models" / "heat.safetensors", pack(model, {"seed": 3}))
    back, card = read_network(tmp_path / "models" / "heat.safetensors")
    assert card["seed"] == 3
    np.testing.assert_array_equal(back.head.kernel, model.head.kernel)


def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "state"
    write_whole(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match="No space left"):
        write_whole(path, b"new")
    assert read_whole(path) == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


def test_what_is_missing_or_no_network_is_refused(tmp_path):
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_network(tmp_path / "nothing")
    write_whole(tmp_path / "noise", b"noise")
    with pytest.raises(ContractError, match="no weights with a card"):
        read_network(tmp_path / "noise")
