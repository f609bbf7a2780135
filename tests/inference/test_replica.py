"""Many forward passes of one task: cheaper, the same, half the width only where it is safe, and nothing lost."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from conftest import load
from numpy.typing import NDArray
from PIL import Image

import inference
from explain.scoring import scorer
from inference import models, precision, replica
from inference.accelerator import accelerator
from inference.errors import OutOfMemory
from inference.masks import MaskedText
from inference.serving import catalogue
from inference.task import Task
from inference.trace import Batch
from inference.types import ItemTarget, Target

TEXT = "A warm, witty film with a slow start, and an ending that nobody will see coming."
Scores = Callable[[Batch], NDArray[np.float64]]


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that computes in bfloat16, whichever processor runs the tests."""
    monkeypatch.setattr(replica, "computes_bfloat16", lambda device: True)


@pytest.fixture
def text() -> Task:
    return load(models.find()["sentiment"])


@pytest.fixture
def photo() -> Task:
    return load(models.find()["mobilenet-v2"])


def scores_of(task: Task, target: Target) -> Scores:
    return lambda outputs: task.score(outputs, [target])


def texts(task: Task, rows: int) -> Batch:
    """Coalitions of the words of a text."""
    words = [(at, at + len(word)) for word in TEXT.split() for at in [TEXT.index(word)]]
    kept = np.random.default_rng(0).random((rows, len(words))) < 0.5
    hidden = [[word for word, stays in zip(words, row, strict=True) if not stays] for row in kept]
    return task.encode([{"text": MaskedText(TEXT, tuple(each))} for each in hidden])


def photos(task: Task, rows: int) -> Batch:
    """Coalitions of a photo's quarters of quarters, the hidden ones grey."""
    picture = Image.open(task.folder / "examples" / "cat.jpg").convert("RGB").resize((256, 256))
    kept = np.random.default_rng(0).random((rows, 4, 4)) < 0.5
    pixels = np.asarray(picture)
    shown = [np.where(np.kron(row, np.ones((64, 64), bool))[..., None], pixels, 127).astype(np.uint8) for row in kept]
    return task.encode([{"image": Image.fromarray(each)} for each in shown])


def first(task: Task, batch: Batch) -> Target:
    """The item of the highest score on average."""
    mean = task.all_scores(task.forward(batch)).mean(0)  # type: ignore[attr-defined]
    return ItemTarget(list(task.positions)[int(mean.argmax())])  # type: ignore[attr-defined]


# The same as Task.forward


def test_a_replica_answers_as_the_task_does(task: Task) -> None:
    raw = task.parse(task.demo.examples[0].inputs)
    if not task.one_pass:  # no copy of the model stands in for such a task, so none may be narrower
        play = scorer(task, raw, [task.target(task.predict_some([raw])[0])])
        assert (play.noise, play.dtype) == (None, task.dtype)
        return
    batch = task.encode([raw] * 3)
    ours, theirs = replica.of(task).forward(batch), task.forward(batch)
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        if isinstance(value, torch.Tensor):
            assert (ours[name].dtype, ours[name].device) == (value.dtype, value.device)
            own, other = ours[name].double().nan_to_num(), value.double().nan_to_num()
            assert (own - other).abs().max() <= 1e-5 * other.abs().max()


def test_the_task_keeps_its_own_model(photo: Task) -> None:
    model, batch = photo.pipeline.model, photos(photo, 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    kinds = [type(each) for each in model.modules()]
    answered = photo.forward(batch)["logits"]
    used = replica.of(photo)
    used.forward(batch)
    assert photo.pipeline.model is model and [type(each) for each in model.modules()] == kinds
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(photo.forward(batch)["logits"], answered)


def test_one_pass_at_a_time(text: Task) -> None:
    used, batch, done = replica.of(text), texts(text, 2), threading.Event()

    def work() -> None:
        used.forward(batch)
        done.set()

    with accelerator:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        assert not done.wait(0.05)
    thread.join(30)
    assert done.is_set()


def test_a_function_is_asked_as_it_is() -> None:
    about = {
        "task": "tabular-regression",
        "title": "T",
        "summary": "S",
        "fields": [{"kind": "number", "name": "x", "label": "X"}],
    }
    doubled = inference.from_function(lambda records: [2 * record["x"] for record in records], about)
    used = replica.of(doubled)
    batch = doubled.encode([{"x": 1.0}, {"x": 2.0}])
    assert used.forward(batch)["scores"].tolist() == [[2], [4]]
    assert used.verify(batch, lambda outputs: outputs["scores"]) is None
    assert (used.dtype, used.batch_size, replica.bytes_of(doubled)) == ("float64", 256, 0)


# Half the width


def test_bfloat16_is_safe_for_our_text_model(text: Task, bfloat16: None) -> None:
    batch = texts(text, 16)
    used, score = replica.of(text), scores_of(text, ItemTarget("positive"))
    noise = used.verify(batch, score)
    assert noise is not None and used.dtype == "bfloat16"
    exact, ours = score(text.forward(batch)), score(used.forward(batch))
    error = np.sqrt(np.mean((ours - exact) ** 2))
    assert 0 < error < noise[0] < 2 * error  # as large as it may be after so few coalitions
    assert error <= precision.SAFE * exact.std()
    assert text.dtype == "float32" and next(text.pipeline.model.parameters()).dtype == torch.float32


def test_bfloat16_is_refused_for_our_photo_model(photo: Task, bfloat16: None) -> None:
    batch = photos(photo, 16)
    used = replica.of(photo)
    assert used.verify(batch, scores_of(photo, first(photo, batch))) is None
    assert (used.dtype, used.noise) == ("float32", None)
    assert torch.equal(used.forward(batch)["logits"], replica.of(photo).forward(batch)["logits"])


def test_the_precision_of_one_run_is_not_that_of_another(text: Task, bfloat16: None) -> None:
    batch, other = texts(text, 16), replica.of(text)
    exact = other.forward(batch)["logits"]
    replica.of(text).verify(batch, scores_of(text, ItemTarget("positive")))
    assert other.dtype == "float32"
    assert torch.equal(other.forward(batch)["logits"], exact)


def test_the_choice_is_the_same_each_time(text: Task, bfloat16: None) -> None:
    batch, score = texts(text, 16), scores_of(text, ItemTarget("positive"))
    found = [replica.of(text).verify(batch, score) for _ in range(3)]
    assert found[0] is not None
    assert all(np.array_equal(each, found[0]) for each in found[1:])  # type: ignore[arg-type]


def test_where_the_device_has_no_bfloat16_nothing_is_tried(text: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "computes_bfloat16", lambda device: False)
    used = replica.of(text)
    assert used.verify(texts(text, 16), lambda outputs: pytest.fail("asked")) is None
    assert replica.bytes_of(text) == 0


def test_a_small_network_is_left_in_float32(bfloat16: None) -> None:
    houses = load(models.find()["ames-house-prices"])
    assert replica.size_of(houses.pipeline.model) < replica.SMALLEST
    assert replica.of(houses).verify({}, lambda outputs: pytest.fail("asked")) is None


# What is copied, and for how long


def test_a_model_over_the_bound_is_not_copied(photo: Task, bfloat16: None, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = type(photo)(photo.folder, photo.demo, photo.pipeline)
    monkeypatch.setattr(replica, "LARGEST", 1_000)
    monkeypatch.setattr(replica.copy, "deepcopy", lambda _: pytest.fail("copied"))
    used, batch = replica.of(fresh), photos(photo, 2)
    assert torch.equal(used.forward(batch)["logits"], photo.forward(batch)["logits"])
    assert used.verify(batch, lambda outputs: pytest.fail("asked")) is None
    assert (replica.bytes_of(fresh), used.batch_size) == (0, photo.batch_size)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_model_in_half_the_width_is_not_copied(dtype: torch.dtype) -> None:
    assert replica.may_be_copied(torch.nn.Linear(2, 2))
    assert not replica.may_be_copied(torch.nn.Linear(2, 2).to(dtype))
    assert not replica.may_be_copied(torch.nn.Linear(2, 2, device="meta"))


def test_copies_are_counted_with_the_model_and_go_with_the_task(bfloat16: None) -> None:
    folder = models.find()["mobilenet-v2"]
    task, counted = catalogue.load(folder, "photos", inference.registry.about(folder))
    weights = replica.size_of(task.pipeline.model)
    assert counted == task.bytes + weights  # folded; nets with batch norm are not tried in half the width
    used, batch = replica.of(task), photos(task, 1)
    used.forward(batch)
    copy = weakref.ref(used._models._exact.model)  # type: ignore[union-attr]
    assert replica.size_of(copy()) <= counted - task.bytes + weights // 50  # type: ignore[arg-type]
    del task, used
    gc.collect()
    assert copy() is None


def test_eight_threads_fold_once(photo: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = type(photo)(photo.folder, photo.demo, photo.pipeline)
    folds: list[int] = []
    original = replica.folded
    monkeypatch.setattr(replica, "folded", lambda *given: folds.append(1) or original(*given))
    batch, barrier, found = photos(photo, 2), threading.Barrier(8), list[torch.Tensor]()

    def work() -> None:
        barrier.wait()
        found.append(replica.of(fresh).forward(batch)["logits"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folds) == 1 and len(found) == 8
    assert all(torch.equal(each, found[0]) for each in found)


# When the memory does not suffice


def test_a_run_halves_its_batches_once_and_loses_nothing(text: Task) -> None:
    used, sizes = replica.of(text), list[int]()
    batch = {name: value for name, value in texts(text, 40).items() if isinstance(value, torch.Tensor)}

    def work(rows: Any) -> torch.Tensor:
        sizes.append(len(rows))
        if len(rows) > 10:
            with accelerator:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        logits: torch.Tensor = used.forward({name: value[list(rows)] for name, value in batch.items()})["logits"]
        return logits

    whole = text.forward(batch)["logits"]
    for _ in range(2):
        assert torch.allclose(torch.cat(list(used.in_batches(work, range(40)))), whole, atol=1e-5)
    assert sizes == [32, 16, 8, 8, 8, 8, 8] + [8] * 5
    assert (used.batch_size, replica.of(text).batch_size) == (8, text.batch_size)


def test_where_one_alone_is_too_much_it_is_said(text: Task) -> None:
    def fail(_: Any) -> None:
        raise OutOfMemory("too much")

    with pytest.raises(OutOfMemory):
        list(replica.of(text).in_batches(fail, range(4)))


def test_memory_that_lacks_while_copying_leaves_as_any_other(photo: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, batch = type(photo)(photo.folder, photo.demo, photo.pipeline), photos(photo, 1)

    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with monkeypatch.context() as patch, pytest.raises(OutOfMemory):
        patch.setattr(replica, "folded", fail)
        replica.of(fresh).forward(batch)
    assert replica.of(fresh).forward(batch)["logits"].shape[0] == 1
