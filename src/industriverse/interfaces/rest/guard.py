"""What every request passes before a route sees it: host, origin, token, size, trace, headers."""

import hmac
import re
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from industriverse.kernel.context import Context
from industriverse.kernel.errors import ContractError
from industriverse.kernel.ids import new_trace_id

from .problems import Fault, defect, problem_response

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OPEN_PATHS = ("/health/live", "/health/ready")
_EVERY_ADDRESS = {"0.0.0.0", "::"}
_LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}
_PORT = re.compile(r":\d+$")
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class GuardRules:
    """What the guard lets through.

    Attributes:
        hosts: Host names (without port) that this server answers to; empty for any.
        token: Bearer token that every request must carry, or "" on loopback.
        body_limit: Largest request body in bytes.
    """

    hosts: frozenset[str]
    token: str
    body_limit: int


def allowed_hosts(configured: str) -> frozenset[str]:
    """Return the names that a server bound to an address answers to.

    One bound to every address has names that it cannot know. It always has a token, which a page
    of another name cannot send, so it answers to any.
    """
    if configured in _EVERY_ADDRESS:
        return frozenset()
    return frozenset(_LOOPBACK_NAMES | {configured.lower()})


def _bare_host(host: str) -> str:
    return _PORT.sub("", host.lower())


def _is_local(host: str) -> bool:
    return host.endswith(".localhost")


class TooLargeError(Exception):
    """The body is larger than the limit."""


class Guard:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, rules: GuardRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one connection, then pass it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["trace_id"] = _trace_id(headers)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1].detail})
                return
            await self._app(scope, receive, send)
            return
        sending = _with_headers(send, scope["state"]["trace_id"])
        if refusal:
            await self._refuse(scope, receive, sending, refusal)
            return
        await self._pass_on(scope, receive, sending)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = _limited(receive, self._rules.body_limit)
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, limited, sending)
        except TooLargeError:
            await self._refuse(scope, receive, send, self._too_large())
        except Exception as error:
            # Caught here, and not by the framework outside, so that the answer has our headers.
            if began:
                raise
            await defect(Request(scope), error)(scope, receive, send)

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, refusal: tuple[int, Fault]
    ) -> None:
        status, fault = refusal
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004
        response = problem_response(Request(scope), status, fault, headers)
        await response(scope, receive, send)

    def _too_large(self) -> tuple[int, Fault]:
        limit = self._rules.body_limit // (1 << 20)
        return 413, Fault(
            "too_large",
            f"The request body is larger than {limit} MB.",
            "Send fewer frames or rows, or raise INDUSTRIVERSE_UPLOAD_LIMIT_MB.",
        )

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, Fault] | None:
        host = _bare_host(headers.get("host", ""))
        if self._rules.hosts and host not in self._rules.hosts and not _is_local(host):
            return 400, Fault("host", f"This server does not answer to the host {host!r}.")
        if not self._origin_is_own(scope, headers):
            return 403, Fault("origin", "Pages of other origins may not call this server.")
        if not self._token_is_right(scope["path"], headers):
            return 401, Fault("unauthorized", "The bearer token is missing or wrong.")
        declared = headers.get("content-length", "0")
        if not declared.isdigit():
            return 400, Fault("length", f"Content-Length {declared!r} is not a number.")
        return self._too_large() if int(declared) > self._rules.body_limit else None

    def _origin_is_own(self, scope: Scope, headers: Headers) -> bool:
        """Refuse a foreign page's writes and sockets; reads are kept by the browser's own rules."""
        reads = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
        origin = headers.get("origin")
        if reads or origin is None:
            return True
        return origin.split("://", 1)[-1].lower() == headers.get("host", "").lower()

    def _token_is_right(self, path: str, headers: Headers) -> bool:
        if not self._rules.token or path in _OPEN_PATHS:
            return True
        given = headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._rules.token.encode())


def _trace_id(headers: Headers) -> str:
    """Continue the caller's trace; a malformed header starts a new one, as W3C asks."""
    parent = headers.get("traceparent")
    if parent is None:
        return new_trace_id()
    try:
        return Context.from_traceparent(parent, tenant="", principal="").trace_id
    except ContractError:
        return new_trace_id()


def _limited(receive: Receive, limit: int) -> Receive:
    """Count the body's bytes, so that a chunked upload cannot exceed the limit unannounced."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLargeError
        return message

    return counted


def _with_headers(send: Send, trace_id: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Trace-Id"] = trace_id
        await send(message)

    return sending
