"""The card of a request: proposed where the model is sure, asked back where it is not, none where nothing is meant."""

import pytest

import inference
from inference.registry import available, task_class
from inference.slots import RULES
from inference.task import Task
from inference.tasks.assistant import ACTIONS, MISSING, Assistant
from inference.types import Item, Prediction


@pytest.fixture(scope="module")
def task() -> Task:
    return inference.load("assistant")


def test_a_request_becomes_a_card_that_says_it_is_not_carried_out(task: Task) -> None:
    answer = task.predict({"text": "Remind me to water the plants tomorrow at 6 pm."})
    (card,) = answer.tables
    assert answer.prediction.items[0].id == "reminder"
    assert card.title == "Proposed: Set a reminder. Nothing is carried out."
    assert card.rows == (("about", "water the plants"), ("date", "tomorrow"), ("time", "at 6 pm"))


def test_what_a_card_needs_and_the_request_does_not_say_is_asked_for(task: Task) -> None:
    assert isinstance(task, Assistant)
    assert dict(task.card("message", "write a message").rows) == {"person": MISSING, "text": MISSING}
    assert task.card("weather", "and the weather?").rows == (("details", "none"),)


def test_below_the_confidence_it_asks_back(task: Task) -> None:
    assert isinstance(task, Assistant)
    unsure = Prediction("labels", "probability", tuple(Item(i, i, p) for i, p in [("timer", 0.4), ("music", 0.35)]))
    (question,) = task.tables({"text": "five minutes of jazz"}, {}, unsure)
    assert question.title.startswith("Asked back")
    assert [row[0] for row in question.rows] == ["timer", "music"]


def test_what_is_no_request_gets_no_card(task: Task) -> None:
    said = Prediction("labels", "probability", (Item("something else", "something else", 0.97),))
    assert list(task.tables({"text": "The soup was too salty."}, {}, said)) == []


def test_every_intent_but_the_last_has_an_action_and_every_slot_a_rule(task: Task) -> None:
    assert isinstance(task, Assistant)
    assert set(task.labels) == {*ACTIONS, "something else"}
    assert {slot for _, needed, possible in ACTIONS.values() for slot in (*needed, *possible)} <= set(RULES)
    assert task_class("assistant") is Assistant and "assistant" in available()
