"""Build the HTTP application of a platform."""

import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import anyio
from fastapi import FastAPI

from industriverse.bootstrap.wiring import Platform
from industriverse.services.atlas import GrowingAtlas
from industriverse.services.live import LiveFeed

from . import atlas, health, predict, problems, proofs, regime, site, stream
from .guard import Guard, GuardRules, allowed_hosts
from .metrics import Measured, Metrics

_LISTENERS = 100
_ABOUT = (
    "Telemetry or physical fields go in; the operating regime, a forecast with calibrated "
    "intervals and a signed proof that it obeys the physics come out, with its energy."
)


def create_app(
    platform: Platform, feed: LiveFeed | None = None, growing: GrowingAtlas | None = None
) -> FastAPI:
    """Return the application.

    Args:
        platform: What it serves.
        feed: The live source to stream, if there is one.
        growing: The atlas' build beside the server, if there is one.
    """
    app = FastAPI(
        title="Industriverse",
        version=version("industriverse"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    settings = platform.settings
    app.state.platform = platform
    app.state.feed = feed
    app.state.growing = growing
    app.state.metrics = Metrics()
    app.state.warm = threading.Event()
    app.state.work_limit = anyio.CapacityLimiter(settings.workers)
    app.state.listener_limit = anyio.CapacityLimiter(_LISTENERS)
    token = settings.api_token.get_secret_value() if settings.api_token else ""
    rules = GuardRules(allowed_hosts(settings.host), token, settings.upload_limit_mb << 20)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(Guard, rules=rules)
    problems.install(app)
    for part in (health, predict, regime, proofs, atlas, stream, site):
        app.include_router(part.router)
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return the schema's maker: with our problem document in place of FastAPI's own errors."""
    made = app.openapi

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            schemas = document["components"]["schemas"]
            for foreign in ("HTTPValidationError", "ValidationError"):
                schemas.pop(foreign, None)
            schemas["Problem"] = problems.Problem.model_json_schema()
            for body in (predict.PredictBody, regime.RegimeBody):
                made_of = body.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas.update(made_of.pop("$defs", {}))
                schemas[body.__name__] = made_of
            app.openapi_schema = document
        return app.openapi_schema

    return schema
