"""Regimes over HTTP: a planted change, problems, the history, events."""

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from industriverse.interfaces.rest import create_app
from industriverse.services.documents import KeptRegimesDocument
from industriverse.services.following import MOST_READINGS, topic_of

HOST = {"host": "127.0.0.1:8000"}
CHANGE, SPIKE, ROWS = 300, 1100, 1200


def readings(rows: int = ROWS) -> list[float]:
    """Noise around 20, around 23 from `CHANGE` on, with one reading far outside."""
    values = 20 + np.random.default_rng(11).normal(0, 0.5, rows)
    values[CHANGE:] += 3
    values[SPIKE:] += 40 * (np.arange(SPIKE, rows) == SPIKE)
    return values.tolist()


def body(**changes) -> dict:
    channels = {"flow": {"unit": "kg/s", "values": readings()}}
    signals = {"step_s": 60, "start": "2026-01-01T00:00:00Z", "channels": channels}
    return {"name": "pump", "signals": signals, **changes}


def csv() -> bytes:
    lines = [f"{60 * i},{value:.4f},7" for i, value in enumerate(readings())]
    return "\n".join(["time,flow [kg/s],state", *lines]).encode()


@pytest.fixture(scope="module")
def answer(client):
    given = client.post("/v1/regime", json=body(scores=True, false_alarms=1e-3))
    assert given.status_code == 200, given.text
    return given.json()


def events(platform, source: str) -> list[dict]:
    found = platform.stream.read(topic_of(source), 0, limit=1000, wait_s=0.0)
    return [json.loads(event.value) for event in found]


def test_a_planted_change_and_spike_are_found(answer):
    document = KeptRegimesDocument.model_validate(answer)
    [change] = document.change_points
    assert abs(change.index - CHANGE) <= 10
    assert change.detected >= CHANGE
    assert change.evidence.startswith("flow: the mean went from 20")
    assert change.time.startswith("2026-01-01T0")
    assert [(s.start, s.end) for s in document.segments] == [
        (0, change.index),
        (change.index, ROWS),
    ]
    assert SPIKE in [anomaly.start for anomaly in document.anomalies]
    assert document.scores is not None
    assert len(document.scores) == ROWS
    assert int(np.argmax(document.scores)) == SPIKE


def test_a_record_is_found_again_without_its_scores(client, answer):
    again = client.get(f"/v1/regime/{answer['id']}")
    assert again.json() == {**answer, "scores": None}


def test_the_preview_of_a_short_record_is_all_of_it(answer):
    preview = answer["preview"]
    assert preview["samples"] == list(range(ROWS))
    assert not preview["thinned"]
    assert preview["values"]["flow"] == readings()
    assert preview["times"][1] - preview["times"][0] == 60


def test_an_uploaded_table_is_followed_on_its_own_clock(client):
    given = client.post(
        "/v1/regime",
        files={"file": ("plant 7.csv", csv())},
        data={"columns": "flow", "false_alarms": "0.001"},
    )
    assert given.status_code == 200, given.text
    document = given.json()
    assert document["input"]["variables"] == ["flow"]
    assert document["false_alarms"] == 0.001
    assert document["scores"] is None
    assert float(document["change_points"][0]["time"]) == 60 * document["change_points"][0]["index"]


def test_numbers_without_a_start_have_no_dates(client):
    asked = body()
    del asked["signals"]["start"]
    document = client.post("/v1/regime", json=asked).json()
    assert document["input"]["start"] is None
    assert float(document["segments"][-1]["end_time"]) == 60 * (ROWS - 1)


def test_a_long_record_is_thinned_to_its_extremes(client):
    values: list[float | None] = np.random.default_rng(3).normal(0, 1, 5000).tolist()
    values[1234], values[4000:4100] = 99.0, [None] * 100
    signals = {"step_s": 1, "channels": {"a": {"values": values}}}
    preview = client.post("/v1/regime", json={"signals": signals}).json()["preview"]
    shown = preview["values"]["a"]
    assert preview["thinned"]
    assert len(shown) == len(preview["samples"]) == len(preview["times"]) == 2000
    at = shown.index(99.0)
    assert abs(preview["samples"][at] - 1234) < 5
    assert min(v for v in shown if v is not None) == min(v for v in values if v is not None)
    assert None in shown
    assert all(np.diff(preview["samples"]) > 0)


def test_what_was_found_is_published(client, platform):
    document = client.post("/v1/regime", json=body(name="published")).json()
    messages = events(platform, "published")
    assert [m["type"] for m in messages] == ["change", "regime"]
    assert all(m["id"] == document["id"] for m in messages)
    assert messages[0]["evidence"] == document["change_points"][0]["evidence"]
    assert messages[1]["label"] == document["regime"]["label"]


def test_a_listener_hears_what_is_found_in_its_source(client, platform):
    client.post("/v1/regime", json=body(name="heard"))
    with (
        TestClient(create_app(platform), base_url="http://127.0.0.1:8000", headers=HOST) as other,
        other.websocket_connect("/v1/regime/stream?source=heard") as socket,
    ):
        assert socket.receive_json()["type"] == "hello"
        first = [socket.receive_json()["type"] for _ in range(2)]
        client.post("/v1/regime", json=body(name="heard"))
        later = [socket.receive_json() for _ in range(2)]
    assert first == ["change", "regime"]
    assert [message["seq"] for message in later] == [2, 3]


def test_pages_of_the_history_join_up(client, answer):
    for _ in range(2):
        client.post("/v1/regime", json=body())
    every = client.get("/v1/regime/history?page_size=100").json()["items"]
    walked: list[dict] = []
    token = None
    while True:
        asked = {"page_size": 2, **({"page_token": token} if token else {})}
        page = client.get("/v1/regime/history", params=asked).json()
        walked += page["items"]
        token = page["next_page_token"]
        if token is None:
            break
    assert walked == every
    mine = next(item for item in every if item["id"] == answer["id"])
    assert mine["changes"] == 1
    assert mine["regime"] == answer["regime"]["label"]
    created = [item["created"] for item in every]
    assert created == sorted(created, reverse=True)


def test_a_token_of_another_list_is_refused(client):
    token = client.get("/v1/proofs?page_size=1").json()["next_page_token"] or "W10"
    assert client.get(f"/v1/regime/history?page_token={token}").status_code == 422


@pytest.mark.parametrize(
    ("payload", "status", "words"),
    [
        ({}, 422, "signals"),
        (body(false_alarms=0), 422, "false_alarms"),
        (body(false_alarms=0.5), 422, "false_alarms"),
        (body(extra=1), 422, "extra"),
        (body(columns=["nothing"]), 404, "nothing"),
        (body(name="a\0b"), 422, "name"),
        ({"signals": {"step_s": 1, "channels": {"a": {"values": [1]}}}}, 422, "constant"),
        ({"signals": {"step_s": 0, "channels": {"a": {"values": [1, 2]}}}}, 422, "step_s"),
        ({"signals": {"step_s": 1, "channels": {"a": {"values": [1e300, 2, -1e300]}}}}, 422, "a"),
    ],
)
def test_bad_numbers_are_refused_in_a_sentence(client, payload, status, words):
    given = client.post("/v1/regime", json=payload)
    assert given.status_code == status, given.text
    problem = given.json()
    assert given.headers["content-type"] == "application/problem+json"
    assert words in problem["detail"] + problem["hint"]
    assert problem["code"] != "defect"


def test_too_many_readings_are_refused_before_any_work(client):
    rows = MOST_READINGS // 5 + 1
    noise = np.random.default_rng(2).normal(0, 1, rows).round(2).tolist()
    channels = {name: {"values": noise} for name in "abcde"}
    given = client.post("/v1/regime", json={"signals": {"step_s": 1, "channels": channels}})
    assert given.status_code == 422
    assert str(MOST_READINGS) in given.json()["detail"]
    assert "industriverse regimes" in given.json()["hint"]


def test_a_field_is_refused(client, tmp_path):
    path = tmp_path / "field.npy"
    np.save(path, np.random.default_rng(1).normal(0, 1, (8, 16, 16)))
    given = client.post("/v1/regime", files={"file": ("field.npy", path.read_bytes())})
    assert given.status_code == 422
    assert "telemetry" in given.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"a,b", "headers": {"content-type": "text/csv"}}, 415),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ({"files": {"file": ("a.csv", b"\x00\x01\x02" * 50)}}, 422),
        ({"files": {"other": ("a.csv", csv())}}, 422),
        ({"files": {"file": ("a.csv", csv())}, "data": {"false_alarms": "often"}}, 422),
        ({"files": {"file": ("a.csv", csv())}, "data": {"colour": "red"}}, 422),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused(client, sent, status):
    given = client.post("/v1/regime", **sent)
    assert given.status_code == status, given.text
    assert given.json()["hint"]


@pytest.mark.parametrize(("path", "status"), [(f"rgm_{'0' * 32}", 404), ("rgm_x", 422)])
def test_unknown_records_are_not_found(client, path, status):
    assert client.get(f"/v1/regime/{path}").status_code == status
