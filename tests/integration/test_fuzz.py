"""The API against its own OpenAPI: no 5xx, no undocumented status, no schema breach."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from industriverse.interfaces.rest import create_app

EXAMPLES = 60
RULES = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
HOST = {"host": "127.0.0.1"}
# Not `positive_data_acceptance`: no schema can say that a proof is canonical or a token ours.
PROMISES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = [
    "POST /v1/bridge/predict",
    "GET /v1/bridge/runs",
    "GET /v1/bridge/runs/{trace_id}",
    "GET /v1/bridge/runs/{trace_id}/files/{name}",
    "POST /v1/regime",
    "GET /v1/regime/history",
    "GET /v1/regime/{regime_id}",
    "GET /v1/proofs",
    "GET /v1/proofs/{proof_id}",
    "POST /v1/proofs/verify",
    "GET /v1/atlas/maps",
    "GET /v1/atlas/summary",
    "GET /v1/atlas/built",
    "GET /v1/atlas/built/{sequence}/{frame}",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
]


@pytest.fixture(scope="module")
def operations(platform):
    app = create_app(platform)
    app.state.warm.set()
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)
    results: list[Any] = list(schema.get_all_operations())
    found = [result.ok() for result in results]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in found}


def test_every_operation_is_fuzzed(operations):
    assert sorted(operations) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_keeps_to_its_schema(operations, name):
    @RULES
    @given(case=operations[name].as_strategy())
    def keeps(case):
        case.call_and_validate(headers=HOST, checks=PROMISES)

    keeps()


@pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if "/v1/" in name and "summary" not in name]
)
def test_an_operation_withstands_what_its_schema_forbids(operations, name):
    operation = operations[name]
    mode = schemathesis.GenerationMode.NEGATIVE

    @RULES
    @given(case=operation.as_strategy(generation_mode=mode))
    def withstands(case):
        case.call_and_validate(headers=HOST, checks=[*PROMISES, checks.negative_data_rejection])

    withstands()
