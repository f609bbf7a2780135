"""One case twice: two models, a model and its variant, or two inputs."""

import json
from pathlib import Path

import pytest
import tabled
from conftest import load
from explained import Page

import inference
from explain import compare
from explain.comparison import Comparison, comparable, compare_stream
from explain.panels.beside import Seen, beside
from explain.types import Progress
from inference import models
from inference.errors import InputError
from inference.study import variants
from inference.task import Task


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return inference.load(tabled.build(tmp_path_factory.mktemp("twins")), "twins")


INPUT, OTHER = tabled.inputs(2)


def test_a_variant_stands_beside_the_model_with_decision_reasons_and_time(task: Task) -> None:
    found = compare(variants.variant(task, "float32"), variants.variant(task, "bfloat16"), INPUT)
    assert Comparison.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert (found.of, found.same, found.same_decision) == ("variant", True, True)
    assert found.moved and found.moved.features == len(tabled.NAMES) and (found.moved.distance or 0) < 0.05
    one, two = found.first.explanation, found.second.explanation
    assert one and two and one.target == two.target and one.evaluations == two.evaluations
    assert (one.dtype, two.dtype) == ("float32", "bfloat16")
    assert found.first.timing.rounds == found.second.timing.rounds >= 3
    assert found.verdict.startswith("Both say") and "The same would be done" in found.verdict


def test_two_inputs_are_explained_for_the_same_answer(task: Task) -> None:
    found = compare(task, task, INPUT, OTHER)
    assert found.of == "inputs" and found.moved is None
    one, two = found.first.explanation, found.second.explanation
    assert one and two and one.target == two.target
    assert found.second.answer.prediction == task.predict(OTHER).prediction


def test_two_models_of_the_same_fields_can_be_compared(task: Task, tmp_path: Path) -> None:
    other = inference.load(tabled.build(tmp_path), "again")
    found = compare(task, other, INPUT)
    assert found.of == "models" and found.moved and found.moved.distance == pytest.approx(0, abs=1e-6)
    assert (found.first.answer.model, found.second.answer.model) == ("twins", "again")


def test_both_answers_come_before_the_reasons(task: Task) -> None:
    first, *progress, last = compare_stream(task, variants.variant(task, "pruned"), INPUT)
    assert isinstance(first, Comparison) and first.first.explanation is None
    assert progress and all(isinstance(each, Progress) for each in progress)
    assert isinstance(last, Comparison) and last.first.explanation


def test_models_of_other_fields_are_told_what_to_do(task: Task) -> None:
    houses = load(models.find()["ames-house-prices"])
    assert not comparable(task, houses)
    with pytest.raises(InputError, match="same task and fields"):
        compare(task, houses, INPUT)


def test_a_bad_input_gets_its_own_message(task: Task) -> None:
    with pytest.raises(InputError, match="first"):
        compare(task, task, {**INPUT, "first": "many"}, OTHER)
    with pytest.raises(InputError, match="nonsense"):
        compare(task, task, INPUT, {**OTHER, "nonsense": 1})


def test_models_with_other_labels_are_each_explained_for_what_they_say() -> None:
    sentiment, spam = (load(models.find()[name]) for name in ("sentiment", "sms-spam"))
    found = compare(sentiment, spam, {"text": "A warm film."})
    assert not found.same and found.moved is None and "differ" in found.verdict
    assert found.second.explanation and found.second.explanation.output in ("ham", "spam")


def test_both_sides_are_drawn_with_their_reasons_and_without_questions(task: Task) -> None:
    made = variants.variant(task, "pruned", sparsity=0.6)
    found = compare(variants.variant(task, "float32"), made, INPUT)
    raw = task.parse(INPUT)
    page = Page(beside(found, Seen("float32", task.demo, raw), Seen("pruned", task.demo, raw)))
    assert page.open == []
    labels = [each["aria-label"] for each in page.of("div") if each.get("role") == "region"]
    assert {"Comparison", "float32", "pruned", "Reasons side by side"} <= set(labels)
    assert not page.of("button")
    assert all(name in page.text for name in tabled.NAMES)
