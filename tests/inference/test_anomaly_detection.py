"""How surprising a reading is, what would have been usual, and the change that would pass."""

from typing import Any

import pytest
from conftest import load
from transformers import pipeline

import inference.tasks  # noqa: F401  registers the pipeline
from inference import models
from inference.task import Task
from inference.types import Table


@pytest.fixture(scope="module")
def task() -> Task:
    return load(models.find()["shuttle"])


def inputs(task: Task, title: str) -> dict[str, Any]:
    return next(example.inputs for example in task.demo.examples if example.title == title)


def test_anyone_can_call_the_pipeline_by_its_task(task: Task) -> None:
    pipe = pipeline("anomaly-detection", model=str(models.find()["shuttle"]))
    rows = [example.inputs for example in task.demo.examples]
    alone = [pipe(row)["value"] for row in rows]
    assert [each["value"] for each in pipe(rows, batch_size=4)] == pytest.approx(alone, rel=1e-5)
    assert [task.predict(row).prediction.scores[0] for row in rows] == pytest.approx(alone, rel=1e-5)


def test_ordinary_readings_pass_and_anomalies_raise_the_alarm(task: Task) -> None:
    actions = {e.title: task.predict(e.inputs).decision.action for e in task.demo.examples}  # type: ignore[union-attr]
    assert actions["An ordinary one"] == "Pass"
    assert actions["An anomaly as most are"] == "Raise the alarm"
    assert actions["Close to the line"] == "Inspect"


def test_a_score_says_how_many_ordinary_readings_are_less_surprising(task: Task) -> None:
    facts = {e.title: task.predict(e.inputs).prediction.items[0].facts for e in task.demo.examples}
    assert facts["The most surprising one"] == {"rarity": "more unusual than 99.8 % of ordinary ones"}
    assert facts["Close to the line"] == {"rarity": "more unusual than 99.0 % of ordinary ones"}
    calm = task.predict({**inputs(task, "An ordinary one"), "f2": 0})
    assert calm.prediction.scores[0] < 0
    assert calm.prediction.items[0].facts == {"rarity": "an ordinary one"}


def rows(table: Table) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in table.rows}


def test_each_reading_stands_beside_what_would_be_usual(task: Task) -> None:
    ordinary = task.predict(inputs(task, "An ordinary one")).tables
    assert len(ordinary) == 1  # nothing to mend
    assert {said for *_, said in ordinary[0].rows} == {"usual"}
    spiked = rows(task.predict({**inputs(task, "An ordinary one"), "f4": 900}).tables[0])
    arrived, usual, _, said = spiked["Channel 4"]
    assert (arrived, said) == ("900", "too high")
    assert abs(float(usual)) <= 2
    assert {each[-1] for name, each in spiked.items() if name != "Channel 4"} == {"usual"}


@pytest.mark.parametrize(
    "title", ["An anomaly as most are", "The most surprising one", "Close to the line", "A false alarm"]
)
def test_the_change_that_is_shown_passes_when_it_is_sent(task: Task, title: str) -> None:
    sent = inputs(task, title)
    mended = task.predict(sent).tables[1]
    *changes, (_, before, after) = mended.rows
    names = {field.label: field.name for field in task.demo.inputs}
    again = task.predict({**sent, **{names[label]: float(new.replace(",", "")) for label, _, new in changes}})
    assert again.decision and again.decision.action == "Pass"
    assert f"{again.prediction.scores[0]:.3g} nats" == after
    assert f"{task.predict(sent).prediction.scores[0]:.3g} nats" == before.replace("nats", "nats")
    for label, old, new in changes:
        assert old != new
        undone = {names[each]: float(value.replace(",", "")) for each, _, value in changes if each != label}
        back = task.predict({**sent, **undone})
        assert back.decision and back.decision.action != "Pass"  # none of the changes could be spared


def test_one_wrong_reading_is_the_one_that_is_mended(task: Task) -> None:
    found = task.predict({**inputs(task, "An ordinary one"), "f6": 20_000}).tables[1]
    assert [label for label, *_ in found.rows] == ["Channel 6", "Surprise"]


def test_a_reading_outside_what_ordinary_ones_had_is_named(task: Task) -> None:
    warnings = task.predict({**inputs(task, "An ordinary one"), "f1": 500}).warnings
    assert [each for each in warnings if "Channel 1 500 lies outside what ordinary rows had" in each]
    assert task.predict(inputs(task, "An ordinary one")).warnings == ()


@pytest.mark.parametrize("value", [1e308, -1e308, 1e-300])
def test_an_enormous_reading_is_surprising_and_not_an_error(task: Task, value: float) -> None:
    answer = task.predict({**inputs(task, "An ordinary one"), "f3": value})
    assert answer.decision and answer.decision.action == "Raise the alarm"
    assert answer.to_json()


def test_explaining_an_alarm_finds_the_reading_that_was_changed(task: Task) -> None:
    from explain import explain

    found = explain(task, {**inputs(task, "An ordinary one"), "f4": 900})
    assert max(zip(found.values, found.features, strict=True), key=lambda pair: pair[0])[1].field == "f4"
    assert found.unit == "nats"
    assert found.method == "exact enumeration"
