"""The live feed and its socket: samples, predictions and settlements in order, none lost."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from industriverse.adapters.stream_memory import MemoryEventStream
from industriverse.interfaces.rest import create_app
from industriverse.kernel.signals import Channel
from industriverse.services.documents import PredictDocument
from industriverse.services.live import LiveFeed, LivePace

HOST = {"host": "127.0.0.1:8000"}
"""Starlette's test client calls itself `testserver` on sockets, which the guard refuses."""

PACE = LivePace(sample_every_s=0.01, predict_every=5, window=120, horizon=5, keep_runs=3)


class Waves:
    name, title, simulated, step_s = "waves", "Two waves", True, 2.0
    channels = (Channel("slow", "K"), Channel("fast", "K"))

    def __init__(self) -> None:
        self._random, self._count = np.random.default_rng(3), 0

    @property
    def titles(self) -> dict[str, str]:
        return {"slow": "Slow wave"}

    def advance(self, count: int) -> np.ndarray:
        at = self._count + np.arange(count)
        self._count += count
        noise = self._random.normal(0, 0.05, (count, 2))
        return np.column_stack([np.sin(at / 20), np.sin(at / 4)]) + noise


@pytest.fixture(scope="module")
def feed(platform):
    made = LiveFeed(Waves(), platform.predict, platform.settle, platform.stream, PACE)
    made.start(datetime(2026, 1, 1, tzinfo=UTC))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def socket_client(platform, feed):
    app = create_app(platform, feed)
    app.state.warm.set()
    with TestClient(app, base_url="http://127.0.0.1:8000", headers=HOST) as client:
        yield client


def read_messages(feed: LiveFeed, until: str, patience_s: float = 60) -> list[dict]:
    end, offset, messages = time.monotonic() + patience_s, 0, []
    while time.monotonic() < end:
        for event in feed.stream.read(feed.topic, offset, limit=1000, wait_s=0.2):
            messages.append(json.loads(event.value))
            offset = event.offset + 1
        if any(message["type"] == until for message in messages):
            return messages
    raise AssertionError(f"no {until!r} in {patience_s} s: {[m['type'] for m in messages][-20:]}")


def test_the_feed_predicts_and_settles_its_own_past(feed, platform):
    messages = read_messages(feed, "settled")
    kinds = [message["type"] for message in messages]
    assert kinds[:120] == ["samples"] * 120
    first = next(message for message in messages if message["type"] == "prediction")
    document = PredictDocument.model_validate(first["document"])
    assert "simulated" in " ".join(document.input.warnings)
    settled = next(message for message in messages if message["type"] == "settled")
    assert settled["parent"] == document.proof.id
    assert 0 <= settled["coverage"] <= 1
    record = platform.prove.record(settled["proof_id"])
    assert record.stage == "settled"
    assert [c.name for c in record.checks] == [c.name for c in document.proof.checks]


def test_a_settlement_scores_against_what_then_came(feed):
    """The skill is that of the samples published after the prediction, not of any others."""
    messages = read_messages(feed, "settled")
    at = next(i for i, m in enumerate(messages) if m["type"] == "prediction")
    after = [m["values"] for m in messages[at:] if m["type"] == "samples"][: PACE.horizon]
    values = messages[at]["document"]["forecast"]["values"]
    inside = [
        low <= sample[name] <= high
        for name, made in values.items()
        for sample, low, high in zip(after, made["lower"], made["upper"], strict=True)
    ]
    settled = next(message for message in messages if message["type"] == "settled")
    assert settled["coverage"] == pytest.approx(np.mean(inside))


def test_samples_keep_the_sources_clock(feed):
    samples = [m for m in read_messages(feed, "settled") if m["type"] == "samples"]
    times = [datetime.fromisoformat(m["time"]) for m in samples]
    steps = {(b - a).total_seconds() for a, b in pairwise(times)}
    assert steps == {2.0}


def test_old_runs_of_the_feed_are_forgotten_but_not_their_proofs(feed, platform):
    read_messages(feed, "settled")
    mine = [r for r in platform.runs.store.page(tenant="local", before=None, limit=100)
            if r.name == "Two waves"]  # fmt: skip
    assert 1 <= len(mine) <= PACE.keep_runs + 1


def test_a_listener_is_greeted_and_hears_everything_in_order(socket_client, feed):
    read_messages(feed, "prediction")
    with socket_client.websocket_connect("/v1/bridge/stream") as socket:
        hello = socket.receive_json()
        heard = [socket.receive_json() for _ in range(130)]
    assert hello["type"] == "hello"
    assert [c["name"] for c in hello["channels"]] == ["slow", "fast"]
    numbers = [message["seq"] for message in heard]
    assert numbers == list(range(numbers[0], numbers[0] + 130))


def test_a_listener_that_was_cut_off_loses_and_doubles_nothing(socket_client, feed):
    read_messages(feed, "prediction")
    heard: list[int] = []
    after = ""
    for _ in range(5):
        with socket_client.websocket_connect(f"/v1/bridge/stream{after}") as socket:
            assert socket.receive_json()["type"] == "hello"
            heard += [socket.receive_json()["seq"] for _ in range(7)]
        after = f"?after={heard[-1]}"
    assert heard == list(range(heard[0], heard[0] + 35))


@pytest.mark.parametrize("after", ["x", "-1", "1e3", "9" * 40])
def test_a_broken_place_is_refused(socket_client, after):
    with socket_client.websocket_connect(f"/v1/bridge/stream?after={after}") as socket:
        with pytest.raises(WebSocketDisconnect) as left:
            socket.receive_json()
        assert left.value.code == 1008


def test_a_foreign_page_may_not_listen(socket_client):
    headers = {**HOST, "origin": "http://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        socket_client.websocket_connect("/v1/bridge/stream", headers=headers),
    ):
        pass


def test_without_a_source_the_listener_is_told(platform):
    client = TestClient(create_app(platform), base_url="http://127.0.0.1:8000", headers=HOST)
    with client, client.websocket_connect("/v1/bridge/stream") as socket:
        with pytest.raises(WebSocketDisconnect) as left:
            socket.receive_json()
        assert left.value.code == 1013


def test_a_failing_prediction_is_published_and_the_feed_goes_on(platform):
    class Broken(Waves):
        name = "broken"

        def advance(self, count: int) -> np.ndarray:
            return np.full((count, 2), np.nan)

    stream = MemoryEventStream()
    feed = LiveFeed(Broken(), platform.predict, platform.settle, stream, PACE)
    feed.start(datetime(2026, 1, 1, tzinfo=UTC))
    messages = read_messages(feed, "problem")
    read_messages(feed, "samples")
    feed.stop()
    problem = next(message for message in messages if message["type"] == "problem")
    assert problem["detail"]
    assert all(v is None for v in messages[0]["values"].values())


def test_a_change_of_the_source_is_published_with_its_evidence(platform):
    class Jumping(Waves):
        name = "jumping"

        def advance(self, count: int) -> np.ndarray:
            noise = np.random.default_rng(self._count).normal(0, 0.1, (count, 2))
            jump = 5.0 * (self._count + np.arange(count) >= 150)
            self._count += count
            noise[:, 1] += jump
            return noise

    pace = replace(PACE, predict_every=10_000)
    stream = MemoryEventStream()
    feed = LiveFeed(Jumping(), platform.predict, platform.settle, stream, pace)
    feed.start(datetime(2026, 1, 1, tzinfo=UTC))
    messages = read_messages(feed, "change", patience_s=300)
    feed.stop()
    change = next(message for message in messages if message["type"] == "change")
    began = datetime.fromisoformat(messages[0]["time"])
    late = (datetime.fromisoformat(change["time"]) - began).total_seconds()
    assert late == pytest.approx(150 * 2.0, abs=10)
    assert change["detected_time"] >= change["time"]
    assert change["evidence"].startswith("fast: the mean went from")
    told = [message["type"] for message in messages]
    assert told.index("change") > told.index("prediction")
