"""What Prometheus sees, under the blueprint's names."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from industriverse.services.documents import PredictDocument

from .guard import TooLargeError

_SECONDS = (0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CEU = (1, 2, 5, 10, 20, 50, 100, 200)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        """Register them in a registry of their own."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total",
            "Answered requests.",
            ["endpoint", "method", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds", "Time to answer.", ["endpoint"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.predict_seconds = Histogram(
            "eil_process_latency_seconds", "Time of one prediction.", ["domain"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.predictions = Counter(
            "eil_requests_total",
            "Predictions by outcome.",
            ["domain", "status"],
            registry=self.registry,
        )
        self.regimes = Counter(
            "regime_detections_total",
            "Regimes named.",
            ["regime", "domain"],
            registry=self.registry,
        )
        self.proofs = Counter(
            "poe_validations_total",
            "Proofs by verdict.",
            ["domain", "passed"],
            registry=self.registry,
        )
        self.checks = Counter(
            "poe_tri_check_results",
            "Checks by verdict.",
            ["check_type", "verdict"],
            registry=self.registry,
        )
        self.ceu = Histogram(
            "market_ceu_cost",
            "CEU charged for a prediction.",
            ["regime"],
            buckets=_CEU,
            registry=self.registry,
        )
        self.joules = Counter(
            "predict_joules_total", "Energy of predictions.", registry=self.registry
        )
        self.imbalance = Gauge(
            "ledger_imbalance_base_units", "Sum over all accounts; anything but 0 is a defect.",
            ["asset"], registry=self.registry,
        )  # fmt: skip

    def observe(self, document: PredictDocument) -> None:
        """Count one answered prediction."""
        domain, regime = document.annotation.domain, document.regime.label
        status = "abstained" if document.abstained else "success"
        self.predict_seconds.labels(domain).observe(document.timing_ms["total"] / 1e3)
        self.predictions.labels(domain, status).inc()
        self.regimes.labels(regime, domain).inc()
        self.proofs.labels(domain, str(document.proof.passed).lower()).inc()
        for check in document.proof.checks:
            self.checks.labels(check.name, check.verdict).inc()
        self.ceu.labels(regime).observe(document.receipt.ceu)
        self.joules.inc(document.receipt.joules)


class Measured:
    """ASGI middleware that counts and times every request, also one that fails.

    It hands on what the request raises as it is: the framework's own middleware class wraps it in
    a group, and the guard would not know a body over the limit again.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and count it by its route."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except TooLargeError:
            status = 413
            raise
        finally:
            endpoint = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.requests.labels(endpoint, scope["method"], status).inc()
            self._metrics.request_seconds.labels(endpoint).observe(time.perf_counter() - began)
