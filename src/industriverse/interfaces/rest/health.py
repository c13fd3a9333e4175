"""Is the process alive, is the platform ready, and its metrics."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from industriverse.kernel.errors import UnavailableError

from .metrics import Metrics
from .problems import documented

router = APIRouter(tags=["health"])

_ASSET = "CEU"


class Health(BaseModel):
    """A sign of life."""

    status: str


@router.get("/health/live", summary="Is the process alive?")
def live() -> Health:
    """Answer as soon as the process can."""
    return Health(status="alive")


@router.get("/health/ready", summary="Is the platform ready?", responses=documented(503))
def ready(request: Request) -> Health:
    """Answer 200 once the stores are open and every method has been warmed up."""
    if not request.app.state.warm.is_set():
        raise UnavailableError("The platform is still warming up.", hint="Ask again in a second.")
    request.app.state.platform.prove.size()
    return Health(status="ready")


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Return the text exposition of every metric."""
    metrics: Metrics = request.app.state.metrics
    books = request.app.state.platform.ledger.balances(_ASSET)
    metrics.imbalance.labels(_ASSET).set(sum(books.values()))
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
