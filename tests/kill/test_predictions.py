"""Fifty kills during a load of predictions; 500 are recorded in docs/proofs."""

import pytest

from tests.kill.predictions import History, kill_once, settle_all

KILLS, SEED = 50, 20261123


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills_lose_nothing_that_was_acknowledged(tmp_path):
    history = History()
    for number in range(KILLS):
        kill_once(tmp_path / "platform", number, SEED, history)
    settle_all(tmp_path / "platform", history)
    assert len(history.acknowledged) > KILLS, "the load was too light to show anything"
