"""The HTTP face over a whole platform: answers, problems, retries, pages, files."""

import io
import json

import numpy as np
import pytest
import xarray as xr

from industriverse.services.documents import PredictDocument

ROWS = 200


def wave(rows: int = ROWS) -> list[float]:
    random = np.random.default_rng(7)
    return (20 + 3 * np.sin(np.arange(rows) / 6) + random.normal(0, 0.2, rows)).tolist()


def body(**changes) -> dict:
    signals = {"step_s": 60, "channels": {"flow": {"unit": "kg/s", "values": wave()}}}
    return {"name": "pump", "signals": signals, "horizon": 6, **changes}


def csv(rows: int = ROWS) -> bytes:
    lines = ["time,flow [kg/s]"]
    lines += [
        f"2026-01-01T{i // 60:02d}:{i % 60:02d}:00Z,{v:.4f}" for i, v in enumerate(wave(rows))
    ]
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def answer(client):
    given = client.post("/v1/bridge/predict", json=body())
    assert given.status_code == 200, given.text
    return given.json()


def test_numbers_give_a_whole_document(answer):
    document = PredictDocument.model_validate(answer)
    assert document.input.rows == ROWS
    assert document.forecast.lead_times == [60.0 * i for i in range(1, 7)]
    values = document.forecast.values["flow"]
    lower, mean, upper = (np.array(v, float) for v in (values.lower, values.mean, values.upper))
    assert (lower <= mean).all()
    assert (mean <= upper).all()
    assert sum(document.forecast.weights.values()) == pytest.approx(1)
    assert sum(document.regime.probabilities.values()) == pytest.approx(1)
    assert document.receipt.micro_ceu <= document.receipt.held_micro_ceu
    assert {check.name for check in document.proof.checks} == {
        "conservation", "entropy", "spectrum", "continuity", "smoothness",
    }  # fmt: skip


def test_the_run_is_found_again_with_its_files(client, answer):
    trace = answer["trace_id"]
    assert client.get(f"/v1/bridge/runs/{trace}").json() == answer
    listed = client.get("/v1/bridge/runs", params={"page_size": 100}).json()["items"]
    assert trace in [item["trace_id"] for item in listed]
    forecast = client.get(f"/v1/bridge/runs/{trace}/files/forecast.nc").content
    data = xr.load_dataset(io.BytesIO(forecast), engine="h5netcdf")
    np.testing.assert_allclose(data["flow"], answer["forecast"]["values"]["flow"]["mean"])
    assert data["flow"].attrs["units"] == "kg s-1"
    assert set(data) >= {"flow", "flow_lower", "flow_upper"}
    picture = client.get(f"/v1/bridge/runs/{trace}/files/plot.png").content
    assert picture.startswith(b"\x89PNG")
    assert client.get(f"/v1/bridge/runs/{trace}/files/other.txt").status_code == 404


def test_the_proof_verifies_and_a_changed_one_does_not(client, answer):
    url = f"/v1/proofs/{answer['proof']['id']}"
    proof = client.get(url).content
    found = client.post(
        "/v1/proofs/verify", content=proof, headers={"content-type": "application/json"}
    ).json()
    assert found["valid"]
    assert {f["name"]: f["outcome"] for f in found["findings"]}["signer"] == "open"
    forged = proof.replace(b'"size":', b'"size": ', 1)
    refused = client.post(
        "/v1/proofs/verify", content=forged, headers={"content-type": "application/json"}
    )
    assert refused.status_code == 422


def test_a_pinned_foreign_key_is_told(client, answer):
    proof = client.get(f"/v1/proofs/{answer['proof']['id']}").content
    found = client.post(
        "/v1/proofs/verify",
        params={"key": "00" * 32},
        content=proof,
        headers={"content-type": "application/json"},
    ).json()
    assert not found["valid"]


def test_an_uploaded_file_is_predicted(client):
    given = client.post(
        "/v1/bridge/predict",
        files={"file": ("plant ../../x.csv", csv())},
        data={"variable": "flow", "horizon": "4"},
    )
    assert given.status_code == 200, given.text
    assert given.json()["input"]["units"] == {"flow": "kg s-1"}
    assert "/" not in given.json()["input"]["name"]


def test_a_field_is_predicted(client):
    x = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    frames = [(290 + np.sin(x + 0.1 * t) + 0 * x[:, None]).tolist() for t in range(12)]
    field = {
        "dt": 60,
        "dx": 10,
        "units": {"temperature": "K"},
        "variables": {"temperature": frames},
    }
    given = client.post("/v1/bridge/predict", json={"field": field, "horizon": 3})
    assert given.status_code == 200, given.text
    assert given.json()["preview"]["kind"] == "maps"
    assert given.json()["input"]["shape"] == [12, 16, 16]


def test_a_retry_with_its_key_gets_the_same_answer_and_pays_once(client, platform):
    key = {"Idempotency-Key": "order-1"}
    first = client.post("/v1/bridge/predict", json=body(), headers=key).json()
    size = platform.prove.size()
    wallet = platform.ledger.balance("wallet:local", "CEU")
    again = client.post("/v1/bridge/predict", json=body(), headers=key).json()
    assert again == first
    assert (platform.prove.size(), platform.ledger.balance("wallet:local", "CEU")) == (size, wallet)
    other = client.post("/v1/bridge/predict", json=body(horizon=7), headers=key)
    assert other.status_code == 409


def test_the_books_balance_after_all_this(client, platform, answer):
    assert sum(platform.ledger.balances("CEU").values()) == 0
    assert platform.ledger.balance("held:local", "CEU") == 0


@pytest.mark.parametrize(
    ("payload", "status", "words"),
    [
        ({}, 422, "exactly one"),
        (body(field={"dt": 1, "dx": 1, "variables": {"a": [[[1]]]}}), 422, "exactly one"),
        (body(horizon=0), 422, "horizon"),
        (body(extra=1), 422, "extra"),
        (body(coverage=1.5), 422, "coverage"),
        (body(variables=["nothing"]), 404, "nothing"),
        (body(domain="alchemy"), 422, "alchemy"),
        ({"signals": {"step_s": 1, "channels": {"a": {"values": [1, 5, 2]}}}}, 422, "30"),
        (
            {"signals": {"step_s": 1, "channels": {"a": {"values": wave()}, "b": {"values": [1]}}}},
            422,
            "lengths",
        ),
        ({"signals": {"step_s": 1, "start": "yesterday", "channels": {"a": {"values": wave()}}}},
         422, "yesterday"),
    ],
)  # fmt: skip
def test_bad_numbers_are_refused_in_a_sentence(client, payload, status, words):
    given = client.post("/v1/bridge/predict", json=payload)
    assert given.status_code == status, given.text
    problem = given.json()
    assert given.headers["content-type"] == "application/problem+json"
    assert words in problem["detail"] + problem["hint"] + json.dumps(problem["context"])
    assert len(problem["trace_id"]) == 32


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"signals": NaN}', b""])
def test_broken_json_is_refused(client, content):
    given = client.post(
        "/v1/bridge/predict", content=content, headers={"content-type": "application/json"}
    )
    assert given.status_code == 422


def test_another_media_type_is_refused(client):
    given = client.post("/v1/bridge/predict", content=b"a,b", headers={"content-type": "text/csv"})
    assert given.status_code == 415


def test_a_broken_form_is_refused(client):
    kind = "multipart/form-data; boundary=x"
    given = client.post("/v1/bridge/predict", content=b"--x\r\n", headers={"content-type": kind})
    assert given.status_code in {400, 422}
    assert given.headers["content-type"] == "application/problem+json"


def test_an_unreadable_upload_says_what_we_read(client):
    given = client.post("/v1/bridge/predict", files={"file": ("a.csv", b"\x00\x01\x02" * 50)})
    assert given.status_code == 422
    assert given.json()["hint"]


def test_a_refused_request_costs_nothing(client, platform):
    before = platform.ledger.balance("wallet:local", "CEU")
    client.post("/v1/bridge/predict", json=body(domain="alchemy"))
    assert platform.ledger.balance("wallet:local", "CEU") == before
    assert platform.ledger.balance("held:local", "CEU") == 0


def test_unknown_things_are_not_found(client):
    assert client.get(f"/v1/bridge/runs/{'0' * 32}").status_code == 404
    assert client.get(f"/v1/proofs/prf_{'0' * 32}").status_code == 404
    assert client.get("/v1/nothing").status_code == 404
    assert client.delete("/v1/proofs").status_code == 405


def test_pages_of_proofs_join_up(client, answer):
    every = [item["id"] for item in client.get("/v1/proofs?page_size=100").json()["items"]]
    walked: list[str] = []
    token = None
    while True:
        page = client.get(
            "/v1/proofs", params={"page_size": 2, **({"page_token": token} if token else {})}
        )
        walked += [item["id"] for item in page.json()["items"]]
        token = page.json()["next_page_token"]
        if token is None:
            break
    assert walked == every
    assert answer["proof"]["id"] in every


def test_maps_of_runs_are_in_the_atlas(client, answer):
    maps = client.get("/v1/atlas/maps", params={"page_size": 100}).json()["items"]
    assert answer["proof"]["id"] in [item["proof_id"] for item in maps]


def test_known_states_are_found_again(client, answer):
    again = client.post("/v1/bridge/predict", json=body()).json()
    assert again["neighbours"][0]["similarity"] > 0.99


def test_health_and_metrics(client, answer):
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").status_code == 200
    text = client.get("/metrics").text
    for name in ("eil_requests_total", "regime_detections_total", "poe_validations_total",
                 "market_ceu_cost_bucket", "http_requests_total"):  # fmt: skip
        assert name in text


def test_not_ready_until_warm(client):
    client.app.state.warm.clear()
    assert client.get("/health/ready").status_code == 503
    client.app.state.warm.set()


@pytest.mark.parametrize("changes", [{"name": "a\0b"}, {"name": "a\nb"}, {"channel": "a\0b"},
                                     {"channel": ""}, {"unit": "k\0g"}])  # fmt: skip
def test_names_that_cannot_be_printed_are_refused(client, changes):
    channels = {changes.get("channel", "flow"): {"unit": changes.get("unit", ""), "values": wave()}}
    asked = {"name": changes.get("name", "pump"), "signals": {"step_s": 1, "channels": channels}}
    assert client.post("/v1/bridge/predict", json=asked).status_code == 422


def test_the_sum_of_the_books_is_measured(client):
    assert 'ledger_imbalance_base_units{asset="CEU"} 0.0' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/a%00b", "/%00", "/..%2f..%2fetc%2fpasswd", "/assets/none.js"])
def test_a_path_that_is_no_page_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_body_over_the_limit_without_a_length_is_too_large(client, platform):
    chunk = b" " * (1 << 22)
    count = platform.settings.upload_limit_mb // 4 + 1
    headers = {"content-type": "application/json"}
    answer = client.post(
        "/v1/bridge/predict", content=(chunk for _ in range(count)), headers=headers
    )
    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"
    counted = 'endpoint="/v1/bridge/predict",method="POST",status="413"'
    assert counted in client.get("/metrics").text


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ({"step_s": 1e300}, "after the year 9998"),
        ({"step_s": 1e-7}, "microsecond"),
        ({"step_s": 1, "start": "9999-12-31T23:59:59Z"}, "after the year 9998"),
    ],
)
def test_a_clock_that_no_calendar_holds_is_refused(client, clock, words):
    signals = {**clock, "channels": {"flow": {"values": wave()}}}
    answer = client.post("/v1/bridge/predict", json={"signals": signals})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
