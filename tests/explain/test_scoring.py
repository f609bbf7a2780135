"""Coalitions on tensors score what the same inputs score by the users' door; what is narrower says by how much."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import load, shipped

import inference
from explain import explain
from explain.memory import Memory
from explain.scoring import Play, Tensors, door, scorer
from inference import models, replica
from inference.accelerator import accelerator
from inference.errors import InputError, ModelError
from inference.masks import Kept, MaskedImage, MaskedText, Regions
from inference.task import Task
from inference.types import Contrast, ItemTarget, Raw, Target

BY_THE_DOOR = {"groceries", "movies", "whisper-tiny-en"}
"""Models whose scores are sums, and need few evaluations, or that write a text."""
ON_TENSORS = sorted(set(shipped()) - BY_THE_DOOR)


@pytest.fixture(scope="module", params=ON_TENSORS)
def task(request: pytest.FixtureRequest) -> Task:
    return load(models.find()[request.param])


def asked(task: Task) -> tuple[Raw, list[Target]]:
    """An input, and two targets of it: the first item, and where there are two, the first rather than the second."""
    raw = task.parse(task.demo.examples[1].inputs)
    items = [ItemTarget(item.id) for item in task.predict(task.demo.examples[1].inputs).prediction.items]
    return raw, [items[0], Contrast((items[0], items[1]))] if len(items) > 1 else [items[0]]


def some(play: Play, count: int = 6) -> Kept:
    """All hidden, nothing hidden, and random coalitions."""
    rows = np.random.default_rng(3).random((count, len(play.players))) < 0.5
    rows[0], rows[1] = False, True
    return rows


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: Task, second: bool) -> None:
    raw, targets = asked(task)
    play = scorer(task, raw, targets, evaluations=50, second_baseline=second)
    assert isinstance(play.game, Tensors)
    rows = some(play)
    found, expected = play.game(rows), door(task, play.players, targets)(rows)
    spread = np.abs(expected).max() if task.kind == "value" else 1.0
    ends, rest = rows.all(1) | ~rows.any(1), slice(2, None)
    assert found[ends] == pytest.approx(expected[ends], abs=1e-5 * spread)
    floor = 0.0 if play.noise is None else 5 * play.noise.max()
    assert found[rest] == pytest.approx(expected[rest], abs=1e-4 * spread + floor)


def test_the_score_is_the_one_that_is_shown(task: Task) -> None:
    _, targets = asked(task)
    shown = task.predict(task.demo.examples[1].inputs).prediction.items[0].score
    for seconds in (0, None):
        found = explain(task, task.demo.examples[1].inputs, targets[0], evaluations=64, seconds=seconds)
        assert found.score == pytest.approx(shown, rel=1e-4)


def test_contrasts_and_their_noise_come_from_the_same_evaluations() -> None:
    task = inference.load("sentiment")
    raw, (first, contrast) = asked(task)
    memory = Memory()
    memory.likely = task.targets(task.predict(task.demo.examples[1].inputs).prediction)
    whole, both = memory.play(task, raw, [first]), memory.play(task, raw, [contrast])
    assert (whole.noise is None) == (both.noise is None)
    if whole.noise is not None and both.noise is not None:
        assert both.noise[0] == pytest.approx(np.sqrt(2) * whole.noise[0], rel=0.2)
    rows = some(whole)
    assert both.game(rows)[:, 0] == pytest.approx(2 * whole.game(rows)[:, 0] - 1, abs=0.02)


# What is covered of a picture is covered where the model looks


@pytest.fixture(scope="module")
def photo() -> Task:
    return inference.load("mobilenet-v2")


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (224, 224), (97, 640)])
def test_each_pixel_of_the_model_belongs_to_the_region_that_it_shows(photo: Task, size: tuple[int, int]) -> None:
    from PIL import Image

    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    quarters = (2 * (rows >= size[1] // 2) + (columns >= size[0] // 2)).astype(np.uint8)
    colours = np.array([(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 250)], np.uint8)
    picture, black = Image.fromarray(colours[quarters]), Image.new("RGB", (8, 8))
    for part in range(4):
        masked = MaskedImage(picture, Regions(quarters, black), np.arange(4) == part)
        seen = photo.sight(photo.encode_one({"image": masked}))
        assert seen is not None and seen.picture is not None
        pixels = np.asarray(seen.picture, float)
        lit = pixels.max(-1) > 60
        whole = photo.sight(photo.encode_one({"image": picture}))
        assert whole is not None and whole.picture is not None
        same = np.abs(np.asarray(whole.picture, float) - colours[part]).max(-1) < 60
        assert (lit == same).mean() > 0.97  # but for the borders, which resizing blends


def test_a_model_that_gets_no_plain_pixels_is_asked_by_the_door(photo: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, targets = asked(photo)
    preprocess = photo.preprocess  # type: ignore[attr-defined]
    monkeypatch.setattr(photo, "preprocess", lambda picture: {"patches": preprocess(picture)["pixel_values"]})
    play = scorer(photo, raw, targets)
    assert not isinstance(play.game, Tensors)
    assert (play.noise, play.dtype) == (None, "float32")


def test_dropped_words_are_not_there(task_of_text: Task) -> None:
    text = "A warm, witty film"
    dropped = task_of_text.encode([{"text": MaskedText(text, ((2, 7),), dropped=True)}])
    plain = task_of_text.encode([{"text": "A witty film"}])
    assert dropped["input_ids"].tolist() == plain["input_ids"].tolist()


@pytest.fixture(scope="module")
def task_of_text() -> Task:
    return inference.load("sentiment")


# Memory, leaving, and what is not imported


def test_out_of_memory_halves_the_batch_and_loses_nothing(task_of_text: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, targets = asked(task_of_text)
    play = scorer(task_of_text, raw, targets)
    rows = some(play, 24)
    expected = play.game(rows)
    forward, sizes = replica.Replica.forward, []

    def narrow(self: Any, batch: Any) -> Any:
        sizes.append(len(batch["input_ids"]))
        if sizes[-1] > 5:
            with accelerator:
                raise MemoryError
        return forward(self, batch)

    monkeypatch.setattr(replica.Replica, "forward", narrow)
    found = scorer(task_of_text, raw, targets).game(rows)
    assert found == pytest.approx(expected, abs=0.02)
    assert max(sizes) > 5 >= min(sizes)
    assert sizes.count(max(sizes)) == 1  # what was too much is not tried again


def test_an_explanation_imports_neither_shap_nor_numba() -> None:
    code = (
        "import sys, inference, explain\n"
        "found = explain.explain(inference.load('breast-cancer'), EXAMPLE, evaluations=40)\n"
        "print(found.method, [name for name in ('shap', 'numba') if name in sys.modules])"
    )
    example = inference.load("breast-cancer").demo.examples[0].inputs
    root = Path(__file__).parents[2]
    run = [sys.executable, "-W", "ignore", "-c", code.replace("EXAMPLE", repr(dict(example)))]
    found = subprocess.run(run, cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "paired Bayesian quadrature []"


# Bad input


def numbers(function: Callable[[list[dict[str, Any]]], Any], n: int, rows: Sequence[Sequence[float]]) -> Task:
    """A function over n numbers, with reference rows."""
    fields = [{"name": f"x{i}", "kind": "number", "label": f"Number {i}"} for i in range(n)]
    about = {"task": "tabular-regression", "title": "F", "summary": "A function.", "fields": fields}
    background = [{f"x{i}": float(value) for i, value in enumerate(row)} for row in rows]
    return inference.from_function(function, about, background=background)


def test_a_function_over_columns_is_asked_as_by_the_users_door() -> None:
    task = numbers(lambda records: [r["x0"] * r["x1"] + r["x2"] for r in records], 3, np.arange(90).reshape(30, 3))
    raw, targets = task.parse({"x0": 2.0, "x1": 3.0, "x2": 5.0}), [ItemTarget("value")]
    play = scorer(task, raw, targets)
    assert isinstance(play.game, Tensors)
    rows = np.array([[bool(code >> i & 1) for i in range(3)] for code in range(8)])
    assert play.game(rows) == pytest.approx(door(task, play.players, targets)(rows))


def test_one_word_gets_the_whole_difference(task_of_text: Task) -> None:
    found = explain(task_of_text, {"text": "Wonderful"}, "positive")
    assert found.values == (pytest.approx(found.score - found.base),)


def test_one_column_and_identical_rows() -> None:
    task = numbers(lambda records: [2 * record["x0"] for record in records], 1, [[3.0]] * 30)
    found = explain(task, {"x0": 5.0})
    assert (*found.values, found.base, found.score) == pytest.approx((4, 6, 10))


def test_combinations_without_a_number_are_left_out_and_counted() -> None:
    def total(records: list[dict[str, Any]]) -> list[float]:
        sums = [sum(record.values()) for record in records]
        return [float("nan") if value in (3.0, 21.0) else value for value in sums]

    task = numbers(total, 12, [[0.0] * 12] * 30)
    inputs = {f"x{i}": 2.0 for i in range(11)} | {"x11": 1.0}
    found = explain(task, inputs, evaluations=200)
    assert found.excluded > 0
    assert found.values == pytest.approx([2.0] * 11 + [1.0], abs=0.05)
    with pytest.raises(ModelError, match="finite"):
        task.predict({f"x{i}": 0.25 for i in range(12)})
    with pytest.raises(InputError, match="it cannot be explained"):
        explain(task, {f"x{i}": 0.25 for i in range(12)}, "value")


def test_a_constant_model_has_no_reasons() -> None:
    task = numbers(lambda records: [1.5] * len(records), 12, np.eye(12).tolist())
    found = explain(task, {f"x{i}": 2.0 for i in range(12)})
    assert found.values == pytest.approx([0.0] * 12, abs=1e-9)
    assert found.residual == pytest.approx(0, abs=1e-9)


def test_a_picture_of_one_colour_adds_up(photo: Task) -> None:
    from PIL import Image

    found = explain(photo, {"image": Image.new("RGB", (320, 240), (90, 120, 30))}, evaluations=64)
    assert found.base + sum(found.values) == pytest.approx(found.score, abs=1e-6)  # type: ignore[arg-type, operator]


@pytest.mark.slow
def test_ten_thousand_words_are_explained_as_far_as_they_are_read(task_of_text: Task) -> None:
    field = task_of_text.demo.first("text")
    object.__setattr__(field, "max_length", 100_000)
    found = explain(task_of_text, {"text": "good " * 10_000}, "positive", seconds=1)
    assert found.base + sum(found.values) == pytest.approx(found.score)  # type: ignore[arg-type, operator]


def test_every_model_but_those_named_is_on_tensors() -> None:
    assert set(ON_TENSORS) == {name for name in shipped() if by_tensors(load(models.find()[name]))}


def by_tensors(task: Task) -> bool:
    raw, targets = asked(task)
    return isinstance(scorer(task, raw, targets).game, Tensors)
