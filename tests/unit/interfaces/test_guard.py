"""The guard in front of the API: hosts, origins, token, size, trace, headers."""

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from industriverse.interfaces.rest import problems
from industriverse.interfaces.rest.guard import Guard, GuardRules, allowed_hosts

TOKEN = "a-token-that-only-this-test-knows"
LIMIT = 1000


def make_client(token: str = "", bound: str = "127.0.0.1") -> TestClient:
    app = FastAPI()

    @app.get("/thing")
    def thing(request: Request) -> dict[str, str]:
        return {"trace": request.state.trace_id}

    @app.post("/thing")
    async def post(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/broken")
    def broken() -> None:
        raise KeyError("wholly unforeseen")

    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {}

    app.add_middleware(Guard, rules=GuardRules(allowed_hosts(bound), token, LIMIT))
    problems.install(app)
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil"])
def test_a_foreign_host_name_is_refused(host):
    answer = make_client().get("/thing", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost:8000", "portal.localhost:8000", "[::1]:8000"])
def test_loopback_names_are_answered(host):
    assert make_client().get("/thing", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_a_foreign_page_cannot_write(origin):
    answer = make_client().post("/thing", content=b"x", headers={"origin": origin})
    assert answer.status_code == 403


def test_our_own_page_can_write():
    answer = make_client().post("/thing", content=b"x", headers={"origin": "http://127.0.0.1:8000"})
    assert answer.json() == {"bytes": 1}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic " + TOKEN])
def test_with_a_token_set_every_request_needs_it(header):
    client = make_client(TOKEN)
    answer = client.get("/thing", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/health/live").status_code == 200
    assert client.get("/thing", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_declared_large_body_is_refused_before_it_is_read():
    answer = make_client().post("/thing", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_large_body_without_a_length_is_refused_too():
    answer = make_client().post("/thing", content=(b"x" * 300 for _ in range(5)))
    assert answer.status_code == 413


def test_a_trace_is_continued_and_a_broken_one_replaced():
    client = make_client()
    trace = "0af7651916cd43dd8448eb211c80319c"
    parent = f"00-{trace}-b7ad6b7169203331-01"
    assert client.get("/thing", headers={"traceparent": parent}).json()["trace"] == trace
    fresh = client.get("/thing", headers={"traceparent": "nonsense"})
    assert len(fresh.json()["trace"]) == 32
    assert fresh.headers["x-trace-id"] == fresh.json()["trace"]


def test_every_answer_carries_the_security_headers():
    answer = make_client().get("/nothing-here")
    assert answer.status_code == 404
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_answer_for_our_own_defect_carries_them_too(caplog):
    answer = make_client().get("/broken")
    assert answer.status_code == 500
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "wholly unforeseen" in caplog.text
    assert "wholly unforeseen" not in answer.text


def test_bound_to_every_address_it_answers_to_any_name_but_not_without_the_token():
    client = make_client(TOKEN, bound="0.0.0.0")
    headers = {"host": "plant.example:8000"}
    assert client.get("/thing", headers=headers).status_code == 401
    headers["authorization"] = f"Bearer {TOKEN}"
    assert client.get("/thing", headers=headers).status_code == 200
