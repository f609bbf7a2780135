"""Fitted trees in a folder, in each format: what they predict, how exactly they are explained, and what is refused.

The models are real ones, fitted here in a moment.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import contract
import lightgbm
import numpy as np
import pandas as pd
import pytest
import skops.io
import xgboost
from sklearn import ensemble, tree
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import inference
from explain import explain
from inference import models, registry, starter, trees
from inference.errors import InputError, ModelError
from inference.task import Task

RNG = np.random.default_rng(0)
NAMES = ["width", "height", "depth", "age"]
ROWS = pd.DataFrame(RNG.normal(size=(200, 4)), columns=NAMES)
VALUES = 100 + 5 * ROWS["width"] * ROWS["height"] + 3 * ROWS["depth"]
CLASSES = np.digitize(VALUES, [97, 102])
KINDS = ["brick", "stone", "wood"]
MIXED = ROWS.assign(age=pd.Categorical(RNG.choice(KINDS, 200), categories=KINDS))
MIXED_VALUES = VALUES + 10 * (MIXED["age"] == "wood")

Write = Callable[[Path], Any]


def xgb(model: Any, rows: pd.DataFrame, truth: Any, name: str = "model.json") -> Write:
    return lambda folder: model.fit(rows, truth).save_model(folder / name)


def lgb(model: Any, rows: pd.DataFrame, truth: Any) -> Write:
    return lambda folder: model.fit(rows, truth).booster_.save_model(folder / "model.txt")


def sk(model: Any, truth: Any, rows: Any = ROWS) -> Write:
    return lambda folder: skops.io.dump(model.fit(rows, truth), folder / "model.skops")


VALUE = {
    "xgboost": xgb(xgboost.XGBRegressor(n_estimators=12), ROWS, VALUES),
    "xgboost, binary": xgb(xgboost.XGBRegressor(n_estimators=12), ROWS, VALUES, "model.ubj"),
    "lightgbm": lgb(lightgbm.LGBMRegressor(n_estimators=12, n_jobs=1, verbose=-1), ROWS, VALUES),
    "tree": sk(tree.DecisionTreeRegressor(random_state=0), VALUES),
    "forest": sk(ensemble.RandomForestRegressor(12, random_state=0), VALUES),
    "extra trees": sk(ensemble.ExtraTreesRegressor(12, random_state=0), VALUES),
    "boosting": sk(ensemble.GradientBoostingRegressor(n_estimators=12), VALUES),
    "boosting by histograms": sk(ensemble.HistGradientBoostingRegressor(max_iter=12), VALUES),
}
LABELS = {
    "forest": sk(ensemble.RandomForestClassifier(12, random_state=0), CLASSES),
    "tree": sk(tree.DecisionTreeClassifier(max_depth=4, random_state=0), CLASSES),
    "boosting": sk(ensemble.GradientBoostingClassifier(n_estimators=5), CLASSES),
    "xgboost": xgb(xgboost.XGBClassifier(n_estimators=5), ROWS, CLASSES),
    "xgboost, two": xgb(xgboost.XGBClassifier(n_estimators=5), ROWS, CLASSES > 1),
    "lightgbm": lgb(lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1), ROWS, CLASSES),
    "lightgbm, two": lgb(lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1), ROWS, CLASSES > 1),
}


def fields(rows: pd.DataFrame = ROWS) -> list[dict[str, Any]]:
    described = []
    for name in rows.columns:
        kind = {"kind": "number"} if rows[name].dtype == float else {"kind": "category", "choices": KINDS}
        described.append({"name": name, "label": name.capitalize(), **kind})
    return described


def inputs(rows: pd.DataFrame, i: int) -> dict[str, Any]:
    return {name: rows[name].iloc[i] if rows[name].dtype != float else float(rows[name].iloc[i]) for name in rows}


def write(folder: Path, save: Write, rows: pd.DataFrame = ROWS, **changes: Any) -> Path:
    """A model folder as a presenter makes it: the trees' own file, a demo.json and reference rows."""
    folder.mkdir()
    save(folder)
    rows.head(30).to_csv(folder / "background.csv", index=False)
    about: dict[str, Any] = {"version": 1, "task": "tabular-regression", "title": "Things", "summary": "How much?"}
    about |= {"fields": fields(rows), "background": "background.csv"}
    about["examples"] = [{"title": f"Thing {i}", "inputs": inputs(rows, i)} for i in range(100, 104)]
    (folder / "demo.json").write_text(json.dumps({**about, **changes}), encoding="utf-8")
    return folder


def classified(save: Write, folder: Path, **changes: Any) -> Path:
    return write(folder, save, task="tabular-classification", **changes)


@pytest.fixture(params=VALUE)
def value(request: pytest.FixtureRequest, tmp_path: Path) -> Task:
    return inference.load(write(tmp_path / "mine", VALUE[request.param]))


@pytest.fixture(params=LABELS)
def label(request: pytest.FixtureRequest, tmp_path: Path) -> Task:
    return inference.load(classified(LABELS[request.param], tmp_path / "mine"))


@pytest.mark.parametrize("check", contract.CHECKS)
def test_trees_that_predict_a_number_keep_the_contract(value: Task, check: Any) -> None:
    check(value)


@pytest.mark.parametrize("check", contract.CHECKS)
def test_trees_that_predict_labels_keep_the_contract(label: Task, check: Any) -> None:
    check(label)


def test_values_of_numbers_are_exact_by_the_trees_alone(value: Task) -> None:
    found = explain(value, inputs(ROWS, 100))
    assert (found.method, found.evaluations) == ("TreeExplainer", 2)
    value.trees = None  # the same game, by every combination
    exact = explain(value, inputs(ROWS, 100))
    assert exact.method == "exact enumeration"
    np.testing.assert_allclose(found.values, exact.values, atol=1e-5 * np.abs(exact.values).max())


@pytest.mark.parametrize("name", ["forest", "tree"])
def test_probabilities_of_trees_that_vote_are_exact_by_the_trees_alone(name: str, tmp_path: Path) -> None:
    task = inference.load(classified(LABELS[name], tmp_path / "mine"))
    found = explain(task, inputs(ROWS, 100), {"item": "2"})
    assert found.method == "TreeExplainer"
    task.trees = None
    np.testing.assert_allclose(found.values, explain(task, inputs(ROWS, 100), {"item": "2"}).values, atol=1e-6)


TWO = {
    "xgboost": (xgb, xgboost.XGBClassifier(n_estimators=12)),
    "lightgbm": (lgb, lightgbm.LGBMClassifier(n_estimators=12, n_jobs=1, verbose=-1)),
    "boosting": (lambda model, rows, truth: sk(model, truth), ensemble.GradientBoostingClassifier(n_estimators=12)),
    "histograms": (lambda model, rows, truth: sk(model, truth), ensemble.HistGradientBoostingClassifier(max_iter=12)),
}


@pytest.mark.parametrize("name", TWO)
def test_two_labels_can_be_a_number_their_log_odds_and_then_boosting_is_exact_too(name: str, tmp_path: Path) -> None:
    save, model = TWO[name]
    task = inference.load(write(tmp_path / "mine", save(model, ROWS, CLASSES > 1), unit="log-odds"))
    probability = model.predict_proba(ROWS[100:101])[0, 1]
    expected = np.log(probability / (1 - probability))
    assert np.isclose(task.predict(inputs(ROWS, 100)).prediction.scores[0], expected, atol=1e-4)
    found = explain(task, inputs(ROWS, 100))
    assert (found.method, found.unit) == ("TreeExplainer", "log-odds")
    task.trees = None
    exact = explain(task, inputs(ROWS, 100))
    np.testing.assert_allclose(found.values, exact.values, atol=1e-5 * np.abs(exact.values).max())


def test_predictions_are_those_of_the_package_itself(tmp_path: Path) -> None:
    model = xgboost.XGBClassifier(n_estimators=5).fit(ROWS, CLASSES)
    task = inference.load(classified(lambda folder: model.save_model(folder / "model.json"), tmp_path / "mine"))
    own = model.predict_proba(ROWS)
    for i in (0, 50, 150):
        scores = {item.id: item.score for item in task.predict(inputs(ROWS, i)).prediction.items}
        np.testing.assert_allclose([scores[str(k)] for k in range(3)], own[i], atol=1e-6)


def test_rounds_after_the_best_one_are_left_out(tmp_path: Path) -> None:
    model = xgboost.XGBRegressor(n_estimators=200, learning_rate=1.0, early_stopping_rounds=3)
    model.fit(ROWS[:100], VALUES[:100], eval_set=[(ROWS[100:], VALUES[100:])], verbose=False)
    assert model.best_iteration < 190
    task = inference.load(write(tmp_path / "mine", lambda folder: model.save_model(folder / "model.json")))
    expected = float(model.predict(ROWS[5:6])[0])
    assert np.isclose(task.predict(inputs(ROWS, 5)).prediction.scores[0], expected)
    assert explain(task, inputs(ROWS, 5)).method == "TreeExplainer"


CATEGORIES = {
    "xgboost": (xgb, xgboost.XGBRegressor(n_estimators=12, enable_categorical=True)),
    "lightgbm": (lgb, lightgbm.LGBMRegressor(n_estimators=12, min_child_samples=5, n_jobs=1, verbose=-1)),
}
IN_LIGHTGBM = lgb(CATEGORIES["lightgbm"][1], MIXED, MIXED_VALUES)


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_reach_the_trees_as_their_places_among_the_choices(name: str, tmp_path: Path) -> None:
    save, model = CATEGORIES[name]
    task = inference.load(write(tmp_path / "mine", save(model, MIXED, MIXED_VALUES), MIXED))
    for i in range(10):
        expected = float(model.predict(MIXED[i : i + 1])[0])
        assert np.isclose(task.predict(inputs(MIXED, i)).prediction.scores[0], expected, atol=1e-4)
    found = explain(task, inputs(MIXED, 100))  # TreeExplainer knows no such categories against reference rows
    assert (found.method, found.residual < 1e-6) == ("exact enumeration", True)
    contract.values_agree_with_enumeration(task)


def test_histogram_boosting_with_categories_is_refused(tmp_path: Path) -> None:
    codes = MIXED.assign(age=MIXED["age"].cat.codes.astype(float))
    model = ensemble.HistGradientBoostingRegressor(max_iter=2, categorical_features=[3])
    with pytest.raises(ModelError, match="plain trees over numbers, with categories one-hot"):
        registry.check(write(tmp_path / "mine", sk(model, MIXED_VALUES, codes), MIXED))


def test_an_empty_number_goes_where_the_trees_send_it(tmp_path: Path) -> None:
    holes = ROWS.mask(RNG.random(ROWS.shape) < 0.2)
    model = xgboost.XGBRegressor(n_estimators=12).fit(holes, VALUES)
    described = [{**field, "optional": True} for field in fields()]
    save: Write = lambda folder: model.save_model(folder / "model.json")  # noqa: E731
    task = inference.load(write(tmp_path / "mine", save, fields=described))
    raw = {**inputs(ROWS, 100), "width": None}
    row = ROWS[100:101].assign(width=np.nan)
    assert np.isclose(task.predict(raw).prediction.scores[0], float(model.predict(row)[0]))
    found = explain(task, raw)
    task.trees = None
    np.testing.assert_allclose(found.values, explain(task, raw).values, atol=1e-4)


def test_trees_that_need_every_number_refuse_an_optional_one(tmp_path: Path) -> None:
    described = [{**field, "optional": True} for field in fields()]
    folder = write(tmp_path / "mine", VALUE["boosting"], fields=described)
    with pytest.raises(ModelError, match="need every number: 'width' cannot be optional"):
        registry.check(folder)


def test_labels_can_be_named_and_decided_about(tmp_path: Path) -> None:
    decision = {"of": "large", "rules": [{"action": "Lift", "at_least": 0.5}, {"action": "Leave"}]}
    changes = {"labels": ["small", "fair", "large"], "decision": decision}
    folder = classified(LABELS["lightgbm"], tmp_path / "mine", **changes)
    assert "no mistake found" in registry.check(folder)
    answer = inference.load(folder).predict(inputs(ROWS, 0))
    assert {*answer.prediction.names} == {"small", "fair", "large"}
    assert answer.decision is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": fields()[1:]}, "the model reads 'width', and no input field is called so"),
        ({"fields": [*fields(), {"name": "colour", "kind": "number", "label": "C"}]}, "does not read 'colour'"),
        ({"fields": fields()[::-1]}, "must stand in the model's order: width, height, depth, age"),
        ({"fields": [*fields()[:3], {"name": "age", "kind": "text", "label": "Age"}]}, "of kind number, got text"),
        ({"task": "tabular-classification"}, "the task is tabular-regression, not tabular-classification"),
        ({"labels": ["a", "b"]}, "labels names 2 classes, and the model has 0"),
    ],
)
def test_a_check_says_where_the_form_and_the_trees_differ(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "mine", VALUE["xgboost"], **{"examples": [], **changes})
    for look in (registry.check, inference.load):
        with pytest.raises(ModelError, match=message):
            look(folder)


def test_columns_without_names_are_counted(tmp_path: Path) -> None:
    model = xgboost.XGBRegressor(n_estimators=3).fit(ROWS.to_numpy(), VALUES)
    save: Write = lambda folder: model.save_model(folder / "model.json")  # noqa: E731
    assert "no mistake" in registry.check(write(tmp_path / "mine", save))
    short = write(tmp_path / "short", save, fields=fields()[1:], examples=[])
    with pytest.raises(ModelError, match="reads 4 columns, and 3 fields are inputs"):
        registry.check(short)


def test_a_column_of_categories_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'age' must be a field of kind category, got number"):
        registry.check(write(tmp_path / "mine", IN_LIGHTGBM))


def test_choices_stand_for_codes_that_the_trees_were_trained_on(tmp_path: Path) -> None:
    codes = MIXED.assign(age=MIXED["age"].cat.codes.astype(float))
    model = ensemble.RandomForestRegressor(12, random_state=0)
    task = inference.load(write(tmp_path / "mine", sk(model, MIXED_VALUES, codes), MIXED))
    assert np.isclose(task.predict(inputs(MIXED, 100)).prediction.scores[0], model.predict(codes[100:101])[0])
    found = explain(task, inputs(MIXED, 100))
    assert found.method == "TreeExplainer"
    task.trees = None
    np.testing.assert_allclose(found.values, explain(task, inputs(MIXED, 100)).values, atol=1e-5)


def test_choices_must_be_the_models_where_it_keeps_them(tmp_path: Path) -> None:
    described = fields(MIXED)
    described[-1]["choices"] = KINDS[::-1]
    folder = write(tmp_path / "mine", IN_LIGHTGBM, MIXED, fields=described)
    with pytest.raises(ModelError, match="the choices of 'age' must be the model's, in its order: brick, stone, wood"):
        registry.check(folder)


@pytest.mark.parametrize("kind", ["json", "txt", "skops"])
def test_new_model_starts_from_the_trees_alone(kind: str, tmp_path: Path) -> None:
    save = {"json": LABELS["xgboost"], "txt": LABELS["lightgbm"], "skops": LABELS["forest"]}[kind]
    folder = tmp_path / "mine"
    folder.mkdir()
    save(folder)
    assert models.is_model(folder)
    assert "for tabular-classification" in starter.start(folder)
    about = json.loads((folder / "demo.json").read_text())
    assert [field["name"] for field in about["fields"]] == NAMES
    assert about["labels"] == ["0", "1", "2"]
    assert inference.load(folder).predict(inputs(ROWS, 0)).prediction.scores[0] > 0.3


def test_trees_beside_reference_rows_need_no_demo_json(tmp_path: Path) -> None:
    IN_LIGHTGBM(tmp_path)
    MIXED.head(30).to_csv(tmp_path / "background.csv", index=False)
    task = inference.load(tmp_path)
    contract.examples_parse(task)
    assert task.demo.examples[0].inputs == inputs(MIXED, 0)
    assert explain(task, task.demo.examples[1].inputs).residual < 1e-6
    assert [field.kind for field in task.demo.fields] == ["number", "number", "number", "category"]
    assert np.isfinite(task.predict(inputs(MIXED, 0)).prediction.scores[0])


class Payload:
    def __reduce__(self) -> Any:
        return os.system, ("false",)


@pytest.mark.parametrize(
    ("save", "message"),
    [
        (sk(LinearRegression(), VALUES), "holds LinearRegression; read are DecisionTree"),
        (sk(make_pipeline(StandardScaler(), tree.DecisionTreeRegressor()), VALUES), "holds Pipeline"),
        (sk(tree.DecisionTreeRegressor(), ROWS[["width", "age"]]), "for one output"),
        (xgb(xgboost.XGBRanker(n_estimators=2), ROWS.assign(qid=0), CLASSES), "trained for rank:ndcg"),
        (
            lgb(lightgbm.LGBMRegressor(objective="cross_entropy", n_jobs=1, verbose=-1), ROWS, CLASSES / 2),
            "trained for cross",
        ),
        (lambda folder: (folder / "model.json").write_text("{}"), "no model that xgboost reads"),
        (lambda folder: (folder / "model.ubj").write_bytes(b"\x80\x04."), "no model that xgboost reads"),
        (lambda folder: (folder / "model.txt").write_text("tree\n"), "no model that lightgbm reads"),
        (lambda folder: (folder / "model.skops").write_bytes(b"PK"), "no model that skops reads"),
    ],
)
def test_what_is_no_such_model_is_refused_with_the_reason(save: Write, message: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", save)
    with pytest.raises(ModelError, match=message):
        registry.check(folder)


def test_a_skops_file_may_make_trees_and_nothing_else(tmp_path: Path) -> None:
    model = tree.DecisionTreeRegressor().fit(ROWS, VALUES)
    model.payload = Payload()
    skops.io.dump(model, tmp_path / "model.skops")
    with pytest.raises(ModelError, match=r"holds .*Payload, which is not among the types that are read here"):
        trees.read(tmp_path / "model.skops")


def test_a_file_beyond_the_bound_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_BYTES", 10)
    (tmp_path / "model.json").write_text("x" * 11)
    with pytest.raises(ModelError, match="has 11 bytes; at most 10 are read"):
        trees.read(tmp_path / "model.json")


def test_a_missing_package_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    VALUE["xgboost"](tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "xgboost", None)
    with pytest.raises(ModelError, match=r"needs the package xgboost: `pip install -e \"\.\[trees\]\"`"):
        trees.read(tmp_path / "model.json")


def test_trees_in_the_hubs_cache_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "models--owner--name" / "snapshots" / "0123"
    folder.mkdir(parents=True)
    VALUE["xgboost"](folder)
    assert models.trees(folder) is None
    assert models.weights(folder) is None
    assert not models.is_model(folder)


def test_safetensors_go_before_trees(tmp_path: Path) -> None:
    VALUE["xgboost"](tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert models.trees(tmp_path) is None


def test_an_unknown_category_is_refused_as_in_any_table(tmp_path: Path) -> None:
    task = inference.load(write(tmp_path / "mine", IN_LIGHTGBM, MIXED))
    with pytest.raises(InputError, match="straw"):
        task.predict({**inputs(MIXED, 0), "age": "straw"})
