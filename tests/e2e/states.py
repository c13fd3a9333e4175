"""The four states of the start page, made by answering in the server's place."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, Route, WebSocketRoute, expect

_RUNS = "**/v1/bridge/runs?*"
_STREAM = "**/v1/bridge/stream*"
HELD: list[Route] = []
"""Requests that are never answered; let go when the test ends."""
_PROBLEM = {
    "type": "urn:industriverse:problem:unavailable",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "The store of runs does not answer.",
    "code": "unavailable",
    "hint": "Wait a moment, then retry.",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "context": {},
}


def _silent(_: WebSocketRoute) -> None:
    """Accept, and say nothing."""


def loading(page: Page) -> None:
    """Nothing has answered yet."""
    page.route(_RUNS, lambda route: HELD.append(route))  # noqa: PLW0108
    page.route_web_socket(_STREAM, _silent)


def empty(page: Page) -> None:
    """A server without a plant and without runs."""
    nothing = json.dumps({"items": [], "next_page_token": None})
    page.route(_RUNS, lambda route: route.fulfill(body=nothing, content_type="application/json"))
    page.route_web_socket(_STREAM, lambda socket: socket.close(code=1013, reason="no source"))


def _refuse(route: Route) -> None:
    route.fulfill(status=503, body=json.dumps(_PROBLEM), content_type="application/problem+json")


def error(page: Page) -> None:
    """The store fails and the stream does not open."""
    page.route(_RUNS, _refuse)
    page.route_web_socket(_STREAM, lambda socket: socket.close(code=1011, reason="broken"))


def loaded(_: Page) -> None:
    """The server as it is."""


STATES: dict[str, Callable[[Page], None]] = {
    "loading": loading,
    "empty": empty,
    "error": error,
    "loaded": loaded,
}


def wait_for(page: Page, state: str) -> None:
    """Return once the page shows the state."""
    seen = {
        "loading": page.get_by_text("Opening the live line to the plant"),
        "empty": page.get_by_text("No plant is connected to this server"),
        "error": page.get_by_text("The list of runs could not be loaded."),
        "loaded": page.locator("figure.chart").first,
    }
    expect(seen[state]).to_be_visible()
    if state == "loaded":
        expect(page.get_by_role("heading", name="Proof")).to_be_visible()
        expect(
            page.get_by_role("region", name="List of runs").get_by_role("link").first
        ).to_be_visible()
    if state == "error":
        expect(page.get_by_text("The live plant cannot be reached.")).to_be_visible()


def open_first_run(page: Page) -> None:
    """Go to the newest run of the list; the plant's own are shown where there is no other."""
    own = page.get_by_label("Also the live plant’s own")
    links = page.get_by_role("region", name="List of runs").get_by_role("link")
    expect(links.or_(own).first).to_be_visible()
    if links.count() == 0:
        own.check()
    links.first.click()
    page.wait_for_url("**/runs/*")
    page.locator("article h1").wait_for()
    expect(page.locator("figure.chart").first).to_be_visible()
