"""A call that cannot be meant is refused with the choices."""

from typing import Any

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

EXPLAIN, PREDICT = "/explain", "/predict"
TEXT = {"text": "A warm film."}
BAD_CALLS = {
    "an unknown model": (PREDICT, {"model": "nonsense", "inputs": TEXT}, 404, "available are"),
    "a path as the model": (PREDICT, {"model": "../../etc", "inputs": TEXT}, 404, "available are"),
    "a task, which is not asked for": (PREDICT, {"model": "sentiment", "task": "x", "inputs": TEXT}, 422, "task"),
    "an unknown target": (
        EXPLAIN,
        {"model": "sentiment", "inputs": TEXT, "target": "angry"},
        422,
        "negative, positive",
    ),
    "a target of another kind": (
        EXPLAIN,
        {"model": "tiny-chat", "inputs": {"prompt": "a"}, "target": "x"},
        422,
        "text",
    ),
    "an extra field": (PREDICT, {"model": "sentiment", "inputs": {**TEXT, "more": 1}}, 422, "available are text"),
    "a missing field": (PREDICT, {"model": "sentiment", "inputs": {}}, 422, "Text is missing"),
    "no inputs": (PREDICT, {"model": "sentiment"}, 422, "inputs: Field required"),
    "an extra key": (PREDICT, {"model": "sentiment", "inputs": TEXT, "more": 1}, 422, "more"),
    "inputs that are no object": (PREDICT, {"model": "sentiment", "inputs": [1]}, 422, "inputs"),
    "an unknown movie": (PREDICT, {"model": "movies", "inputs": {"history": ["Star Wras"]}}, 422, "the nearest are"),
    "a lane that is not there": (
        PREDICT,
        {"model": "highway", "inputs": {"scene": {"lane": 7, "speed": 90}}},
        422,
        "the road has 3 lanes",
    ),
    "a road that is a list": (PREDICT, {"model": "highway", "inputs": {"scene": [1]}}, 422, "must be an object"),
    "no movie": (PREDICT, {"model": "movies", "inputs": {"history": []}}, 422, "choose at least one"),
    "too many evaluations": (EXPLAIN, {"model": "sentiment", "inputs": TEXT, "evaluations": 10**9}, 422, "16,384"),
}


@pytest.mark.parametrize(("path", "body", "status", "said"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_call_that_cannot_be_meant_is_refused_with_the_choices(
    client: TestClient, path: str, body: Any, status: int, said: str
) -> None:
    response = client.post(path, json=body)
    assert (response.status_code, said in response.json()["detail"]) == (status, True), response.text
    assert "Traceback" not in response.text
    assert str(ROOT) not in response.text
