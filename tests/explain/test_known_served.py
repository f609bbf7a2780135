"""Over HTTP, too, an example's explanation is everybody's and any other its caller's alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from counted import EXAMPLE, PRIVATE, Counted, model
from gradio_client import Client

import app
from explain.known import Known
from explain.streams import STREAMS
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Counted]]:
    """The app in this process, with a model that counts."""
    counted = Counted()
    known = replace(STREAMS, explain=Known().explain_stream)
    endpoints = Endpoints(Catalogue({}, made=[model(counted)]), known)
    blocks = app.page(endpoints)
    url = app.launch(blocks, endpoints, app.parser().parse_args([]), prevent_thread_lock=True, quiet=True)[1]
    yield url.rstrip("/"), counted
    blocks.close()


def test_a_second_session_does_not_get_what_the_first_one_asked(served: tuple[str, Counted]) -> None:
    url, counted = served
    ann, ben = Client(url, verbose=False), Client(url, verbose=False)
    costs, answers = [], []
    for client in (ann, ben, ann, ben):
        before = counted.asked
        answers.append(client.predict("counted", PRIVATE, None, None, None, api_name="/explain"))
        costs.append(counted.asked - before)
    assert costs[0] == costs[1] > 0 == costs[2] == costs[3]
    assert [answer["kept"] for answer in answers] == [False, False, True, True]
    assert answers[0]["values"] == answers[2]["values"]


def test_over_rest_examples_are_kept_and_nothing_else(served: tuple[str, Counted]) -> None:
    url, counted = served

    def cost(inputs: Any) -> int:
        before = counted.asked
        body = {"model": "counted", "inputs": inputs}
        httpx.post(f"{url}/api/v1/explain", json=body, timeout=60).raise_for_status()
        return counted.asked - before

    cost(EXAMPLE)
    assert cost(EXAMPLE) == 0
    assert cost(PRIVATE) == cost(PRIVATE) > 0
