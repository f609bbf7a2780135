"""The closed form of trees, against all combinations; and where there is none, an estimate after all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from games import last
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier

import inference
from explain import explain
from explain.estimators import estimate
from explain.games import Game
from explain.priors import Coalitions, Floats
from explain.trees import of_trees
from inference.errors import ModelError

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(300, 5))
SUM = ROWS[:, 0] * ROWS[:, 1] + ROWS[:, 2]
BACKGROUND, ROW = ROWS[:130], ROWS[200]


def interventional(score: Any, outputs: Sequence[int]) -> Game:
    """Hidden columns take the values of the reference rows in turn."""

    def game(coalitions: Coalitions) -> Floats:
        return np.stack([score(np.where(kept, ROW, BACKGROUND))[:, outputs].mean(0) for kept in coalitions])

    return game


def number(model: Any) -> Any:
    return lambda rows: model.predict(rows)[:, None]


@pytest.mark.parametrize(
    "model", [RandomForestRegressor(10, random_state=0), GradientBoostingRegressor(n_estimators=10)]
)
def test_numbers_of_trees_are_exact(model: Any) -> None:
    model.fit(ROWS, SUM)
    game = interventional(number(model), [0])
    (found,) = estimate(game, 5, 500, closed=of_trees(model, BACKGROUND, ROW, [0], "raw"))
    exact = last(estimate(game, 5, 32))
    assert np.allclose(found.values, exact.values, atol=1e-6)
    assert np.allclose([found.base, found.score], [exact.base, exact.score])
    assert (found.method, found.evaluations) == ("TreeExplainer", 2)
    assert found.reason == "values of trees have a closed form"


@pytest.mark.parametrize("model", [RandomForestClassifier(10, random_state=0), DecisionTreeClassifier(random_state=0)])
@pytest.mark.parametrize("outputs", [[0, 1, 2], [2, 0]])
def test_probabilities_of_forests_are_exact_for_any_classes(model: Any, outputs: list[int]) -> None:
    model.fit(ROWS, np.digitize(SUM, [-0.5, 0.5]))
    game = interventional(model.predict_proba, outputs)
    (found,) = estimate(game, 5, 500, closed=of_trees(model, BACKGROUND, ROW, outputs, "probability"))
    assert np.allclose(found.values, last(estimate(game, 5, 32)).values, atol=1e-6)


def test_log_odds_of_two_classes_speak_of_both() -> None:
    model = GradientBoostingClassifier(n_estimators=10).fit(ROWS, SUM > 0)
    game = interventional(lambda rows: model.decision_function(rows)[:, None] * [-1, 1], [0, 1])
    (found,) = estimate(game, 5, 500, closed=of_trees(model, BACKGROUND, ROW, [0, 1], "raw"))
    assert np.allclose(found.values, last(estimate(game, 5, 32)).values, atol=1e-6)


def test_probabilities_of_summed_log_odds_have_no_closed_form() -> None:
    model = GradientBoostingClassifier(n_estimators=10).fit(ROWS, SUM > 0)
    game = interventional(model.predict_proba, [1])
    found = last(estimate(game, 5, 500, closed=of_trees(model, BACKGROUND, ROW, [1], "probability")))
    assert found.method == "exact enumeration"


def test_trees_of_another_score_are_found_out() -> None:
    model = RandomForestRegressor(10, random_state=0).fit(ROWS, SUM)
    game = interventional(lambda rows: np.exp(model.predict(rows))[:, None], [0])
    found = last(estimate(game, 5, 500, closed=of_trees(model, BACKGROUND, ROW, [0], "raw")))
    assert found.method == "exact enumeration"


# A task of trees


def test_a_function_of_trees_is_explained_in_closed_form_as_by_enumeration() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 5))
    forest = RandomForestClassifier(20, max_depth=4, random_state=0).fit(rows, rows[:, 0] * rows[:, 1] + rows[:, 2] > 0)
    names = [f"x{i}" for i in range(5)]
    about = {
        "task": "tabular-classification",
        "title": "Forest",
        "summary": "Twenty trees.",
        "fields": [{"name": name, "kind": "number", "label": name} for name in names],
    }
    background = [dict(zip(names, map(float, row), strict=True)) for row in rows[:40]]

    def function(records: list[dict[str, Any]]) -> Any:
        return forest.predict_proba([[record[name] for name in names] for record in records])

    task = inference.from_function(function, about, ["no", "yes"], background=background, trees=forest)
    asked = dict(zip(names, map(float, rows[50]), strict=True))
    closed = explain(task, asked, "yes")
    exact = explain(task, asked, "yes", method="exact", evaluations=200)
    assert (closed.method, closed.evaluations, closed.stderr) == ("TreeExplainer", 2, (0.0,) * 5)
    assert closed.values == pytest.approx(exact.values, abs=1e-6)
    assert exact.method == "exact enumeration"
    contrast = {"contrast": [{"item": "yes"}, {"item": "no"}]}
    assert explain(task, asked, contrast).values == pytest.approx([2 * value for value in exact.values], abs=1e-6)


@pytest.mark.parametrize("kind", [RandomForestRegressor, GradientBoostingClassifier])
def test_a_wide_table_has_no_groups_where_trees_tell_of_each_column(kind: Any) -> None:
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.normal(size=(120, 15)), 3, axis=1) + 0.01 * rng.normal(size=(120, 45))
    truth, names = rows[:, 0] + rows[:, 20] * rows[:, 40], [f"x{i}" for i in range(45)]
    model = kind(n_estimators=5, random_state=0)
    votes = kind is GradientBoostingClassifier
    model.fit(rows, truth > 0 if votes else truth)

    def function(records: list[dict[str, Any]]) -> Any:
        table = [[record[name] for name in names] for record in records]
        return model.predict_proba(table) if votes else model.predict(table)

    about = {
        "task": "tabular-classification" if votes else "tabular-regression",
        "title": "Wide",
        "summary": "45 columns in 15 groups.",
        "fields": [{"name": name, "kind": "number", "label": name} for name in names],
    }
    labels = ["no", "yes"] if votes else None
    background = [dict(zip(names, map(float, row), strict=True)) for row in rows[:40]]
    task = inference.from_function(function, about, labels, background=background, trees=model)
    found = explain(task, dict(zip(names, map(float, rows[50]), strict=True)))
    if votes:  # whose log-odds add up, not their probabilities: there is no closed form
        assert found.method == "paired Bayesian quadrature"
        assert any(feature.where for feature in found.features)
    else:
        assert (found.method, len(found.features)) == ("TreeExplainer", 45)
        assert found.residual < 1e-6


def test_trees_over_anything_but_numbers_are_refused() -> None:
    about = {"task": "tabular-regression", "title": "T", "summary": "S", "fields": [TEXT_FIELD]}
    with pytest.raises(ModelError, match="over numbers alone"):
        inference.from_function(lambda records: [0.0] * len(records), about, trees=object())


TEXT_FIELD = {"name": "text", "kind": "text", "label": "Text"}
