"""`WS /v1/bridge/stream` and `/v1/regime/stream`: what a source does, as it happens."""

import contextlib
import json
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from industriverse.kernel.errors import NotFoundError
from industriverse.kernel.ports import Event, EventStream
from industriverse.services.following import topic_of
from industriverse.services.live import LiveFeed

router = APIRouter(prefix="/v1", tags=["stream"])

_BATCH = 500
_RECENT = 2000
_WAIT_S = 1.0
_TRY_AGAIN_LATER = 1013
_BAD_REQUEST = 1008
_LONGEST_NUMBER = 15


@router.websocket("/bridge/stream")
async def stream(socket: WebSocket, after: str | None = None) -> None:
    """Send `hello`, then every message after `after` (a sequence number), then live ones.

    Without `after` the newest `_RECENT` messages come first.
    """
    feed: LiveFeed | None = socket.app.state.feed
    await socket.accept()
    if feed is None:
        await socket.close(_TRY_AGAIN_LATER, "no live source runs; start with --demo")
        return
    await _tell(socket, feed.topic, feed.hello(), after)


@router.websocket("/regime/stream")
async def regimes(socket: WebSocket, source: str, after: str | None = None) -> None:
    """The same of one source's records: each change point and newest regime that was found."""
    await socket.accept()
    await _tell(socket, topic_of(source), {"type": "hello", "source": source}, after)


async def _tell(socket: WebSocket, topic: str, about: dict[str, Any], after: str | None) -> None:
    if after is not None and not (after.isdigit() and len(after) <= _LONGEST_NUMBER):
        await socket.close(_BAD_REQUEST, "`after` must be a sequence number")
        return
    bus: EventStream = socket.app.state.platform.stream
    hello = {**about, **_range(bus, topic)}
    offset = hello["next"] - _RECENT if after is None else int(after) + 1
    offset = min(max(offset, hello["oldest"]), hello["next"])
    async with anyio.create_task_group() as group:
        group.start_soon(_listen, socket, group.cancel_scope)
        # A listener may leave while a message is on its way.
        with contextlib.suppress(WebSocketDisconnect):
            await socket.send_text(json.dumps({**hello, "seq": offset - 1}))
            await _forward(socket, bus, topic, offset)


def _range(bus: EventStream, topic: str) -> dict[str, int]:
    """Return the oldest offset still kept and the next one."""
    try:
        first = bus.read(topic, 0, limit=1, wait_s=0.0)
        oldest = first[0].offset if first else 0
    except NotFoundError as gone:
        oldest = int(gone.context["oldest"])
    return {"oldest": oldest, "next": bus.end(topic)}


async def _listen(socket: WebSocket, scope: anyio.CancelScope) -> None:
    """Notice when the listener leaves."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError):
        scope.cancel()


async def _forward(socket: WebSocket, bus: EventStream, topic: str, offset: int) -> None:
    def read() -> list[Event]:
        return bus.read(topic, offset, limit=_BATCH, wait_s=_WAIT_S)

    limiter = socket.app.state.listener_limit
    while True:
        for event in await anyio.to_thread.run_sync(read, limiter=limiter):
            await socket.send_text(_with_sequence(event))
            offset = event.offset + 1


def _with_sequence(event: Event) -> str:
    message: dict[str, Any] = json.loads(event.value)
    return json.dumps({**message, "seq": event.offset})
