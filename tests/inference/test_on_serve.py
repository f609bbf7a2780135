"""Replicas on a cluster of this machine's processes: they say what this process says, and one of them dies.

The cluster, one replica and two servers are real processes, all on the loopback address.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import load, serving

from explain.streams import STREAMS
from inference import device, models, on_serve
from inference.cluster import connect
from inference.errors import Busy, InputError, ModelError
from inference.functions import from_function
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

FOUND = models.find()
LOANS, REVIEWS = FOUND["home-loans"], FOUND["sentiment"]
ON_REPLICA = [(str(folder), folder.name) for folder in (LOANS, REVIEWS)]
EACH = 24
"""Requests that each of two servers sends at once."""
pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own, of its own processes


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster."""
    ray = connect()
    yield ray.get_runtime_context().gcs_address
    from ray import serve

    serve.shutdown()
    ray.shutdown()


@pytest.fixture(scope="module")
def send(address: str) -> device.Send:
    return on_serve.deploy(ON_REPLICA, share=0.5)


@pytest.fixture
def endpoints(send: device.Send, monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    """The server, which has no weights and computes nothing: `device.refuse` sees to that."""
    monkeypatch.setattr(device, "lent", send)
    monkeypatch.setattr(device, "apart", True)
    return Endpoints(Catalogue({"home-loans": LOANS}), STREAMS)


def passes() -> list[int]:
    """How many requests met in each pass since this was last asked."""
    from ray import serve

    found: list[int] = serve.get_app_handle(on_serve.NAME).passes.remote().result(timeout_s=60)
    return found


def replicas() -> list[int]:
    """The processes that hold the models."""
    names = {int(each.name): each / "cmdline" for each in Path("/proc").iterdir() if each.name.isdigit()}
    return [number for number, file in names.items() if file.exists() and b"ServeReplica" in file.read_bytes()]


def test_a_replica_says_what_this_process_says(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [each.inputs for each in load(LOANS).demo.examples]
    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(lambda each: endpoints.predict("home-loans", each), inputs * 4))
    explained = endpoints.explain("home-loans", inputs[0])
    weights = endpoints.catalogue.task("home-loans").pipeline.model.parameters()
    assert {each.device.type for each in weights} == {"meta"}
    assert endpoints.catalogue.held() == {"home-loans": 0}
    with pytest.raises(InputError, match="is missing"):
        endpoints.predict("home-loans", {})
    assert on_serve.missing() is None
    monkeypatch.setattr(device, "lent", None)
    monkeypatch.setattr(device, "apart", False)
    here = Endpoints(Catalogue({"home-loans": LOANS}), STREAMS)
    for given, found in zip(inputs * 4, there, strict=True):
        scores = [item["score"] for item in here.predict("home-loans", given)["prediction"]["items"]]
        assert [item["score"] for item in found["prediction"]["items"]] == pytest.approx(scores, abs=1e-5)
    assert explained["values"] == pytest.approx(here.explain("home-loans", inputs[0])["values"], abs=1e-4)


def test_requests_of_two_servers_meet_in_a_replicas_passes(address: str, send: device.Send, tmp_path: Path) -> None:
    asked = {"model": "sentiment", "inputs": {"text": "a warm and witty film"}}
    given = ["--backend", "ray", "--model", str(REVIEWS)]
    logs = tmp_path / "one", tmp_path / "two"
    with ExitStack() as stack, httpx.Client(timeout=60, limits=httpx.Limits(max_connections=2 * EACH)) as client:
        start = lambda log: stack.enter_context(serving(*given, log=log, RAY_ADDRESS=address))  # noqa: E731
        with ThreadPoolExecutor(2) as pool:
            one, two = pool.map(start, logs)
        first = [client.post(f"{each}/api/v1/predict", json=asked).json() for each in (one, two)]
        assert all("on a replica" in str(each["trace"]) for each in first), first
        passes()
        with ThreadPoolExecutor(2 * EACH) as pool:
            answers = list(pool.map(lambda each: client.post(f"{each}/api/v1/predict", json=asked), [one, two] * EACH))
        assert {each.status_code for each in answers} == {200}
        met = passes()
        assert sum(met) == 2 * EACH
        assert len(met) < EACH, "fewer passes than one server alone has sent requests: those of both met"
        assert client.get(f"{one}/readyz").json()["missing"].get("backend") is None


def test_a_request_outlives_the_replica_that_had_it(endpoints: Endpoints) -> None:
    inputs = load(LOANS).demo.examples[0].inputs
    endpoints.predict("home-loans", inputs)
    (first,) = replicas()
    os.kill(first, signal.SIGKILL)
    assert endpoints.predict("home-loans", inputs)["prediction"]["items"]
    (second,) = replicas()  # Serve has put another in its place
    assert second != first


def test_whose_replica_goes_in_mid_stream_is_told_and_the_next_call_is_answered(endpoints: Endpoints) -> None:
    inputs = load(LOANS).demo.examples[0].inputs
    stream = endpoints.explain_stream("home-loans", inputs, seconds=60)
    next(stream)
    for each in replicas():
        os.kill(each, signal.SIGKILL)
    with pytest.raises(Busy, match="went away; please try again"):
        list(stream)
    assert endpoints.predict("home-loans", inputs)["prediction"]["items"]


def test_a_function_of_this_process_is_not_sent(send: device.Send, monkeypatch: pytest.MonkeyPatch) -> None:
    field = {"kind": "text", "name": "text", "label": "Text"}
    about = {"task": "text-regression", "title": "Length", "summary": "Counts.", "fields": [field], "output": "length"}
    task = from_function(lambda records: [len(each["text"]) for each in records], about, name="length")
    monkeypatch.setattr(device, "lent", send)
    with pytest.raises(ModelError, match="made in the process of the page"):
        Endpoints(Catalogue({}, made=[task])).predict("length", {"text": "Seven words are few"})


class Answer:
    """What a handle gives: some parts, then an error if there is one; whether it was cancelled in the end."""

    def __init__(self, *parts: Any) -> None:
        self.parts, self.cancelled = parts, False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part

    def cancel(self) -> None:
        self.cancelled = True


class Handle:
    """Gives one answer after the other."""

    def __init__(self, *answers: Answer) -> None:
        self.left = list(answers)

    def remote(self, sent: bytes) -> Answer:
        return self.left.pop(0)


def test_what_goes_wrong_on_the_way_is_told_in_words() -> None:
    from ray.exceptions import RayActorError, RaySystemError
    from ray.serve.exceptions import BackPressureError

    gone = RayActorError()
    answers = Answer(gone), Answer(b"1", b"2")
    assert list(on_serve.parts(Handle(*answers), b"")) == [b"1", b"2"]
    assert all(each.cancelled for each in answers)
    for said, words in [
        ([Answer(gone)] * on_serve.TRIES, on_serve.AWAY),
        ([Answer(b"1", gone), Answer(b"1")], on_serve.AWAY),  # never said twice
        ([Answer(BackPressureError(9, 8))], on_serve.FULL),
        ([Answer(RaySystemError("no raylet"))], on_serve.GONE),
    ]:
        with pytest.raises(Busy) as refused:
            list(on_serve.parts(Handle(*said), b""))
        assert str(refused.value) == words


def test_who_leaves_ends_the_work() -> None:
    answer = Answer(b"1", b"2")
    parts = on_serve.parts(Handle(answer), b"")
    next(parts)
    parts.close()  # type: ignore[attr-defined]  # a generator
    assert answer.cancelled


def test_a_cluster_that_cannot_be_reached_is_missing_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from ray import serve
    from ray.exceptions import RaySystemError

    def gone() -> None:
        raise RaySystemError("no raylet")

    monkeypatch.setattr(serve, "status", gone)
    assert on_serve.missing() == on_serve.GONE
