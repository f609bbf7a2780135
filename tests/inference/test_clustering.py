"""Groups of rows: which, how surely, who is typical, and what is unlike them all."""

import math
from typing import Any

import numpy as np
import pytest
from conftest import load

from explain import explain
from inference import models
from inference.task import Task

TYPICAL = {"bill_length": 38.8, "bill_depth": 18.1, "flipper_length": 190, "body_mass": 3700}
SMALL = "Short bill, short flippers"


@pytest.fixture(scope="module")
def task() -> Task:
    return load(models.find()["penguins"])


def test_each_group_says_how_common_and_how_it_is(task: Task) -> None:
    items = task.predict(TYPICAL).prediction.items
    assert (items[0].id, items[0].score > 0.99) == (SMALL, True)
    assert items[0].facts == {"share": "42 % of the data", "typical": "Bill length 38.8 mm, Flipper length 190 mm"}
    assert math.isclose(sum(item.score for item in items), 1, rel_tol=1e-6)


def test_the_row_stands_beside_real_members_near_the_centre(task: Task) -> None:
    apart, typical = task.predict(TYPICAL).tables
    assert apart.title == f"What sets “{SMALL}” apart"
    assert apart.rows[0] == ("Bill length", "38.8 mm", "36.7 to 40.8 mm", "39.5 to 48.5 mm")
    real = {tuple(row[field.name] for field in task.demo.inputs) for row in task.background}
    shown = {row[0]: [float(cell.split()[0].replace(",", "")) for cell in row[2:]] for row in typical.rows}
    for member in zip(*(shown[field.label] for field in task.demo.inputs), strict=True):
        assert member in real


def test_what_is_not_known_is_said_and_the_rest_decides(task: Task) -> None:
    answer = task.predict({**TYPICAL, "bill_depth": None, "body_mass": ""})
    assert answer.prediction.items[0].id == SMALL
    assert [warning for warning in answer.warnings if "not known" in warning] == [
        "Bill depth is not known: the answer goes by the rest.",
        "Body mass is not known: the answer goes by the rest.",
    ]
    assert any("not known" in row for row in answer.tables[0].rows)


def test_of_nothing_the_shares_of_the_groups_are_said(task: Task) -> None:
    answer = task.predict({})
    assert np.allclose(sorted(answer.prediction.scores), sorted(task.shares), atol=1e-6)  # type: ignore[attr-defined]
    assert answer.warnings[-1].startswith("Nothing is known of this row")


@pytest.mark.parametrize("hidden", [(), ("bill_length", "bill_depth")])
def test_a_row_unlike_the_data_is_remarked_by_what_is_known_of_it(task: Task, hidden: tuple[str, ...]) -> None:
    far: dict[str, Any] = {"bill_length": 60, "bill_depth": 22, "flipper_length": 172, "body_mass": 6300}
    said = " ".join(task.predict({**far, **dict.fromkeys(hidden)}).warnings)
    assert "unlike the data: 99 % of the reference rows lie closer" in said
    assert "unlike" not in " ".join(task.predict({**TYPICAL, **dict.fromkeys(hidden)}).warnings)


def test_one_in_a_hundred_reference_rows_is_called_unlike_the_data(task: Task) -> None:
    raws = task.background
    outputs = task.forward(task.encode(raws))
    one = [{name: value[i : i + 1] for name, value in outputs.items()} for i in range(len(raws))]
    remarked = sum(any("unlike" in remark for remark in task.remarks(each)) for each in one)
    assert remarked == math.ceil(0.01 * len(raws))


def test_why_one_group_rather_than_another_is_the_difference_of_both(task: Task) -> None:
    names = [item.id for item in task.predict(TYPICAL).prediction.items]
    first, second = (explain(task, TYPICAL, name) for name in names[:2])
    both = explain(task, TYPICAL, {"contrast": [{"item": name} for name in names[:2]]})
    assert np.allclose(both.values, np.subtract(first.values, second.values), atol=1e-6)


def test_a_number_that_is_not_known_is_a_player_too(task: Task) -> None:
    explanation = explain(task, {**TYPICAL, "bill_length": None})
    assert explanation.features[0].label == "Bill length not known"
    assert explanation.residual < 1e-6
