"""A watch beside a feed: what it tells, and that nobody waits for it."""

import time
from typing import Any

import numpy as np
import pytest

from industriverse.kernel.signals import Channel
from industriverse.services.watching import StreamWatch

CHANNELS = (Channel("flow", "kg/s"), Channel("load", "W"))


def told(rows: np.ndarray) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    watch = StreamWatch(CHANNELS, str, messages.append)
    for row in rows:
        watch.take(row)
    assert messages == []
    watch.start()
    watch.stop(patience_s=300)
    return messages


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(5).normal(0, 1, (count, 2))


def test_a_steady_source_has_nothing_to_tell():
    assert told(rows(400)) == []


def test_a_change_is_told_once_with_its_channel():
    jumping = rows(400)
    jumping[250:, 1] += 6
    [change] = told(jumping)
    assert change["type"] == "change"
    assert abs(int(change["time"]) - 250) <= 5
    assert int(change["detected_time"]) >= 250
    assert change["evidence"].startswith("load: the mean went from")


def test_an_anomaly_is_told_when_it_begins_and_when_it_is_over():
    spiky = rows(3100)
    spiky[3000, 0] = 60
    begun, over = [message for message in told(spiky) if message["type"] == "anomaly"]
    assert (begun["time"], begun["going_on"]) == ("3000", True)
    assert (over["time"], over["end_time"], over["going_on"]) == ("3000", "3000", False)


def test_a_reading_that_is_no_number_is_a_gap_and_ends_nothing():
    broken = rows(400)
    broken[100, 0], broken[101, 1] = np.inf, np.nan
    broken[250:, 0] += 6
    [change] = told(broken)
    assert change["evidence"].startswith("flow")


def test_handing_over_never_waits_even_before_the_start():
    watch = StreamWatch(CHANNELS, str, lambda _: time.sleep(60))
    began = time.perf_counter()
    for row in rows(1000):
        watch.take(row)
    assert time.perf_counter() - began < 1
    watch.stop()


@pytest.mark.parametrize("back", [0, 5])
def test_a_change_older_than_what_is_kept_says_so(back, monkeypatch):
    monkeypatch.setattr("industriverse.services.watching._KEPT", back)
    jumping = rows(400)
    jumping[250:, 1] += 1.2
    assert "before the samples" in told(jumping)[0]["evidence"]
