"""What would have to be different: exact on planted models, true to its evaluations; what may not change stays."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from conftest import load

from explain import explain_stream
from explain.changes import Counterfactual, Counterfactuals
from explain.counterfactual import counterfactual_stream, counterfactuals
from explain.memory import Memory
from explain.types import Progress
from inference import from_function, models
from inference.errors import InputError
from inference.task import Task

RULE = {"of": "value", "rules": [{"action": "Approve", "at_least": 0.5}, {"action": "Decline"}]}
WORDS = "ant bee cat dog elk fox gnu hen".split()  # noqa: SIM905


class Planted:
    """A rule as a model, which counts what it is asked."""

    def __init__(self, rule: Callable[[dict[str, Any]], float]) -> None:
        self.rule, self.asked = rule, 0

    def __call__(self, records: list[dict[str, Any]]) -> list[float]:
        self.asked += len(records)
        return [float(self.rule(record)) for record in records]


def planted(rule: Callable[[dict[str, Any]], float], fields: list[dict[str, Any]], **more: Any) -> tuple[Task, Planted]:
    function = Planted(rule)
    about = {"task": "tabular-regression", "title": "Planted", "summary": "A rule.", "fields": fields, "decision": RULE}
    return from_function(function, about, name="planted", **more), function


def switches(count: int = 8, **more: Any) -> list[dict[str, Any]]:
    """Columns of no and yes."""
    each = {"kind": "category", "choices": ["no", "yes"], **more}
    return [{**each, "name": f"c{i}", "label": f"Column {i}"} for i in range(count)]


def off(count: int = 8) -> dict[str, Any]:
    return {f"c{i}": "no" for i in range(count)}


def drawn(seed: int) -> set[frozenset[int]]:
    """Sets of places that flip a random rule; it asks for two places at least."""
    rng = np.random.default_rng(seed)
    every = [frozenset(c) for size in range(2, 9) for c in combinations(range(8), size)]
    return {each for each in every if rng.random() < 0.03}


@pytest.mark.parametrize("seed", range(5))
def test_of_eight_columns_the_fewest_changes_are_those_of_enumeration(seed: int) -> None:
    flips = drawn(seed)
    rule = lambda row: frozenset(i for i in range(8) if row[f"c{i}"] == "yes") in flips  # noqa: E731
    task, function = planted(rule, switches())
    found = counterfactuals(task, off(), count=1)
    assert (found.now, found.found[0].outcome) == ("Decline", "Approve")
    assert len(found.found[0].changes) == min(map(len, flips))
    assert found.found[0].minimal
    assert found.found[0].fewest
    assert found.evaluations == function.asked <= found.allowed


@pytest.mark.parametrize("seed", range(5))
def test_of_eight_words_the_fewest_left_out_are_those_of_enumeration(seed: int) -> None:
    flips = {each for each in drawn(seed) if len(each) < 8}  # a text keeps a word
    rule = lambda row: frozenset(i for i, w in enumerate(WORDS) if w not in row["text"].split()) in flips  # noqa: E731
    task, function = planted(rule, [{"kind": "text", "name": "text", "label": "Text"}])
    found = counterfactuals(task, {"text": " ".join(WORDS)}, count=1)
    assert len(found.found[0].changes) == min(map(len, flips))
    assert found.found[0].inputs["text"].split() == [w for w in WORDS if w not in labels(found.found[0])]
    assert found.evaluations == function.asked


def labels(found: Counterfactual) -> list[str]:
    return [change.label for change in found.changes]


def test_a_number_goes_no_further_than_it_must_and_keeps_to_its_steps_and_limits() -> None:
    field = {"kind": "number", "name": "x", "label": "X", "step": 0.1, "limits": [0, 10], "unit": "m"}
    rows = [{"x": x} for x in np.linspace(0, 10, 50)]
    task, _ = planted(lambda row: row["x"] > 7.25, [field], background=rows)
    (found,) = counterfactuals(task, {"x": 2}).found
    assert (found.inputs, found.changes[0].before, found.changes[0].after) == ({"x": 7.3}, "2 m", "7.3 m")
    assert found.distance == pytest.approx(5.3 / np.std([row["x"] for row in rows]))


def test_the_nearest_row_with_the_other_decision_is_a_real_one() -> None:
    fields: list[dict[str, Any]] = [{"kind": "number", "name": name, "label": name.upper()} for name in "ab"]
    rows = [{"a": 0, "b": 0}, {"a": 9, "b": 9}, {"a": 6, "b": 5}, {"a": 5, "b": 1}]
    task, _ = planted(lambda row: row["a"] + row["b"] > 10, fields, background=rows)
    found = counterfactuals(task, {"a": 1, "b": 1})
    assert found.nearest is not None
    assert (found.nearest.row, found.nearest.inputs, found.nearest.outcome) == (3, {"a": 6.0, "b": 5.0}, "Approve")
    assert found.found[0].distance <= found.nearest.distance


def test_what_cannot_change_never_changes() -> None:
    fields = [*switches(1, mutable=False), *switches(3)[1:]]
    task, _ = planted(lambda row: row["c0"] == "yes" or (row["c1"] == "yes" and row["c2"] == "yes"), fields)
    assert [labels(each) for each in counterfactuals(task, off(3)).found] == [["Column 1", "Column 2"]]
    kept = counterfactuals(task, off(3), fixed=["c1"])
    assert (kept.found, kept.stays) == ((), ("Column 0", "Column 1"))


def test_where_nothing_leads_there_that_is_said_with_the_evaluations() -> None:
    task, function = planted(lambda row: 0.0, switches())
    found = counterfactuals(task, off())
    assert (found.found, found.nearest, found.ended) == ((), None, True)
    assert found.verdict == f"No change was found that leads away from “Decline”, within {function.asked} evaluations."
    assert function.asked == found.evaluations == 256  # the row as it is, and all changes of eight columns


@pytest.mark.parametrize("allowed", [2, 3, 10, 40, 100])
def test_no_more_evaluations_are_made_than_allowed(allowed: int) -> None:
    task, function = planted(lambda row: sum(v == "yes" for v in row.values()) > 4, switches(30))
    found = counterfactuals(task, off(30), evaluations=allowed)
    assert function.asked == found.evaluations <= allowed
    assert all(each.evaluations <= allowed for each in found.found)


def test_it_is_the_same_again_and_streams_what_it_finds() -> None:
    task = load(models.find()["home-loans"])
    inputs = task.demo.examples[2].inputs
    parts = list(counterfactual_stream(task, inputs))
    again = counterfactuals(task, inputs)
    assert isinstance(parts[-1], Counterfactuals)
    assert parts[-1].found == again.found
    seen = [part for part in parts if isinstance(part, Counterfactual)]
    assert {labelled(each) for each in again.found} <= {labelled(each) for each in seen}
    assert [part.done for part in parts if isinstance(part, Progress)] == sorted(
        part.done for part in parts if isinstance(part, Progress)
    )


def labelled(found: Counterfactual) -> str:
    return str(found.changes)


def test_leaving_ends_the_work() -> None:
    task, function = planted(lambda row: 0.0, switches(12), batch_size=16)
    stream = counterfactual_stream(task, off(12))
    for _ in range(3):
        next(stream)
    stream.close()  # type: ignore[attr-defined]
    before = function.asked
    assert before < 100


def test_a_known_explanation_is_the_order_of_the_search() -> None:
    names = {"c17", "c23", "c28"}
    rule = lambda row: sum(row[name] == "no" for name in names) / 3 + 0.01 * (row["c0"] == "no")  # noqa: E731
    fields = switches(30)
    task, function = planted(rule, fields, background=[dict.fromkeys(off(30), "yes"), off(30)])
    memory = Memory()
    list(explain_stream(task, off(30), memory=memory))
    function.asked = 0
    found = counterfactuals(task, off(30), memory=memory, count=1)
    assert found.now == "Approve"
    assert found.evaluations == function.asked
    assert set(labels(found.found[0])) < {"Column 17", "Column 23", "Column 28"}


def test_a_label_an_action_or_a_threshold_can_be_asked_for() -> None:
    task = load(models.find()["home-loans"])
    inputs = task.demo.examples[2].inputs
    assert {each.outcome for each in counterfactuals(task, inputs, to="Decline").found} == {"Decline"}
    assert {each.outcome for each in counterfactuals(task, inputs, to="approved").found} == {"approved"}
    inputs = task.demo.examples[1].inputs
    past = counterfactuals(task, inputs, to="denied", past=0.3)
    assert (past.now, past.wanted) == ("below 0.3", "at or above 0.3")
    for each in past.found:
        scores = {item.id: item.score for item in task.predict({**inputs, **each.inputs}).prediction.items}
        assert scores["denied"] >= 0.3


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"to": "Approve"}, "It is “Approve” already"),
        ({"to": "Dismiss"}, "Unknown action or label to lead to 'Dismiss'; available are Decline"),
        ({"to": 3}, "to must be an action or a label as a text, got 3."),
        ({"past": "high"}, "past must be a number, got 'high'."),
        ({"past": float("nan")}, "past must be a number, got nan."),
        ({"fixed": "housing"}, "fixed must be a list of names of fields"),
        ({"fixed": ["rent"]}, "Unknown field to stay as it is 'rent'"),
        ({"evaluations": 1}, "evaluations must be a whole number from 2 to 16,384, got 1."),
        ({"count": 0}, "count must be a whole number from 1 to 10, got 0."),
    ],
)
def test_what_cannot_be_asked_gets_a_message(asked: dict[str, Any], said: str) -> None:
    task = load(models.find()["home-loans"])
    with pytest.raises(InputError) as error:
        counterfactuals(task, task.demo.examples[0].inputs, **asked)
    assert said in str(error.value)


def test_a_number_without_a_rule_asks_for_the_value_to_get_past() -> None:
    task = load(models.find()["any-series"])
    with pytest.raises(InputError, match="is a number without a decision rule: send past"):
        counterfactuals(task, task.demo.examples[0].inputs)


@pytest.mark.parametrize(
    "name", ["home-loans", "penguins", "shuttle", "highway", "new-york-weather", "groceries", "sentiment"]
)
def test_for_every_kind_of_field_what_is_found_can_be_sent_and_is_decided_so(name: str) -> None:
    task = load(models.find()[name])
    inputs = task.demo.examples[1].inputs
    found = counterfactuals(task, inputs, count=2, evaluations=128 if name == "sentiment" else 1000)
    assert found.found
    for each in found.found:
        answer = task.predict({**inputs, **each.inputs})
        outcome = answer.decision.action if answer.decision else answer.prediction.names[0]
        assert outcome == each.outcome != found.now


def test_an_answer_is_flipped_by_the_words_around_it_not_by_its_own() -> None:
    task = load(models.find()["answers"])
    inputs = task.demo.examples[0].inputs
    now = task.predict(inputs).prediction
    assert now.items[0].chars is not None
    name, start, end = now.items[0].chars
    found = counterfactuals(task, inputs, evaluations=150)
    assert found.found
    for each in found.found:
        for change in each.changes:
            assert change.field != name or not start <= (change.where or {})["chars"][0] < end
