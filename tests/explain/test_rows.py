"""Rows of a table explained together: as right as by themselves, from fewer evaluations, and as exact where few."""

from typing import Any

import numpy as np
import pytest
from conftest import load

from explain.estimators import estimate
from explain.reasons import explanations, top
from explain.rows import Table, explain_rows
from explain.stopping import each_enough, mean_enough
from explain.summary import summarise
from explain.summary.stream import targets
from explain.trees import explainer_of
from inference import models
from inference.task import Task

ROWS = 8


@pytest.fixture(scope="module", params=["customers", "home-loans"])
def task(request: pytest.FixtureRequest) -> Task:
    return load(models.find()[request.param])


def exact(task: Task, rows: Any, asked: Any) -> np.ndarray:
    table = Table(task, rows, asked)
    *_, last = estimate(table.game(range(len(rows))), table.n, 2**table.n, step=2**table.n)
    return last.values


def test_a_summary_is_within_what_its_stop_promises_from_a_fraction_of_the_evaluations(task: Task) -> None:
    rows = task.background[:ROWS]
    asked = targets(task, rows)
    *_, found = summarise(task, rows, ROWS)
    truth = np.abs(exact(task, rows, [asked] * ROWS).reshape(-1, ROWS, len(asked))).mean(1)
    names = [field.name for field in task.demo.inputs if field.role == "input"]
    by_item = {target.item: values for target, values in zip(asked, truth.T, strict=True)}  # type: ignore[union-attr]
    for output in found.outputs:
        expected = by_item[output.item]
        told = {each.id: each.mean for each in output.importance}
        assert np.abs([told[name] for name in names] - expected).max() <= 0.03 * expected.max()
    assert found.evaluations / ROWS <= 0.75 * 2 ** len(names)


def test_rows_that_are_settled_leave_and_the_others_go_on(task: Task) -> None:
    rows = task.background[:ROWS]
    asked = [[task.target(task.predict_some([row])[0])] for row in rows]
    *_, each = explain_rows(task, rows, asked, each_enough)
    truth = exact(task, rows, asked)
    for explanation, values in zip((found[0] for found in each if found), truth.T, strict=True):
        error = np.linalg.norm(np.array(explanation.values) - values) / np.linalg.norm(values)
        assert error < 0.1
        assert explanation.base + sum(explanation.values) == pytest.approx(explanation.score)
    assert [found.evaluations for found in explanations(task, rows) if found] == [f[0].evaluations for f in each if f]
    assert all(len(reasons) == 3 for reasons in top(task, rows))


def test_rows_together_score_as_each_by_itself(task: Task) -> None:
    rows = task.background[:3]
    asked = targets(task, rows)
    together = Table(task, rows, [asked] * 3).game([0, 2])
    coalitions = np.random.default_rng(0).random((5, len(task.demo.inputs))) < 0.5
    apart = [Table(task, [row], [asked]).game([0])(coalitions) for row in (rows[0], rows[2])]
    assert together(coalitions) == pytest.approx(np.concatenate(apart, axis=1), abs=1e-6)


def test_no_mean_is_sure_before_errors_are_told() -> None:
    from dataclasses import replace

    def game(z: Any) -> np.ndarray:
        return z.sum(1, keepdims=True).astype(float)

    *_, found = estimate(game, 4, 16)
    assert mean_enough([found, found]) == [True, True]
    assert mean_enough([found, replace(found, stderr=None)]) == [False, False]
    assert mean_enough([found, replace(found, stderr=np.ones((4, 1)))]) == [False, False]


def test_an_explainer_of_trees_is_made_once_for_the_same_reference_rows() -> None:
    from sklearn.ensemble import RandomForestRegressor

    rows = np.random.default_rng(0).normal(size=(60, 3))
    model = RandomForestRegressor(3, random_state=0).fit(rows, rows[:, 0])
    first = explainer_of(model, rows[:20], "raw")
    assert explainer_of(model, rows[:20].copy(), "raw") is first
    assert explainer_of(model, rows[:21], "raw") is not first
