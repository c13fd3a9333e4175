"""`industriverse serve`: the API, the pages and, if wanted, the simulated plant, in one process."""

import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from industriverse.interfaces.cli import overrides

if TYPE_CHECKING:
    from fastapi import FastAPI

    from industriverse.bootstrap.wiring import Platform
    from industriverse.services.atlas import GrowingAtlas
    from industriverse.services.live import LiveFeed

_DEMO_CELLS = 64
_log = logging.getLogger("industriverse.serve")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Run the simulated plant.")] = False,
) -> None:
    """Run the API and the pages.

    Example: `industriverse serve --demo`
    """
    import uvicorn  # noqa: PLC0415 (keeps --help fast)

    from industriverse.bootstrap.settings import load_settings  # noqa: PLC0415
    from industriverse.bootstrap.wiring import build_platform  # noqa: PLC0415
    from industriverse.interfaces.rest import create_app  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    given = {"host": host, "port": port}
    said = {name: value for name, value in given.items() if value is not None}
    settings = load_settings(**overrides(), **said)
    with build_platform(settings, writer=True) as platform:
        feed = _feed(platform) if demo else None
        grows = demo and settings.grow_atlas
        app = create_app(platform, feed, _growing(platform) if grows else None)
        app.router.lifespan_context = _lifespan(app, platform, feed)
        typer.echo(f"Industriverse on http://{settings.host}:{settings.port}", err=True)
        uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")


def _feed(platform: "Platform") -> "LiveFeed":
    from industriverse.bootstrap.demo import demo_source  # noqa: PLC0415
    from industriverse.services.live import LiveFeed  # noqa: PLC0415

    return LiveFeed(demo_source(), platform.predict, platform.settle, platform.stream)


def _growing(platform: "Platform") -> "GrowingAtlas":
    from industriverse.kernel.plugins import installed  # noqa: PLC0415 (keeps --help fast)
    from industriverse.services.atlas import BuildRequest, GrowingAtlas  # noqa: PLC0415

    request = BuildRequest(cells=_DEMO_CELLS, workers=1)
    return GrowingAtlas(platform.maps, platform.graph, installed(), request)


def _lifespan(
    app: "FastAPI", platform: "Platform", feed: "LiveFeed | None"
) -> Callable[["FastAPI"], contextlib.AbstractAsyncContextManager[None]]:
    """Recover what a crash left, warm up beside the first requests, stop the feed at the end."""

    @contextlib.asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncGenerator[None]:
        recovered = platform.billing.recover(platform.prove.has)
        if recovered.settled or recovered.released:
            _log.info("recovered %s", recovered)
        threading.Thread(target=_warm_up, args=(app, platform, feed), daemon=True).start()
        yield
        for running in (feed, app.state.growing):
            if running is not None:
                running.stop()

    return lifespan


def _warm_up(app: "FastAPI", platform: "Platform", feed: "LiveFeed | None") -> None:
    """Start the feed, whose first prediction compiles what compiles; then say ready."""
    began = time.perf_counter()
    platform.atlas.catch_up()
    platform.known.catch_up()
    if feed is not None:
        feed.on_prediction = app.state.metrics.observe
        feed.start(datetime.now(UTC))
    app.state.warm.set()
    _log.info("ready after %.1f s", time.perf_counter() - began)
    if feed is not None:
        _grow(platform, app.state.growing)


def _grow(platform: "Platform", growing: "GrowingAtlas | None") -> None:
    """Lay the maps that ship, where there are none, and build the rest if that is wanted."""
    from industriverse.bootstrap.first_maps import lay_shipped_maps  # noqa: PLC0415 (as above)
    from industriverse.services.atlas import show_in_graph  # noqa: PLC0415

    if laid := lay_shipped_maps(platform.maps):
        _log.info("laid %d first maps", laid)
    show_in_graph(platform.graph, platform.maps)
    if growing is not None:
        growing.start()
