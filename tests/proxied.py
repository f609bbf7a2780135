"""Beside the app, for tests: a proxy that shows it under a path, and a site that shows it in a frame."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import uvicorn
from conftest import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    """The address of an application, served from a thread until the block ends."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    thread.join(10)


def proxy(path: str, to: str) -> Starlette:
    """Passes on what comes under `path`, without it, as a proxy in front of several apps does; streams as they come."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=to, timeout=120) as app.state.client:
            yield

    async def passed(request: Request) -> Response:
        url = httpx.URL(path=f"/{request.path_params['rest']}", query=request.url.query.encode())
        client: httpx.AsyncClient = request.app.state.client
        asked = client.build_request(request.method, url, headers=request.headers.raw, content=await request.body())
        answer = await client.send(asked, stream=True)
        return StreamingResponse(answer.aiter_raw(), answer.status_code, dict(answer.headers))

    async def icon(_: Request) -> Response:
        """The site's own, which browsers ask for before they have read the page's."""
        return Response(status_code=204)

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    routes = [Route("/favicon.ico", icon), Route(f"{path}/{{rest:path}}", passed, methods=methods)]
    return Starlette(routes=routes, lifespan=lifespan)


def frame(address: str) -> Starlette:
    """Another site's page with nothing but the app in a frame, to which it hands on its own query, as a Space does."""

    async def around(request: Request) -> HTMLResponse:
        source = f"{address}/?{request.url.query}".replace("&", "&amp;")
        return HTMLResponse(f'<!doctype html><iframe src="{source}" style="width: 100%; height: 95vh"></iframe>')

    return Starlette(routes=[Route("/{rest:path}", around)])
