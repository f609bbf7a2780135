"""Replicas on a cluster of this machine's processes: they say what this process says, and one of them dies."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import load

from explain.streams import STREAMS
from inference import device, models
from inference.errors import InputError, ModelError
from inference.functions import from_function
from inference.on_serve import deploy
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

LOANS = models.ASSETS / "models" / "home-loans"
pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own, of its own processes


@pytest.fixture(scope="module")
def send() -> Iterator[device.Send]:
    found = deploy([(str(LOANS), "home-loans")], replicas=(2, 2), share=0.5)
    yield found
    import ray
    from ray import serve

    serve.shutdown()
    ray.shutdown()


@pytest.fixture
def endpoints(send: device.Send, monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    """The server, none of whose work is done in this process: `device.refuse` sees to that."""
    monkeypatch.setattr(device, "lent", send)
    return Endpoints(Catalogue({"home-loans": LOANS}), STREAMS)


def replicas() -> list[int]:
    """The processes that hold the models."""
    names = {int(each.name): each / "cmdline" for each in Path("/proc").iterdir() if each.name.isdigit()}
    return [number for number, file in names.items() if file.exists() and b"ServeReplica" in file.read_bytes()]


def test_a_replica_says_what_this_process_says(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [each.inputs for each in load(LOANS).demo.examples]
    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(lambda each: endpoints.predict("home-loans", each), inputs * 4))
    explained = endpoints.explain("home-loans", inputs[0])
    with pytest.raises(InputError, match="is missing"):
        endpoints.predict("home-loans", {})
    monkeypatch.setattr(device, "lent", None)
    for given, found in zip(inputs * 4, there, strict=True):
        scores = [item["score"] for item in endpoints.predict("home-loans", given)["prediction"]["items"]]
        assert [item["score"] for item in found["prediction"]["items"]] == pytest.approx(scores, abs=1e-5)
    assert explained["values"] == pytest.approx(endpoints.explain("home-loans", inputs[0])["values"], abs=1e-4)


def test_a_request_outlives_the_replica_that_had_it(endpoints: Endpoints) -> None:
    inputs = load(LOANS).demo.examples[0].inputs
    endpoints.predict("home-loans", inputs)
    first, *_ = found = replicas()
    assert len(found) == 2
    os.kill(first, signal.SIGKILL)
    assert endpoints.predict("home-loans", inputs)["prediction"]["items"]
    deadline = time.monotonic() + 120
    while len(set(replicas()) - {first}) < 2:  # Serve puts another in its place
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert endpoints.predict("home-loans", inputs)["prediction"]["items"]


def test_a_function_of_this_process_is_not_sent(send: device.Send, monkeypatch: pytest.MonkeyPatch) -> None:
    field = {"kind": "text", "name": "text", "label": "Text"}
    about = {"task": "text-regression", "title": "Length", "summary": "Counts.", "fields": [field], "output": "length"}
    task = from_function(lambda records: [len(each["text"]) for each in records], about, name="length")
    monkeypatch.setattr(device, "lent", send)
    with pytest.raises(ModelError, match="made in the process of the page"):
        Endpoints(Catalogue({}, made=[task])).predict("length", {"text": "Seven words are few"})
