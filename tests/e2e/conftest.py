"""A real browser against a fixture server, the product, and any server named in E2E_URLS."""

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.fixture_server import PAGES, create_app
from tests.e2e.states import HELD

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_URLS = [url for url in os.environ.get("E2E_URLS", "").split(",") if url]


def _missing() -> str:
    if CHROMIUM is None:
        return "no chromium on this machine"
    if not (PAGES / "index.html").is_file():
        return "the pages are not built; run `make web`"
    return "" if AXE.is_file() else "web/node_modules is not installed; run `make web`"


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, where there is no browser or no build; keep each server's together."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            item.add_marker(pytest.mark.xdist_group(str(item.callspec.params.get("base_url"))))
        item.add_marker(pytest.mark.e2e)
        item.add_marker(pytest.mark.slow)
        if reason := _missing():
            item.add_marker(pytest.mark.skip(reason=reason))


def _serving() -> tuple[uvicorn.Server, threading.Thread, str]:
    config = uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    return server, thread, f"http://127.0.0.1:{port}"


@contextmanager
def _product(folder: Path) -> Generator[str]:
    """The product itself: `industriverse serve --demo` in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--folder", str(folder), "serve", "--demo", "--port", str(port)]
    command = [sys.executable, "-m", "industriverse.apps.cli", *words]
    # Its own tests watch the atlas grow; here it would take a core from the browser.
    quiet = {**os.environ, "INDUSTRIVERSE_GROW_ATLAS": "false"}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=quiet) as process:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_predicts(url)
        _predict_once(url)
        yield url
        process.terminate()


def _spreading() -> dict[str, object]:
    """Return heat that spreads, exactly: each wave fades at its own rate."""
    side, spread, seconds = 16, 0.002, 60.0
    waves = [
        (1, 0, 3.0),
        (0, 1, 2.0),
        (1, 1, 1.5),
        (2, 1, 1.2),
        (1, 2, 0.8),
        (2, 2, 0.6),
        (3, 1, 0.5),
    ]

    def heat(x: int, y: int, t: int) -> float:
        total = 290.0
        for across, along, size in waves:
            steepness = (2 * math.pi / side) ** 2 * (across**2 + along**2)
            fade = math.exp(-spread * steepness * seconds * t)
            total += size * fade * math.cos(2 * math.pi * (across * x + along * y) / side + size)
        return total

    frames = [[[heat(x, y, t) for x in range(side)] for y in range(side)] for t in range(30)]
    return {
        "dt": seconds, "dx": 1, "boundary": "periodic",
        "units": {"heat": "K"}, "variables": {"heat": frames},
    }  # fmt: skip


def _predict_once(url: str) -> None:
    """Leave a visitor's own runs, of telemetry and of a field, as the loaded state shows them."""
    values = [20 + 3 * math.sin(i / 7) for i in range(200)]
    signals = {"step_s": 60, "channels": {"flow": {"unit": "kg/s", "values": values}}}
    for body in (
        {"name": "plate.nc", "field": _spreading(), "horizon": 6},
        {"name": "pump.csv", "signals": signals, "horizon": 12},
    ):
        data = json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{url}/v1/bridge/predict", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200


def _wait_until_it_predicts(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/v1/bridge/runs?page_size=1", timeout=5) as answer:
                if json.load(answer)["items"]:
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError("the product did not predict within two minutes")


@pytest.fixture(scope="session", params=["fixture", "product", *_URLS])
def base_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The server under test."""
    if request.param == "product":
        with _product(tmp_path_factory.mktemp("product")) as url:
            yield url
        return
    if request.param != "fixture":
        yield request.param
        return
    server, thread, url = _serving()
    yield url
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; each test opens a profile of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


OpenPage = Callable[..., Page]
expect.set_options(timeout=30_000)


@pytest.fixture
def open_page(browser: Browser, base_url: str) -> Iterator[OpenPage]:
    """Open a page in a fresh profile: `open_page(width=1280, scheme="light", before=route)`."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 900,
        before: Callable[[Page], None] | None = None,
        **options: object,
    ) -> Page:
        context = browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if before:
            before(page)
        page.goto(path)
        return page

    yield opened
    while HELD:
        HELD.pop().abort()
    for context in contexts:
        context.close()
