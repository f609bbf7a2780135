"""What happens when the memory does not suffice: a smaller batch, then a message, and the next call is answered."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import load
from starlette.testclient import TestClient

from explain import explain_stream
from explain.streams import STREAMS
from inference import models
from inference.accelerator import Accelerator, in_batches, is_out_of_memory
from inference.errors import Busy, OutOfMemory
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.task import Task

TOO_MUCH = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
TEXTS = [
    "A warm, witty film.",
    "It broke at once.",
    "Fine.",
    "I would buy it again.",
    "Never again.",
    "Slow, but kind.",
]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Task, int], list[int]]]:
    """`room(task, rows)`: from now on the model has memory for so many rows; the sizes it was asked for are listed."""
    gc.freeze()  # each halving collects what it left: in a large process most of that time goes to what others hold

    def limit(task: Task, rows: int) -> list[int]:
        model, sizes = task.pipeline.model, list[int]()
        forward = model.forward

        @wraps(forward)
        def tight(*values: Any, **named: Any) -> Any:
            size = len(next(value for value in (*values, *named.values()) if isinstance(value, torch.Tensor)))
            sizes.append(size)
            if size > rows:
                raise TOO_MUCH
            return forward(*values, **named)

        monkeypatch.setattr(model, "forward", tight)
        return sizes

    yield limit
    gc.unfreeze()


def example(task: Task, i: int) -> Any:
    return task.demo.examples[i % len(task.demo.examples)].inputs


def test_a_batch_is_halved_until_it_fits_and_the_answers_are_the_same(
    task: Task, room: Callable[[Task, int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = task.parse(example(task, 0))
    target = task.target(task.predict_some([raw])[0])
    monkeypatch.setattr(type(task), "batch_size", 6)
    before = task.scores([raw] * 6, [target])[:, 0]
    sizes = room(task, 1_000)
    task.scores([raw], [target])
    rows = max(sizes)  # of one input: a text with five labels is five
    sizes = room(task, 2 * rows)
    after = task.scores([raw] * 6, [target])[:, 0]
    assert after.tolist() == pytest.approx(before.tolist(), rel=1e-4, abs=1e-4)
    if max(sizes) > rows:  # else what is the same in all inputs is read once
        assert max(sizes) == 6 * rows  # tried whole first
        assert sum(size for size in sizes if size <= 2 * rows) >= 6 * rows


def test_sizes_are_halved_and_stay_so(room: Callable[[Task, int], list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    task = load(models.find()["sentiment"])
    monkeypatch.setattr(type(task), "batch_size", 6)
    before = task.predict_batch([{"text": text} for text in TEXTS * 2])
    sizes = room(task, 2)
    after = task.predict_batch([{"text": text} for text in TEXTS * 2])
    assert sizes == [6, 3, 1] + [1] * 11
    for ours, theirs in zip(after, before, strict=True):  # in the same order
        assert dict(zip(ours.names, ours.scores, strict=True)) == pytest.approx(
            dict(zip(theirs.names, theirs.scores, strict=True)), abs=1e-5
        )


def test_a_short_list_is_halved_from_its_own_length() -> None:
    asked = list[int]()

    def work(some: Any) -> int:
        asked.append(len(some))
        if len(some) > 3:
            raise OutOfMemory("no")
        return sum(some)

    assert list(in_batches(work, [1, 2, 3, 4], 1000)) == [3, 7]
    assert asked == [4, 2, 2]
    assert list(in_batches(work, [], 8)) == []


def test_where_one_row_is_too_much_the_caller_is_told_what_to_send(room: Callable[[Task, int], list[int]]) -> None:
    task = load(models.find()["sentiment"])
    sizes = room(task, 0)
    with pytest.raises(Busy, match=r"more memory than there is: send a smaller picture or a shorter text"):
        task.predict_batch([{"text": text} for text in TEXTS[:4]])
    assert sizes == [4, 2, 1]


@pytest.fixture(scope="module")
def client(tiny_chat: Path) -> Iterator[TestClient]:
    folders = {"sentiment": models.find()["sentiment"], "tiny-chat": tiny_chat}
    endpoints = Endpoints(Catalogue(folders), STREAMS)
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        client.app.endpoints = endpoints  # type: ignore[attr-defined]
        yield client


@pytest.mark.parametrize(("name", "field"), [("sentiment", "text"), ("tiny-chat", "prompt")])
@pytest.mark.parametrize("call", ["/predict", "/explain", "/predict/stream", "/explain/stream"])
def test_the_app_says_so_and_answers_the_next_call(
    client: TestClient, name: str, field: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"model": name, "inputs": {field: "The sea in winter is grey."}}
    assert client.post("/predict", json=sent).status_code == 200
    model = client.app.endpoints.catalogue.task(name).pipeline.model  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(model, "forward", wraps(model.forward)(fail))
        response = client.post(call, json=sent)
    assert response.status_code == 503
    assert "a smaller picture or a shorter text" in response.json()["detail"]
    assert "CUDA" not in response.text
    assert client.post(call, json=sent).status_code == 200


def fail(*_: Any, **__: Any) -> Any:
    raise TOO_MUCH


# What counts as running out of memory


def test_the_real_allocator_of_the_processor_is_understood() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**50)
    assert is_out_of_memory(raised.value)


@pytest.mark.parametrize("error", [TOO_MUCH, torch.OutOfMemoryError("HIP"), MemoryError()])
def test_other_words_for_it_are_understood(error: BaseException) -> None:
    with pytest.raises(OutOfMemory), Accelerator():
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("out of memory."), KeyboardInterrupt()])
def test_any_other_error_stays_itself(error: BaseException) -> None:
    accelerator = Accelerator()
    with pytest.raises(type(error)) as raised, accelerator:
        raise error
    assert raised.value is error


def test_the_accelerator_is_free_again_and_what_the_failed_pass_held_is_given_back() -> None:
    accelerator, held = Accelerator(), list[Any]()

    def work() -> None:
        tensor = torch.zeros(8)
        held.append(weakref.ref(tensor))
        raise TOO_MUCH

    with pytest.raises(OutOfMemory) as raised, accelerator:
        work()
    gc.collect()
    assert raised.value.__context__ is TOO_MUCH  # still known, for the log, but without its tensors
    assert held[0]() is None
    entered = threading.Event()

    def next_one() -> None:
        with accelerator:
            entered.set()

    threading.Thread(target=next_one, daemon=True).start()
    assert entered.wait(5)


def test_the_cache_of_the_device_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import memory

    emptied = list[bool]()
    monkeypatch.setattr(memory, "clear_device_cache", lambda garbage_collection: emptied.append(garbage_collection))
    with pytest.raises(OutOfMemory), Accelerator():
        raise TOO_MUCH
    assert emptied == [True]


def test_scores_survive_a_squeeze_in_an_explanation(room: Callable[[Task, int], list[int]]) -> None:
    task = load(models.find()["sentiment"])
    inputs = {"text": "A warm, witty film with a slow start."}
    *_, before = explain_stream(task, inputs, evaluations=64)
    room(task, 3)
    *_, after = explain_stream(task, inputs, evaluations=64)
    # Where memory is that scarce, half the width is not tried.
    assert np.array(after.values) == pytest.approx(np.array(before.values), abs=0.02)
