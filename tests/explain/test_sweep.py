"""One field over its range: what the model says at each value, and where the decision changes."""

from typing import Any

import pytest
from conftest import load

from explain.sweep import Sweep, sweep
from inference import from_function, models
from inference.errors import InputError
from inference.task import Task


@pytest.fixture(scope="module")
def loans() -> Task:
    return load(models.find()["home-loans"])


def test_scores_and_outcomes_are_the_models_own(loans: Task) -> None:
    inputs = loans.demo.examples[0].inputs
    found = sweep(loans, inputs, "payments", points=9)
    assert Sweep.from_json(found.to_json()) == found
    assert (found.item, found.now, len(found.values), found.evaluations) == ("denied", inputs["payments"], 9, 9)
    assert found.now in found.values
    assert list(found.values) == sorted(set(found.values))
    for value, score, outcome in zip(found.values, found.scores, found.outcomes, strict=True):
        answer = loans.predict({**inputs, "payments": value})
        scores = {item.id: item.score for item in answer.prediction.items}
        assert score == pytest.approx(scores["denied"], abs=1e-6)
        assert answer.decision is not None
        assert outcome == answer.decision.action


def test_bands_are_the_outcomes_run_by_run(loans: Task) -> None:
    found = sweep(loans, loans.demo.examples[0].inputs, "payments")
    assert found.thresholds == (0.15, 0.6)
    spread = [band.outcome for band in found.bands for value in found.values if band.first <= value <= band.last]  # type: ignore[operator]
    assert tuple(spread) == found.outcomes
    assert all(one.outcome != two.outcome for one, two in zip(found.bands, found.bands[1:], strict=False))


def test_a_category_goes_over_its_choices(loans: Task) -> None:
    found = sweep(loans, loans.demo.examples[0].inputs, "public_record")
    assert (found.values, found.now) == (("no", "yes"), "no")


def test_steps_and_limits_are_kept_and_a_number_without_a_rule_has_no_outcome() -> None:
    about: dict[str, Any] = {
        "task": "tabular-regression",
        "title": "Twice",
        "summary": "Twice.",
        "fields": [{"kind": "number", "name": "x", "label": "X", "limits": [0, 4], "seen": [-9, 9], "step": 1}],
    }
    task = from_function(lambda records: [2 * record["x"] for record in records], about)
    found = sweep(task, {"x": 2.5}, "x")
    assert found.values == (0, 1, 2, 2.5, 3, 4)
    assert found.scores == (0, 2, 4, 5, 6, 8)
    assert [band.to_json() for band in found.bands] == [{"first": 0, "last": 4, "outcome": None}]


def test_an_unknown_number_is_swept_without_a_place_of_its_own() -> None:
    task = load(models.find()["penguins"])
    inputs = {**task.demo.examples[0].inputs, "bill_length": None}
    assert sweep(task, inputs, "bill_length", points=5).now is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"field": "rent"}, "Unknown number or category to go over 'rent'"),
        ({"field": "black"}, "Unknown number or category to go over 'black'"),
        ({"field": None}, "Unknown number or category to go over 'None'"),
        ({"field": "payments", "target": "nobody"}, "Unknown item 'nobody'"),
        ({"field": "payments", "points": 1}, "points must be a whole number from 2 to 401, got 1."),
    ],
)
def test_what_cannot_be_swept_gets_a_message(loans: Task, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        sweep(loans, loans.demo.examples[0].inputs, **asked)
    assert said in str(error.value)
