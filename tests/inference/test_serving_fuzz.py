"""The API holds to its own OpenAPI document whatever is sent: a fuzzer makes requests out of it, good and bad ones.

Of what the schema allows hardly anything is an input, so that parts of each request come from one that works.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from explain.streams import STREAMS
from inference import demo, models
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

MODELS = ("home-loans", "movies", "shuttle")
"""Small ones of different kinds; one has a recording."""
PROMISES = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
ENDPOINTS = Endpoints(Catalogue({name: models.find()[name] for name in MODELS}), STREAMS)
APP = rest(ENDPOINTS)
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP)
PATHS = APP.openapi()["paths"]
FEW, MANY = 5, 150
"""Requests of each call and kind, in a plain run and in a slow one."""

LOAN, OTHER = (example.inputs for example in demo.read(models.find()["home-loans"]).examples[:2])
ROWS = [{**LOAN, "truth": "approved"}, {**OTHER, "truth": "denied"}] * 4
SHEET = "\n".join([",".join(LOAN), *(",".join(map(str, each.values())) for each in (LOAN, OTHER))]).encode()
WORKS: dict[str, dict[str, Any]] = {
    "batch": {"file": SHEET, "format": "csv"},
    "check": {"check": "faithfulness"},
    "compare": {"other_inputs": OTHER},
    "counterfactuals": {"evaluations": 64},
    "evaluate": {"rows": ROWS},
    "explain": {"evaluations": 16},
    "inspect": {"rows": ROWS, "queries": ["payments > 30"]},
    "play": {"ticks": [LOAN, OTHER]},
    "summary": {"rows": [LOAN, OTHER], "sample": 1},
    "sweep": {"field": "payments", "points": 3},
}
"""What works of each call beside its model and inputs."""


@schemathesis.deserializer("application/x-ndjson")
def last_line(_: Any, response: Any) -> Any:
    """Every line of a stream is JSON; the last one says what became of it."""
    return [json.loads(line) for line in response.content.decode().splitlines()][-1]


@st.composite
def requests_of(draw: Any, path: str, method: str, mode: GenerationMode) -> Case:
    """A request out of the schema, parts of which work."""
    case = draw(SCHEMA[path][method].as_strategy(generation_mode=mode))
    works = {"model": "home-loans", "inputs": LOAN} | WORKS.get(path.split("/")[3], {})
    if isinstance(case.body, dict) and draw(st.integers(0, 3)):
        chosen = {name: works[name] for name in works if draw(st.integers(0, 5))}
        made = {name: value for name, value in case.body.items() if name in works or not draw(st.booleans())}
        allowed = PATHS[path][method.lower()]["requestBody"]["content"][case.media_type]["schema"]["properties"]
        case.body = made | {name: value for name, value in chosen.items() if name in allowed}
    return case


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """The first request is not to wait for torch."""
    ENDPOINTS.catalogue.task("home-loans")


def holds(path: str, method: str, mode: GenerationMode, count: int) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

    @settings(max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=quiet)
    @given(case=requests_of(path, method, mode))
    def test(case: Case) -> None:
        case.call_and_validate(checks=PROMISES, timeout=60)

    test()


GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CALLS = [(path, method.upper()) for path, methods in PATHS.items() for method in methods]
CASES = [(path, method, mode) for path, method in CALLS for mode in (GOOD, BAD) if method == "POST" or mode is GOOD]
NAMES = [f"{path.removeprefix('/api/v1/')}-{mode.value}" for path, _, mode in CASES]


@pytest.mark.parametrize(("path", "method", "mode"), CASES, ids=NAMES)
def test_whatever_is_sent_the_answer_is_one_that_the_document_names(
    path: str, method: str, mode: GenerationMode
) -> None:
    holds(path, method, mode, FEW)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method", "mode"), CASES, ids=NAMES)
def test_the_same_of_many_more_requests(path: str, method: str, mode: GenerationMode) -> None:
    holds(path, method, mode, MANY)
