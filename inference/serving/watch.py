"""Around every request: its id, whose it is, a line in the log; and `/healthz`, `/readyz`, `/metrics`."""

import logging
import time
from collections.abc import Mapping, Sequence

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .admission import Check
from .callers import FORWARDED, Caller, address, asking, bears, request_id
from .limits import is_loopback
from .logs import REQUESTS
from .metrics import Metrics
from .naming import HERE, named
from .reports import report

log = logging.getLogger(__name__)


class Watch:
    """ASGI middleware in front of everything: requests get an id, and their caller's address behind trusted proxies."""

    def __init__(self, app: ASGIApp, proxies: int = 0, metrics: Metrics | None = None) -> None:
        """proxies: how many stand in front, each of which appends to X-Forwarded-For."""
        self.app, self.proxies, self.metrics = app, proxies, metrics
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope["client"] else ""
        caller = Caller(address(peer, headers, self.proxies), id=request_id(headers.get("x-request-id")))
        self._warn(headers)
        scope = {**scope, "client": (caller.address, 0), "seewhy.peer": peer}
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"x-request-id"]
        scope["headers"].append((b"x-request-id", caller.id.encode()))  # for events, which run elsewhere
        begun, status, started = time.monotonic(), 500, False

        async def answer(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                MutableHeaders(scope=message)["X-Request-ID"] = caller.id
            await send(message)

        token = asking.set(caller)
        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            if isinstance(error.__cause__, HTTPException):  # Gradio finds a stream empty once its answer has begun
                await send({"type": "http.response.body", "body": b""})
                return
            told = report(error)  # of Gradio's own routes, such as that of uploads: ours have reported theirs
            if started:
                raise
            await JSONResponse({"detail": told.message}, told.status, told.headers)(scope, receive, answer)
        finally:
            asking.reset(token)
            self._tell(scope, status, time.monotonic() - begun, caller.id)

    def _tell(self, scope: Scope, status: int, seconds: float, id: str) -> None:
        """By the route and not the path, which may hold the name of a visitor's file."""
        route = getattr(scope.get("route"), "path", "other")
        if self.metrics:
            self.metrics.request(route, status)
        data = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        REQUESTS.info("request", extra={"data": data, "request": id})

    def _warn(self, headers: Headers) -> None:
        if not self._warned and not self.proxies and "x-forwarded-for" in headers:
            self._warned = True
            log.warning(
                "a proxy stands in front, so all callers look alike: start with --trust-proxy to tell them apart"
            )


def routes(
    ready: Mapping[str, Check], metrics: Metrics, token: str | None = None, outside: bool = False
) -> Sequence[APIRoute]:
    """`/healthz` and `/readyz` for everybody, `/metrics` for who may.

    ready: by name, what must be there before visitors can be served. token: what must come along as
    `Authorization: Bearer …` or in X-Seewhy-Token. Without one, only this machine itself is answered, and nobody where
    calls from `outside` come by way of this machine, as those of a relay do.
    """

    async def healthz(request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(request: Request) -> Response:
        missing = await run_in_threadpool(lambda: {name: words for name, check in ready.items() if (words := check())})
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    async def measured(request: Request) -> Response:
        if not (bears(request.headers, token) if token else not outside and is_here(request)):
            return JSONResponse({"detail": "Not Found"}, 404)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    paths = {"/healthz": healthz, "/readyz": readyz, "/metrics": measured}
    return [APIRoute(path, endpoint) for path, endpoint in paths.items()]


def is_here(request: Request) -> bool:
    """Whether this machine itself asks: by loopback, under its own name, and not for another by way of a proxy."""
    own = is_loopback(request.scope.get("seewhy.peer", "")) and named(request.headers.get("host", "")) in HERE
    return own and not any(header in request.headers for header in FORWARDED)
