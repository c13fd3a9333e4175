"""Each prediction moves each metric by what its document says."""

import json
from pathlib import Path

import pytest

from industriverse.interfaces.rest.metrics import Metrics
from industriverse.services.documents import PredictDocument

GOLDEN = Path(__file__).parents[2] / "golden" / "predict.json"


@pytest.fixture(scope="module")
def document():
    return PredictDocument.model_validate_json(GOLDEN.read_text("utf-8"))


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def test_nothing_is_counted_before_the_first_prediction(document):
    domain = document.annotation.domain
    assert value(Metrics(), "eil_requests_total", domain=domain, status="success") is None


def test_two_predictions_count_twice(document):
    metrics = Metrics()
    metrics.observe(document)
    metrics.observe(document)
    domain, regime = document.annotation.domain, document.regime.label
    passed = json.dumps(document.proof.passed)
    assert value(metrics, "eil_requests_total", domain=domain, status="success") == 2
    assert value(metrics, "regime_detections_total", regime=regime, domain=domain) == 2
    assert value(metrics, "poe_validations_total", domain=domain, passed=passed) == 2
    assert value(metrics, "predict_joules_total") == pytest.approx(2 * document.receipt.joules)


def test_price_and_time_are_those_of_the_document(document):
    metrics = Metrics()
    metrics.observe(document)
    domain, regime = document.annotation.domain, document.regime.label
    assert value(metrics, "market_ceu_cost_sum", regime=regime) == document.receipt.ceu
    seconds = value(metrics, "eil_process_latency_seconds_sum", domain=domain)
    assert seconds == pytest.approx(document.timing_ms["total"] / 1000)


def test_each_check_counts_under_its_verdict(document):
    metrics = Metrics()
    metrics.observe(document)
    for check in document.proof.checks:
        labels = {"check_type": check.name, "verdict": check.verdict}
        assert value(metrics, "poe_tri_check_results_total", **labels) == 1


def test_an_abstained_answer_is_no_success(document):
    metrics = Metrics()
    metrics.observe(document.model_copy(update={"abstained": True, "reason": "a jump"}))
    domain = document.annotation.domain
    assert value(metrics, "eil_requests_total", domain=domain, status="abstained") == 1
    assert value(metrics, "eil_requests_total", domain=domain, status="success") is None
