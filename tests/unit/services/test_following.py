"""What following keeps and shows, with stores in memory."""

import logging

import numpy as np
import pytest

from industriverse.adapters.clock_system import SystemClock
from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.kernel.context import Context
from industriverse.kernel.ports import ReadResult
from industriverse.kernel.signals import Channel, Signals
from industriverse.services.following import Following, FollowRequest
from industriverse.services.regime_model import shipped_regime_model
from tests.fakes.regimes import MemoryRegimeStore

CONTEXT = Context.fresh()


def request(values: np.ndarray) -> FollowRequest:
    channels = tuple(Channel(f"c{i}", "K") for i in range(values.shape[1]))
    signals = Signals(0.0, 1.0, values, channels)
    names = tuple(channel.name for channel in channels)
    return FollowRequest(ReadResult(signals, names, values.shape, (), "ab" * 32), "plant")


def following(stream: MemoryEventStream) -> Following:
    return Following(MemoryRegimeStore(), stream, SystemClock(), shipped_regime_model)


def noise(rows: int, channels: int) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1, (rows, channels))


def test_an_answer_stands_although_the_stream_takes_no_more(caplog: pytest.LogCaptureFixture):
    stream = MemoryEventStream(topics=1)
    stream.publish("other", "", b"{}")
    service = following(stream)
    with caplog.at_level(logging.WARNING):
        found = service.run(request(noise(50, 1)), CONTEXT)
    assert service.get(found.id, CONTEXT) == found
    assert found.id in caplog.text


def test_records_are_the_tenants_own():
    service = following(MemoryEventStream())
    service.run(request(noise(50, 1)), CONTEXT)
    assert len(service.page(CONTEXT, before=None, limit=9)) == 1
    assert service.page(Context.fresh(tenant="other"), before=None, limit=9) == []


def test_many_channels_are_thinned_further_and_keep_their_extremes():
    values = noise(700, 100)
    values[333, 7] = 50.0
    preview = following(MemoryEventStream()).run(request(values), CONTEXT).preview
    assert preview.thinned
    assert len(preview.samples) * 100 <= 65_536
    assert max(v for v in preview.values["c7"] if v is not None) == 50.0


def test_the_extremes_of_a_stretch_stand_in_their_order():
    rising = np.arange(4000.0)[:, None]
    service = following(MemoryEventStream())
    up = service.run(request(rising), CONTEXT).preview.values["c0"]
    down = service.run(request(-rising), CONTEXT).preview.values["c0"]
    assert up == sorted(v for v in up if v is not None)
    assert down == [-v for v in up if v is not None]
