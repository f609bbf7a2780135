"""The page of the API says what the OpenAPI document says, for people, and asks no other host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from explain.streams import STREAMS
from inference import models
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.docs_page import page, typed
from inference.serving.endpoints import Endpoints
from inference.serving.openapi import REFUSALS


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    endpoints = Endpoints(Catalogue({name: models.find()[name] for name in ("mobilenet-v2", "movies")}), STREAMS)
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def test_every_call_says_what_it_answers_and_how_it_may_be_refused(document: Any) -> None:
    for path, calls in document["paths"].items():
        for call in calls.values():
            assert call["summary"], path
            assert set(call["responses"]) >= {"200", "401", "403", "500", "503"}
            if "requestBody" in call:
                assert set(call["responses"]) == {"200", *map(str, REFUSALS)}


def test_every_record_that_is_named_is_described(document: Any) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')))
    assert named <= set(document["components"]["schemas"])
    answers = {
        path.removeprefix("/api/v1/"): call["responses"]["200"]["content"].get("application/json", {}).get("schema")
        for path, calls in document["paths"].items()
        for call in calls.values()
    }
    assert all(answers[name] for name in ("models", "predict", "explain", "check", "compare", "evaluate", "sweep"))


def test_the_example_of_each_call_works(client: TestClient, document: Any) -> None:
    for path, calls in document["paths"].items():
        example = calls.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        name = path.removeprefix("/api/v1")
        if "example" in example and name not in ("/sweep", "/counterfactuals", "/counterfactuals/stream"):
            assert client.post(name, json=example["example"]).status_code == 200, name


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.refs += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_page_names_every_call_and_loads_nothing(client: TestClient, document: Any) -> None:
    response = client.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    found = Links(response.text)
    calls = [call["operationId"] for calls in document["paths"].values() for call in calls.values()]
    assert set(calls) <= set(found.ids) and len(found.ids) == len(set(found.ids))
    assert {ref[1:] for ref in found.refs if ref.startswith("#")} <= set(found.ids)
    assert {ref for ref in found.refs if not ref.startswith("#")} == {"openapi.json", "../../"}
    assert "curl http://testserver/api/v1/predict " in response.text and "7860" not in response.text
    assert "<script" not in response.text and "@import" not in response.text and "url(" not in response.text


def test_feedback_says_every_kind_of_file_that_it_may_be(document: Any) -> None:
    answer = document["paths"]["/api/v1/feedback"]["get"]["responses"]["200"]
    assert answer["content"].keys() == {"text/csv", "application/zip", "application/vnd.apache.parquet"}


def test_nothing_in_a_document_becomes_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    schema = {"type": "object", "properties": {evil: {"type": evil, "description": evil, "default": evil}}}
    call = {
        "operationId": "x",
        "summary": evil,
        "requestBody": {"content": {"application/json": {"schema": schema, "example": {evil: evil}}}},
        "responses": {"200": {"description": evil, "content": {evil: {"schema": {"enum": [evil]}}}}},
    }
    info = {"title": evil, "description": evil}
    html = page({"info": info, "paths": {evil: {"post": call}}, "components": {"schemas": {"A": schema}}})
    assert "<img" not in html


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["integer", "null"]}, "integer or null"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Item"}}, 'array of <a href="#Item">Item</a>'),
        ({"type": "array", "prefixItems": [{"type": "number"}]}, "array of number"),
        ({"enum": ["a", 1]}, "&quot;a&quot; or 1"),
        ({"const": 1}, "1"),
        ({"type": "string", "format": "binary"}, "file"),
        ({}, "anything"),
    ],
)
def test_types_are_told_in_words(schema: dict[str, Any], said: str) -> None:
    assert typed(schema) == said
