"""Where names and passwords are asked for, nothing of models or of what others sent is had without them; and the tools
for assistants, by a real client of theirs.
"""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import serving
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from inference import demo, models
from inference.history.history import History
from inference.serving import tools
from inference.serving.admission import Admission, Call
from inference.serving.api import rest
from inference.serving.callers import Caller, who
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.entrance import Entrance
from inference.serving.limits import Rate
from inference.serving.tools import Tools
from inference.serving.watch import Watch

ANN, TOKEN = ("ann", "secret"), "the-presenters-own-token"
LOAN = demo.read(models.find()["home-loans"]).examples[0].inputs
ASKED = {"model": "home-loans", "inputs": LOAN}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue({"home-loans": models.find()["home-loans"]})


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that asks for a name and a password."""
    log = tmp_path_factory.mktemp("log") / "log"
    given = ["--model", "assets/models/home-loans", "--auth", "ann:secret", "--auth", "bob:b:c", "--mcp"]
    with serving(*given, log=log) as url:
        yield url


def test_the_api_wants_a_name_and_its_password(guarded: str) -> None:
    for call in ("models", "openapi.json", "docs"):
        refused = httpx.get(f"{guarded}/api/v1/{call}")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (
            401,
            'Basic realm="SeeWhy", charset="UTF-8"',
        )
        assert "name and a password" in refused.json()["detail"]
        assert httpx.get(f"{guarded}/api/v1/{call}", auth=ANN).status_code == 200
    assert httpx.post(f"{guarded}/api/v1/predict", json=ASKED).status_code == 401
    answered = httpx.post(f"{guarded}/api/v1/predict", json=ASKED, auth=("bob", "b:c"), timeout=60)
    assert answered.json()["model"] == "home-loans"


WRONG = [("ann", "b:c"), ("ann", ""), ("", "secret"), ("bob", "b"), ("ann", "secret "), ("cy", "secret")]


@pytest.mark.parametrize("auth", WRONG)
def test_another_password_is_refused(guarded: str, auth: tuple[str, str]) -> None:
    assert httpx.get(f"{guarded}/api/v1/models", auth=auth).status_code == 401


def test_the_page_and_gradios_own_routes_want_a_login(guarded: str) -> None:
    asked = {"data": ["home-loans", LOAN]}
    for path in ("config", "gradio_api/info", "gradio_api/queue/data?session_hash=x"):
        assert httpx.get(f"{guarded}/{path}").status_code == 401, path
    for path in ("gradio_api/call/predict", "gradio_api/queue/join", "gradio_api/upload"):
        assert httpx.post(f"{guarded}/{path}", json=asked | {"fn_index": 0, "session_hash": "x"}).status_code == 401, (
            path
        )
    assert "Home loans" not in httpx.get(guarded).text  # the login knows no model
    with pytest.raises(Exception, match=r"(?i)login|credentials|auth"):
        Client(guarded, verbose=False)
    client = Client(guarded, verbose=False, auth=ANN)
    assert client.predict("home-loans", LOAN, api_name="/predict")["model"] == "home-loans"


# The middleware alone


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", lambda _: PlainTextResponse("in"), methods=["GET", "POST"])])
    return TestClient(Entrance(app, {"ann": "sécret"}))


def basic(text: bytes) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(text).decode()}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ann:sécret".encode()), 200),
        ({"authorization": basic("ann:sécret".encode())["authorization"].replace("Basic", "bAsIc")}, 200),
        ({}, 401),
        ({"authorization": "Basic"}, 401),
        ({"authorization": "Basic !!!"}, 401),
        ({"authorization": "Bearer ann:sécret"}, 401),
        (basic(b"ann"), 401),
        (basic(b""), 401),
        (basic(b"\xff\xfe"), 401),
        (basic("ann:sécret\0".encode()), 401),
    ],
)
def test_credentials_are_read_as_they_are_sent(client: TestClient, headers: dict[str, str], status: int) -> None:
    sent = {name: value.encode() for name, value in headers.items()}
    assert client.get("/api/v1/models", headers=sent).status_code == status


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/mcp", "/demo/api/v1/predict", "/api%2Fv1/x"])
def test_no_spelling_of_a_path_leads_around(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == client.post(path).status_code == 401


def test_the_page_is_left_to_gradios_login(client: TestClient) -> None:
    for path in ("/", "/config", "/api/v10", "/gradio_api/info"):
        assert client.get(path).status_code == 200


# How often


def test_passwords_are_not_tried_oftener_than_anything_else(tmp_path: Path) -> None:
    given = ["--model", "assets/models/home-loans", "--auth", "ann:secret", "--rate", "6", "--trust-proxy"]
    with serving(*given, log=tmp_path / "log") as url:

        def tried(by: str, place: int, password: str) -> httpx.Response:
            headers = {"X-Forwarded-For": f"203.0.113.{place}"}
            if by == "login":
                return httpx.post(f"{url}/login", data={"username": "ann", "password": password}, headers=headers)
            return httpx.get(f"{url}/api/v1/models", auth=("ann", password), headers=headers)

        for place, (by, wrong) in enumerate({"login": 400, "rest": 401}.items()):
            assert [tried(by, place, "secret").status_code for _ in range(3)] == [
                200
            ] * 3  # the right one costs nothing
            assert [tried(by, place, "guess").status_code for _ in range(3)] == [wrong, 429, 429]
            for other in ("login", "rest"):
                refused = tried(other, place, "secret")
                assert (refused.status_code, 0 < int(refused.headers["retry-after"]) <= 10) == (429, True)
            assert tried(by, place + 100, "secret").status_code == 200
        asks = httpx.get(f"{url}/api/v1/models", headers={"X-Forwarded-For": "203.0.113.0"})
        assert asks.status_code == 401  # who brings no password is asked for one


# Who that is


def test_who_signs_in_finds_what_they_asked_before_and_nobody_elses(guarded: str) -> None:
    sent = {**ASKED, "inputs": {**LOAN, "payments": 33.3}, "evaluations": 32}
    ann, again, bob = (
        httpx.post(f"{guarded}/api/v1/explain", json=sent, auth=auth, timeout=60).json()
        for auth in (ANN, ANN, ("bob", "b:c"))
    )
    assert [each["kept"] for each in (ann, again, bob)] == [False, True, False]
    assert again["values"] == ann["values"]
    _, (tool,) = called(guarded, [("explain", sent)], ANN)
    assert tool.structuredContent["kept"]
    page = Client(guarded, verbose=False, auth=ANN)
    assert page.predict(sent["model"], sent["inputs"], None, 32, api_name="/explain")["kept"]


def test_who_has_logged_in_on_the_page_needs_no_password_again(guarded: str) -> None:
    with httpx.Client(base_url=guarded) as page:
        assert page.get("/api/v1/models").status_code == 401
        page.post("/login", data={"username": "ann", "password": "secret"}).raise_for_status()
        assert page.get("/api/v1/models").status_code == 200
        assert page.get("/api/v1/models", auth=("ann", "wrong")).status_code == 401
        page.cookies.set(next(iter(page.cookies)), "another")
        forged = {name: "another" for name in page.cookies}
    assert httpx.get(f"{guarded}/api/v1/models", cookies=forged).status_code == 401


def test_rates_and_turns_are_a_persons(catalogue: Catalogue) -> None:
    endpoints = Endpoints(catalogue, admission=Admission(Rate(1)))
    calls: list[Call] = []
    endpoints.admission.told.append(calls.append)
    app = Watch(Entrance(rest(endpoints), {"ann": "secret", "bob": "b:c"}))
    one, other = (TestClient(app, client=(f"203.0.113.{place}", 1)) for place in (1, 2))
    asked = [
        client.post("/api/v1/predict", json=ASKED, auth=auth).status_code
        for client, auth in ((one, ANN), (one, ("bob", "b:c")), (other, ANN), (other, ("bob", "b:c")))
    ]
    assert asked == [200, 200, 429, 429]
    assert [call.caller.key for call in calls] == ["ann", "bob", "ann", "bob"]
    assert who() == Caller()


def test_the_presenter_brings_a_token_beside_name_and_password(catalogue: Catalogue, tmp_path: Path) -> None:
    endpoints = Endpoints(catalogue, history=History(str(tmp_path / "history.db"), "inputs"), token=TOKEN)
    client = TestClient(Watch(Entrance(rest(endpoints), {"ann": "secret"})))
    id = client.post("/api/v1/predict", json=ASKED, auth=ANN).json()["kept"]
    client.post("/api/v1/feedback", json={"id": id, "verdict": "right"}, auth=ANN).raise_for_status()
    path, token = "/api/v1/feedback?model=home-loans", {"X-Seewhy-Token": TOKEN}
    assert len(client.get(path, headers=token, auth=ANN).raise_for_status().text.splitlines()) == 2
    refused = [
        client.get(path, auth=ANN),
        client.get(path, headers=token),
        client.get(path, headers=token, auth=("ann", "wrong")),
        client.get(path, headers={"X-Seewhy-Token": f"{TOKEN}x"}, auth=ANN),
        client.get(path, headers={"authorization": f"Bearer {TOKEN}"}),
    ]
    assert {each.status_code for each in refused} == {401}


# Tools for assistants


def called(url: str, steps: list[tuple[str, dict[str, Any]]], auth: Any = None) -> tuple[list[Any], list[Any]]:
    """The tools that a client of the protocol finds, and what it is answered."""

    async def talk() -> tuple[list[Any], list[Any]]:
        async with (
            httpx.AsyncClient(auth=auth, timeout=60) as http,
            streamable_http_client(f"{url}/api/v1/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            found = (await session.list_tools()).tools
            return found, [await session.call_tool(*step) for step in steps]

    return asyncio.run(asyncio.wait_for(talk(), 120))


def test_an_assistant_finds_the_api_as_tools_and_uses_them(guarded: str) -> None:
    explain = {**ASKED, "evaluations": 64}
    steps = [("models", {}), ("predict", ASKED), ("explain", explain), ("predict", {**ASKED, "inputs": {}})]
    found, (known, answer, reasons, refused) = called(guarded, steps, ANN)
    assert {tool.name for tool in found} == {
        *("models", "predict", "explain", "check", "counterfactuals", "sweep", "compare", "evaluate", "inspect")
    }
    assert all(len(tool.description) > 20 for tool in found)
    described = {tool.name: tool for tool in found}["explain"].inputSchema
    assert described["required"] == ["model", "inputs"] and "target" in described["properties"]
    assert known.structuredContent["result"][0]["name"] == "home-loans"
    over_rest = httpx.post(f"{guarded}/api/v1/predict", json=ASKED, auth=ANN).json()
    assert answer.structuredContent["prediction"] == over_rest["prediction"]
    assert json.loads(answer.content[0].text)["decision"] == over_rest["decision"]
    assert len(reasons.structuredContent["values"]) == len(reasons.structuredContent["features"])
    assert refused.isError and "is missing" in refused.content[0].text
    for secret in ("Traceback", ".py", "site-packages"):
        assert secret not in refused.content[0].text


def test_without_a_password_no_tool_is_found(guarded: str) -> None:
    with pytest.raises(BaseExceptionGroup) as refused:
        called(guarded, [])
    assert refused.value.split(lambda error: "401 Unauthorized" in str(error))[1] is None  # nothing else went wrong


def test_without_its_package_the_option_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_spec", lambda name: None)
    with pytest.raises(Exception, match=r'pip install -e "\.\[mcp\]"'):
        Tools(None)  # type: ignore[arg-type]  # not looked at


def test_unless_asked_for_there_are_no_tools(server: str) -> None:
    assert httpx.post(f"{server}/api/v1/mcp", json={}).status_code == 404
