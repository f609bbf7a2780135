"""What a folder without demo.json is shown as."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hub import classifier

from explain import explain
from inference import demo, draft, models, registry
from inference.errors import ModelError
from inference.fields import CategoryField, HistoryField, NumberField, TextField
from inference.policy import Policy

ASSETS = models.ASSETS / "models"


def bare(name: str, folder: Path) -> Path:
    """One of our own model folders without its demo.json."""
    shutil.copytree(ASSETS / name, folder, ignore=shutil.ignore_patterns("demo.json", "examples"))
    return folder


def plain(folder: Path, **config: Any) -> Path:
    """A folder with a config.json alone."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("name", models.find())
def test_our_own_models_would_be_shown_for_the_same_task(name: str, tmp_path: Path) -> None:
    about = registry.about(bare(name, tmp_path / "some_good-model"))
    assert about.task == demo.read(ASSETS / name).task
    assert about.title == "some good model"
    assert about.summary.endswith(".")
    kinds = [sorted(field.kind for field in each.inputs) for each in (about, demo.read(ASSETS / name))]
    said = {"messages": "text"}  # whether a model takes a conversation is known from its chat template alone
    assert kinds[0] == sorted(said.get(kind, kind) for kind in kinds[1])


def test_a_text_model_predicts_and_is_explained_without_a_demo(tmp_path: Path) -> None:
    classifier(tmp_path)
    task = registry.load(tmp_path)
    assert task.demo.summary == "Gives ham and spam a probability each."
    assert len(task.demo.examples) >= 4
    for example in task.demo.examples:
        assert task.predict(example.inputs).prediction.names
    assert len(explain(task, {"text": "Win a free voucher"}).values) == 4


def test_a_table_has_its_models_own_columns(tmp_path: Path) -> None:
    about = registry.about(bare("ames-house-prices", tmp_path / "homes"))
    known = {field.name: field for field in demo.read(ASSETS / "ames-house-prices").fields}
    assert [field.name for field in about.fields] == [*known]
    for field in about.fields:
        if isinstance(field, CategoryField):
            assert {*field.choices} == {*known[field.name].choices}  # type: ignore[union-attr]
        else:
            assert isinstance(field, NumberField)
            assert field.default is not None
    assert (about.output, about.summary) == ("Sale price", "Gives one number.")
    assert [example.title for example in about.examples] == [f"Reference row {i}" for i in (1, 2, 3, 4)]
    assert len(demo.read_background(tmp_path / "homes", about)) == 100


def test_reference_rows_that_do_not_fit_are_told_by_their_file(tmp_path: Path) -> None:
    folder = bare("ames-house-prices", tmp_path / "homes")
    (folder / "background.csv").write_text("overall_quality\nbest\n")
    with pytest.raises(ModelError, match=r"^homes/background.csv: "):
        registry.about(folder)


def test_the_usual_value_of_a_logarithmic_column_is_in_its_own_unit(tmp_path: Path) -> None:
    fields = {field.name: field for field in registry.about(bare("customers", tmp_path / "people")).fields}
    assert 20_000 < fields["income"].default < 40_000  # type: ignore[union-attr, operator]


def test_a_table_predicts_from_its_defaults(tmp_path: Path) -> None:
    task = registry.load(bare("ames-house-prices", tmp_path / "homes"))
    inputs = {f.name: f.default if isinstance(f, NumberField) else f.choices[0] for f in task.demo.fields}  # type: ignore[union-attr]
    assert 50_000 < task.predict(inputs).prediction.scores[0] < 500_000


def test_a_recommender_has_its_models_own_items(tmp_path: Path) -> None:
    task = registry.load(bare("movies", tmp_path / "films"))
    (field,) = task.demo.fields
    assert isinstance(field, HistoryField)
    assert len(field.catalogue) == 2618
    assert task.predict({"history": ["260", "1196"]}).prediction.names


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["ham", "spam"], "Gives ham and spam a probability each."),
        (["a", "b", "c"], "Gives a, b and c a probability each."),
        (["only"], "Gives only a probability."),
        ([str(i) for i in range(1000)], "Gives 1,000 labels a probability each."),
        ([], "A model for text-classification."),
    ],
)
def test_a_summary_names_few_labels_and_counts_many(labels: list[str], said: str) -> None:
    assert draft.summary("labels", labels, "text-classification") == said


def test_a_rule_to_start_from_is_about_the_models_own_labels() -> None:
    rule = draft.rule("labels", ["ham", "spam"])
    assert isinstance(rule, Policy)
    assert rule.of == "spam"
    assert draft.rule("labels", [str(i) for i in range(1000)]).of == "top"  # type: ignore[union-attr]
    assert draft.rule("labels", ["only"]) is None
    assert draft.rule("text", ["ham", "spam"]) is None


def test_examples_of_a_task_go_with_its_fields_alone(tmp_path: Path) -> None:
    kind = registry.task_class("text-classification")
    about = draft.draft(plain(tmp_path / "mine"), kind)
    assert about.examples == kind.samples
    assert about.fields == kind.fields == (kind.fields[0],)
    assert isinstance(about.fields[0], TextField)


def test_fields_that_do_not_follow_are_said_to_need_a_demo(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        draft.draft(plain(tmp_path / "mine"), registry.task_class("tabular-regression"))
    assert str(error.value) == (
        "mine needs a demo.json: the fields of tabular-regression differ from model to model. "
        "`python app.py new-model` writes a start."
    )


@pytest.mark.parametrize("task", registry.available())
def test_what_a_task_offers_by_itself_fits_its_own_fields(task: str, tmp_path: Path) -> None:
    kind = registry.task_class(task)
    if kind.fields:
        about = draft.draft(plain(tmp_path / "mine"), kind)
        for example in about.examples:
            about.parse(example.inputs)
    else:
        assert kind.samples == ()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([{"name": f"c{i}", "kind": "number"} for i in range(201)], "mine has 201 columns; a form holds 200"),
        ([{"kind": "number"}], "columns are not as our own table models keep them"),
        ([5], "columns are not as our own table models keep them"),
        ([{"name": "a", "kind": "number", "mean": "x"}], "columns are not as our own table models keep them"),
        (7, "columns are not as our own table models keep them"),
        ([{"name": 7, "kind": "number"}], "columns are not as our own table models keep them"),
        ([{"name": "a", "kind": "category", "categories": [1, 2]}], "columns are not as our own table models keep"),
        ([{"name": "a", "kind": "number"}] * 2, "columns are not as our own table models keep them"),
    ],
)
def test_columns_that_no_form_can_show_are_refused(tmp_path: Path, columns: object, said: str) -> None:
    folder = plain(tmp_path / "mine")
    (folder / "preprocessor_config.json").write_text(json.dumps({"columns": columns}))
    with pytest.raises(ModelError, match=said):
        draft.columns(folder)


@pytest.mark.parametrize("ids", [7, {"a": 1}, "abc"])
def test_items_that_are_no_list_are_refused(tmp_path: Path, ids: object) -> None:
    folder = plain(tmp_path / "mine")
    (folder / "preprocessor_config.json").write_text(json.dumps({"item_ids": ids}))
    with pytest.raises(ModelError, match="item_ids must be a list, as our own recommenders keep it"):
        draft.items(folder)
