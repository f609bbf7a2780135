"""What the guard in front of page and API lets through: sizes, origins, paths, and protocols that are not HTTP."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from inference.serving import security
from inference.serving.security import Guard

ALLOWED = "https://example.com"


async def count(request: Request) -> PlainTextResponse:
    """How long the body was; a caller who left, as the API takes it."""
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("", 499)


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


ROUTES = [Route("/{path:path}", count, methods=["GET", "POST"]), WebSocketRoute("/{path:path}", talk)]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = Starlette(routes=ROUTES, middleware=[Middleware(Guard, origins=[ALLOWED])])
    with TestClient(app, base_url="http://here:7860") as client:  # the lifespan scope passes through
        yield client


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "MAX_BODY", 100)


# Sizes


def chunks(size: int) -> Iterator[bytes]:
    """A body that does not say its length."""
    for start in range(0, size, 7):
        yield b"x" * min(7, size - start)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (99, 200), (100, 200), (101, 413), (5_000, 413)])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.usefixtures("small")
def test_a_body_is_bounded_whether_it_says_its_length_or_not(
    client: TestClient, size: int, status: int, chunked: bool
) -> None:
    response = client.post("/", content=chunks(size) if chunked else b"x" * size)
    assert ("content-length" in response.request.headers) == (not chunked)
    assert response.status_code == status
    if status == 200:
        assert response.text == str(size)
    else:
        assert list(response.json()) == ["detail"]


def test_a_phones_photo_passes_and_the_refusal_says_how_much_would(client: TestClient) -> None:
    assert client.post("/", content=b"x" * 12_000_000).status_code == 200
    response = client.post("/", headers={"content-length": str(32 * 1024**2 + 1)})
    assert (response.status_code, response.json()) == (413, {"detail": "A request may have 32 MB."})


def asgi(app: Any, parts: list[bytes]) -> list[dict[str, Any]]:
    """What `app` sends for a body that comes in these parts."""
    sent: list[dict[str, Any]] = []
    messages = iter([{"type": "http.request", "body": part, "more_body": True} for part in parts])

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.request", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    return sent


@pytest.mark.usefixtures("small")
def test_an_application_that_answers_in_its_own_way_is_overruled_once() -> None:
    async def stubborn(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        assert message["type"] == "http.disconnect"  # it sees no byte beyond the limit
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"done", "more_body": True})

    start, body = asgi(Guard(stubborn), [b"x" * 60] * 9)
    assert (start["type"], start["status"]) == ("http.response.start", 413)
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"]) == {"detail": "The request is too large."}


# Origins

ORIGINS = [
    (None, {}, 200),
    ("http://here:7860", {}, 200),
    ("https://here:7860", {}, 200),  # TLS may end at a proxy
    (ALLOWED, {}, 200),
    ("http://example.com", {}, 403),
    ("https://example.com:8443", {}, 403),
    ("https://example.com.evil.org", {}, 403),
    ("https://evil.org", {}, 403),
    ("http://here", {}, 403),
    ("http://here:7861", {}, 403),
    ("http://here:7860.evil.org", {}, 403),
    ("http://evil.org/here:7860", {}, 403),
    ("http://evil@here:7860", {}, 403),
    ("null", {}, 403),
    ("", {}, 403),
    ("http://[", {}, 403),
    ("://", {}, 403),
    ("here:7860", {}, 403),
    ("https://demo.org", {"x-forwarded-host": "demo.org"}, 200),
    ("https://demo.org", {"x-forwarded-host": "demo.org, inner:80"}, 200),
    ("https://inner:80", {"x-forwarded-host": "demo.org, inner:80"}, 403),
    ("http://here:7860", {"x-forwarded-host": "demo.org"}, 403),
    ("https://evil.org", {"x-forwarded-host": "demo.org"}, 403),
    ("http://here:7860", {"x-forwarded-host": ""}, 200),
]


@pytest.mark.parametrize(("origin", "headers", "status"), ORIGINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_our_own_page_and_those_allowed_may_call(
    client: TestClient, origin: str | None, headers: dict[str, str], status: int, method: str
) -> None:
    sent = headers if origin is None else {**headers, "origin": origin}
    response = client.request(method, "/", headers=sent)
    assert response.status_code == status
    if status == 403:
        assert response.json() == {"detail": "Requests from other sites' pages are refused."}


def test_nobody_else_is_allowed_by_default() -> None:
    client = TestClient(Guard(Starlette(routes=ROUTES)), base_url="http://here:7860")
    assert client.get("/", headers={"origin": ALLOWED}).status_code == 403


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://evil.org/a.png",
        "/gradio_api/file=https://evil.org/a.png",
        "/gradio_api/file=HTTPS://evil.org/a.png",
        "/gradio_api/FILE=Http://evil.org/a.png",
        "/gradio_api/file=/http://evil.org",
        "/gradio_api/file=//http:/evil.org",
        "/gradio_api/file/http://evil.org/a.png",
        "/gradio_api/file/https:/evil.org/a.png",
        "/file=http://evil.org",
        "/file/http://evil.org",
        "/gradio_api/proxy=http://evil.org",
        "/gradio_api/proxy=https://evil.hf.space/file",
        "/gradio_api/file=%68ttp://evil.org",
        "/gradio_api/file%3Dhttp%3A%2F%2Fevil.org",
    ],
)
def test_nothing_is_fetched_from_another_host(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        response = client.request(method, path)
        assert response.status_code == 403
        assert response.json() == {"detail": "Only files of this application are served."}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1/models",
        "/gradio_api/file=/cache/a.png",
        "/gradio_api/file=/cache/http.png",
        "/gradio_api/upload",
        "/profile/https",
        "/?page=https://evil.org",
    ],
)
def test_other_paths_pass(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


# Other protocols


def test_a_websocket_passes(client: TestClient) -> None:
    with client.websocket_connect("/") as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_not_http_reaches_the_application_untouched(kind: str) -> None:
    seen: list[Any] = []

    async def app(*values: Any) -> None:
        seen.append(values)

    values: tuple[Any, Any, Any] = ({"type": kind}, object(), object())
    asyncio.run(Guard(app)(*values))
    assert seen == [values]
    assert all(mine is theirs for mine, theirs in zip(values, seen[0], strict=True))


@pytest.mark.parametrize("length", ["abc", "", "-5", "1e3"])
def test_a_content_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    assert client.post("/echo", headers={"content-length": length}).status_code == 400
