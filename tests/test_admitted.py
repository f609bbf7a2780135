"""Every way from the API and the tools to a model's work: which kind of place lets it in, and that it does.

A call that is added and not named here fails, and so does whatever lets a visitor through to a model without a place.
"""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from doors import LOANS, SHUTTLE, full, loans, opened, visited
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from explain.panels import page
from inference import device
from inference.panels.waiting import awaited
from inference.serving.admission import CHECKING, EXPLAINING, PLAYING, PREDICTING, READING, Admission, Kind
from inference.serving.api import rest
from inference.serving.callers import asking
from inference.serving.endpoints import Endpoints
from inference.serving.paths import PREFIX
from inference.serving.tools import offered

CALLS: dict[str, tuple[Kind | None, dict[str, Any]]] = {
    "models": (None, {}),
    "predict": (PREDICTING, {}),
    "explain": (EXPLAINING, {"target": None, "evaluations": 32}),
    "check": (CHECKING, {"check": "faithfulness"}),
    "compare": (CHECKING, {"other": None, "variant": "bfloat16"}),
    "counterfactuals": (CHECKING, {}),
    "sweep": (CHECKING, {"field": "payments"}),
    "evaluate": (READING, {}),
    "inspect": (READING, {}),
    "summary": (READING, {}),
    "play": (PLAYING, {}),
}
"""What programs call, the kind of place that it takes, and what it is asked beside the model and its input."""
STREAMED = ("predict", "explain", "counterfactuals")
REST_ALONE: dict[str, Kind | None] = {
    "POST batch": READING,
    "POST feedback": None,  # marks what was answered
    "GET feedback": None,
    "DELETE history/{id}": None,
    "GET docs": None,
    "GET models": None,
}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Endpoints:
    return opened(tmp_path_factory.mktemp("history"))


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    yield from visited(monkeypatch)


def asked(endpoints: Endpoints, name: str) -> dict[str, Any]:
    """What a call is asked."""
    examples = [each.inputs for each in endpoints.catalogue.about(LOANS).examples]
    if name == "play":
        return {"model": SHUTTLE, "count": 2}
    if name in ("evaluate", "inspect", "summary"):
        truth = {} if name == "summary" else {"truth": "denied"}
        return {"model": LOANS, "rows": [{**each, **truth} for each in examples]}
    return {"model": LOANS, "inputs": examples[0], **CALLS[name][1]}


# What programs call


def test_every_call_of_the_api_is_named_here(doors: Endpoints) -> None:
    routes = [each for each in rest(doors).routes if isinstance(each, APIRoute)]
    served = {f"{method} {each.path.removeprefix(f'{PREFIX}/')}" for each in routes for method in each.methods}
    streams = {f"POST {name}/stream" for name in STREAMED}
    assert served == {f"POST {name}" for name in CALLS} | streams | set(REST_ALONE)
    blocks = page.page(doors)
    names = {str(each.api_name) for each in blocks.fns.values() if each.api_visibility == "public"}
    assert names == {*CALLS, *(f"{name}_stream" for name in STREAMED)}
    assert {call.__name__ for call in offered(doors)} <= set(CALLS)


TAKING = [name for name, (kind, _) in CALLS.items() if kind]


@pytest.mark.parametrize("path", [*TAKING, *(f"{name}/stream" for name in STREAMED), "batch"])
def test_rest_takes_a_place(doors: Endpoints, passes: list[str], path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = path.partition("/")[0]
    kind = READING if name == "batch" else CALLS[name][0]
    assert kind
    full(doors, kind, monkeypatch)
    client = TestClient(rest(doors))
    body: dict[str, Any] = {"data": {"model": LOANS}, "files": {"file": ("loans.csv", loans(doors).path.read_bytes())}}
    answer = client.post(f"{PREFIX}/{path}", **(body if name == "batch" else {"json": asked(doors, name)}))
    assert (answer.status_code, "waiting already" in answer.text) == (503, True)
    assert not passes


@pytest.mark.parametrize("name", [*TAKING, *(f"{name}_stream" for name in STREAMED)])
def test_gradio_client_and_tools_take_a_place(
    doors: Endpoints, passes: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = CALLS[name.removesuffix("_stream")][0]
    assert kind
    full(doors, kind, monkeypatch)
    call = next(each.fn for each in page.page(doors).fns.values() if each.api_name == name)
    assert call
    with pytest.raises(gr.Error, match="waiting already"):
        list(call(*asked(doors, name.removesuffix("_stream")).values()))
    for tool in offered(doors):
        if tool.__name__ == name:
            with pytest.raises(Exception, match="waiting already"):
                tool(**asked(doors, name))
    assert not passes


# What holds everywhere


def test_what_is_sent_elsewhere_is_asked_about_here(passes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "lent", device.carried)
    with pytest.raises(RuntimeError, match="without a place"):
        somewhere()
    assert list(Admission().admitted(PREDICTING, "predict", LOANS, lambda: (somewhere() for _ in range(1)))) == [1]


@device.on_device
def somewhere() -> int:
    """A pass where the accelerator is; there nobody has a place."""
    device.refuse()
    return 1


def test_a_pass_without_a_place_is_refused_to_a_visitor_and_to_nobody_else(doors: Endpoints, passes: list[str]) -> None:
    task = doors.catalogue.task(LOANS)
    inputs = doors.catalogue.about(LOANS).examples[0].inputs
    with pytest.raises(RuntimeError, match="without a place"):
        task.predict(inputs)
    with pytest.raises(RuntimeError, match="without a place"):
        list(awaited(lambda: task.predict(inputs), "In a thread"))

    def work() -> Iterator[Any]:
        yield (yield from awaited(lambda: task.predict(inputs), "In a thread of a call that has a place"))

    *_, answer = Admission().admitted(PREDICTING, "predict", LOANS, work)
    token = asking.set(None)
    try:
        assert task.predict(inputs).prediction == answer.prediction  # code that calls by itself
    finally:
        asking.reset(token)
