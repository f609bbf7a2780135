"""What the guard in front of page and API lets through: sizes, origins, paths, and protocols that are not HTTP.

And the settings that keep strangers out, each with a test that fails without it.
"""

import asyncio
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn.config
from conftest import ROOT, serving
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

import app
from inference import models, pictures, runtime
from inference.errors import ModelError
from inference.panels.strays import Strays
from inference.serving import ending, security
from inference.serving import uploads as uploading
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.naming import is_alone
from inference.serving.security import Guard
from inference.serving.uploads import Uploads
from inference.serving.watch import Watch

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


WHOLE = ["bytes=0-4", "bytes=0-", "bytes=-500", f"bytes=0-{'9' * 18}"]
BROKEN = ["bytes=" + ",".join(["0-4"] * 3_000), "bytes=1-2-3", "bytes=-", "bytes=--4", "bytes=a-b", "0-4", ""]
DIGITS = ["bytes=\u00b2-\u00b2", "bytes=\u0661-\u0662", f"bytes=0-{'9' * 5_000}", f"bytes={'9' * 19}-"]


@pytest.mark.parametrize("value", WHOLE)
def test_a_range_of_a_file_is_sent(client: TestClient, value: str) -> None:
    assert client.get("/", headers={"range": value}).status_code == 200


@pytest.mark.parametrize("value", [*BROKEN, *DIGITS], ids=lambda value: value[:20])
@pytest.mark.parametrize("before", [(), ("bytes=0-4",)])
def test_ranges_of_a_file_are_sent_one_at_a_time(client: TestClient, value: str, before: tuple[str, ...]) -> None:
    sent = [("range", each.encode("latin-1", "replace")) for each in (*before, value)]
    response = client.get("/", headers=sent)  # type: ignore[arg-type]
    assert (response.status_code, response.json()) == (416, {"detail": security.ONE_RANGE})


# Names


@pytest.fixture(scope="module")
def alone() -> TestClient:
    return TestClient(Guard(Starlette(routes=ROUTES), origins=[ALLOWED, "http://lab:8080"], alone=True))


OWN_NAMES = ["localhost", "LOCALHOST:7860", "127.0.0.1", "127.0.0.1:8888", "127.1.2.3:1", "[::1]", "[::1]:7860"]
NAMES = [
    "evil.org",
    "evil.org:7860",
    "127.0.0.1.evil.org",
    "localhost.evil.org",
    "203.0.113.1:7860",
    "0.0.0.0",
    "[::2]",
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", [*OWN_NAMES, "example.com", "example.com:7860", "lab:7860"])
def test_this_machine_is_asked_under_its_own_names_and_those_allowed(alone: TestClient, name: str, method: str) -> None:
    assert alone.request(method, "/", headers={"host": name}).status_code == 200


@pytest.mark.parametrize("more", [{}, {"x-forwarded-host": "localhost"}])
@pytest.mark.parametrize("name", NAMES)
def test_where_this_machine_alone_may_ask_no_name_pointed_at_it_is_answered(
    alone: TestClient, name: str, more: dict[str, str]
) -> None:
    for origin in ({}, {"origin": f"http://{name}"}):  # its page is of the same site as what it calls
        response = alone.post("/", headers={"host": name, **origin, **more})
        assert (response.status_code, response.json()) == (403, {"detail": security.OTHER_NAME})


def test_of_two_names_neither_may_be_another(alone: TestClient) -> None:
    response = alone.get("/", headers=[("host", "localhost"), ("host", "evil.org")])
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("given", "environment", "found"),
    [
        ([], {}, True),
        (["--host", "localhost"], {}, True),
        (["--host", "::1"], {}, True),
        (["--host", "[::1]", "--port", "80"], {}, True),
        (["--origin", ALLOWED], {}, True),
        (["--host", "127.0.0.1"], {"GRADIO_SERVER_NAME": "0.0.0.0"}, True),
        (["--host", "0.0.0.0"], {}, False),
        (["--host", "192.168.1.2"], {}, False),
        (["--share"], {}, False),
        (["--trust-proxy"], {}, False),
        (["--root-path", "/demo"], {}, False),
        ([], {"GRADIO_ROOT_PATH": "/demo"}, False),
        ([], {"GRADIO_SERVER_NAME": "0.0.0.0"}, False),
        ([], {"SPACE_ID": "someone/seewhy"}, False),
    ],
)
def test_whether_others_may_ask_follows_from_how_it_is_started(
    given: list[str], environment: dict[str, str], found: bool
) -> None:
    assert is_alone(app.parser().parse_args(given), environment) is found


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


# The settings with which the page is served


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    return Endpoints(Catalogue({"movies": models.find()["movies"]}))


@pytest.fixture(scope="module")
def settings(endpoints: Endpoints) -> dict[str, Any]:
    """What app.launch hands to Gradio's queue and launch."""
    given: dict[str, Any] = {}

    class Blocks:
        _queue = SimpleNamespace(push=print)

        def queue(self, **options: Any) -> None:
            given.update(options)

        def launch(self, **options: Any) -> None:
            given.update(options)

    app.launch(Blocks(), endpoints, app.parser().parse_args(["--origin", ALLOWED]))  # type: ignore[arg-type]
    return given


SETTINGS = {
    "api_open": (False, "/run would bypass the queue and its limits"),
    "show_error": (False, "errors would show their text, with paths"),
    "max_file_size": (security.MAX_BODY, "an upload would have no bound"),
    "run_history": (False, "what a stakeholder entered would stay in the browser"),
    "enable_monitoring": (False, "anybody could read who called what"),
    "footer_links": ([], "the page would offer settings and the API of its private events"),
    "share": (False, "a public link would open without being asked for"),
    "server_name": (None, "it would listen beyond this machine"),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, (value, _) in SETTINGS.items()], ids=SETTINGS)
def test_a_setting_that_keeps_strangers_out_is_on(settings: dict[str, Any], name: str, value: Any) -> None:
    assert settings[name] == value, SETTINGS[name][1]
    allowed = [Path(path) for path in settings["allowed_paths"]]  # of the machine's files, those of examples alone
    assert all(path.is_file() and path.suffix in (".jpg", ".png", ".wav") for path in allowed)


def test_the_guard_stands_in_front_and_knows_the_allowed_sites(settings: dict[str, Any]) -> None:
    watch, guard, uploads, strays = settings["app_kwargs"]["middleware"]
    assert watch.cls is Watch  # around it, so that what is refused has an id and a line in the log as well
    assert (guard.cls, guard.kwargs, strays.cls) == (Guard, {"origins": [ALLOWED], "alone": True}, Strays)
    assert uploads.cls is Uploads
    assert settings["app_kwargs"]["docs_url"] is settings["app_kwargs"]["redoc_url"] is None  # they load from outside


def test_the_app_is_launched_with_patience_that_ends(settings: dict[str, Any]) -> None:
    assert settings and uvicorn.config.HTTP_PROTOCOLS["auto"] == "inference.serving.patience:Patient"


@pytest.fixture
def sweeps(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Callable[[], None]]:
    """What an app that serves does now and every hour; it has its temporary files in a folder of its own."""
    found: list[Callable[[], None]] = []
    blocks = app.page(endpoints)
    blocks.block_thread = lambda: None  # type: ignore[method-assign]
    monkeypatch.setattr(app, "page", lambda _: blocks)
    monkeypatch.setattr(app, "launch", lambda *_, **__: (None, "", ""))
    monkeypatch.setattr(app.ending, "hourly", lambda *sweeps: found.extend(sweeps))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    app.main(["--model", "assets/models/movies"])
    assert Path(get_upload_folder()).parent.parent == tmp_path and re.fullmatch("seewhy-.{8}", tempfile.tempdir[-15:])
    return found


def test_uploads_are_deleted_within_two_hours(
    sweeps: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Path(get_upload_folder()) / "0123abc" / "photo.jpg"
    sent.parent.mkdir(parents=True)
    sent.write_bytes(b"a photo")
    begun = time.time()
    for after, is_there in ((0, True), (3500, True), (3700, False)):
        monkeypatch.setattr(time, "time", lambda after=after: begun + after)
        for sweep in sweeps:
            sweep()
        assert sent.exists() is is_there
    assert uploading.SECONDS + ending.HOUR <= 2 * 3600


def test_analytics_are_off_before_gradio_is_imported() -> None:
    code = "import app, gradio; print(gradio.Blocks().analytics_enabled)"
    bare = {name: value for name, value in os.environ.items() if name != "GRADIO_ANALYTICS_ENABLED"}
    run = [sys.executable, "-W", "ignore", "-c", code]
    found = subprocess.run(run, cwd=ROOT, env=bare, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "False"


def test_a_picture_too_large_for_us_is_too_large_for_whatever_else_opens_pictures() -> None:
    assert pictures.MAX_PIXELS == Image.MAX_IMAGE_PIXELS
    side = int((2 * pictures.MAX_PIXELS) ** 0.5) + 2
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG")
    with pytest.raises(Image.DecompressionBombError):
        Image.open(buffer)


OWN = "inference/device.py"
"""Pickles what two processes of ours send each other; no visitor's bytes are read there."""
SOURCES = [ROOT / "app.py", *(ROOT / "inference").rglob("*.py"), *(ROOT / "explain").rglob("*.py")]
FORBIDDEN = {
    r"\bMarkdown\(": "lets remote pictures through, which tell their host who looks",
    r"datatype=.*html": "runs scripts in a visitor's text",
    r"\bbatch=True": "leaks one visitor's session into another's",
    r"\bvalidator=": "its failures show paths although show_error is off",
    r"pyplot": "its state is shared between threads, and so between visitors",
    r"\bimport (pickle|joblib)\b|\b(pickle|joblib)\.": "runs code while it is read",
    r"torch\.load\(": "reads pickles",
    r"trust_remote_code=(?!False)": "runs code from a model folder",
}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_what_leaks_or_runs_strangers_code_is_used_nowhere(pattern: str) -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert found == ({OWN} if "pickle" in pattern else set()), FORBIDDEN[pattern]


def test_no_code_from_a_model_folder_runs(tmp_path: Path) -> None:
    folder = tmp_path / "trap"
    folder.mkdir()
    proof = tmp_path / "it-ran"
    (folder / "code.py").write_text(f"open({str(proof)!r}, 'w').close()\nclass Trap: ...\n")
    auto = {"AutoConfig": "code.Trap", "AutoModelForSequenceClassification": "code.Trap"}
    (folder / "config.json").write_text(json.dumps({"model_type": "trap", "auto_map": auto}))
    (folder / "model.safetensors").write_bytes((8).to_bytes(8, "little") + b"{}      ")
    with pytest.raises(ModelError, match="trap could not be loaded"):
        runtime.load_pipeline("text-classification", folder)
    assert not proof.exists()


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def photos(uploads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app with the photo model, its uploads in a folder of their own."""
    log = tmp_path_factory.mktemp("log") / "log"
    with serving("--model", "assets/models/mobilenet-v2", log=log, GRADIO_TEMP_DIR=str(uploads)) as url:
        yield url


def test_where_a_photo_was_taken_does_not_stay_in_the_cache(photos: str, uploads: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Leica of Mr Smith"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    with Image.open(models.find()["mobilenet-v2"] / "examples" / "cat.jpg") as cat:
        cat.save(tmp_path / "cat.jpg", exif=exif)
    client = Client(photos, verbose=False)
    answer = client.predict("mobilenet-v2", {"image": handle_file(tmp_path / "cat.jpg")}, api_name="/predict")
    assert answer["prediction"]["items"][0]["id"] == "Egyptian Mau"
    kept = [path for path in uploads.rglob("*") if path.is_file()]
    assert kept and not any(b"Leica" in path.read_bytes() for path in kept)


@pytest.mark.parametrize("data", [[], ["mobilenet-v2"], [None, None], ["x" * 99, {}], [{}, []], ["mobilenet-v2", 1, 2]])
def test_a_failing_call_over_gradios_own_routes_shows_no_path(photos: str, data: list[Any]) -> None:
    joined = httpx.post(f"{photos}/gradio_api/call/predict", json={"data": data})
    event = joined.json().get("event_id")
    said = joined.text + (httpx.get(f"{photos}/gradio_api/call/predict/{event}").text if event else "")
    assert "error" in said or joined.status_code >= 400
    for secret in (str(ROOT), "site-packages", "Traceback", ".py"):
        assert secret not in said


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/gradio_api/runs", "/monitoring/summary"])
def test_no_page_that_nobody_needs_is_served(photos: str, path: str) -> None:
    found = httpx.get(photos + path)
    assert found.status_code >= 400 or "swagger" not in found.text.lower()
