"""Whole studies of real models: which measures suit, and the record that a program gets."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest

from inference import models
from inference.errors import InputError
from inference.study import evaluation, sent_evaluation
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.sent_evaluation import Evaluation, evaluate
from inference.study.source import open_source

LOANS = models.find()["home-loans"]
RESUMES = models.find()["hiring"]


@pytest.fixture(scope="module")
def applications() -> list[dict[str, Any]]:
    with (LOANS / "evaluation.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["split"] == "held-out"]


@pytest.fixture(scope="module")
def loans() -> Any:
    return conftest.load(LOANS)


def study(task: Any, path: Path) -> Study:
    source = open_source(path)
    *_, found = read(task, source, guess(task.demo, source.columns), path.name)
    assert isinstance(found, Study)
    return found


def test_rows_that_come_with_a_model_give_the_figures_of_its_card(loans: Any) -> None:
    found = evaluation.metrics(loans, study(loans, LOANS / "evaluation.csv"))
    area = found.named("ROC AUC", "denied")
    assert found.rows == 714 and area and area.value == pytest.approx(0.802, abs=5e-4)  # the card's held-out figure


def test_training_rows_are_told_apart_where_the_file_does(loans: Any) -> None:
    found = study(loans, LOANS / "evaluation.csv")
    train = evaluation.trained_on(found)
    assert train is not None and train.sum() == 1189
    case = evaluation.case_of(loans, found)
    assert case is not None and case.name == "denied" and len(case.truth) == 714 and case.probability


def test_a_program_gets_metrics_confusion_threshold_costs_and_groups(
    loans: Any, applications: list[dict[str, Any]]
) -> None:
    found = evaluate(loans, applications, threshold=0.15, costs={"false_negative": 5})
    assert found.at and found.cheapest and found.confusion
    flagged = found.at.true_positive + found.at.false_positive
    assert flagged == 130 and sum(map(sum, found.confusion.counts)) == 714
    assert found.cheapest.theoretical == pytest.approx(1 / 6)
    assert found.cheapest.cost <= found.at.false_positive + 5 * found.at.false_negative
    assert [each.column for each in found.groups] == ["black", "single"]
    assert sum(group.rows for group in found.groups[0].groups) == 714
    assert Evaluation.from_json(found.to_json()) == found


def test_a_wrong_row_is_told_and_the_others_are_measured(loans: Any, applications: list[dict[str, Any]]) -> None:
    found = evaluate(loans, [{**applications[0], "payments": "much"}, *applications[1:60]])
    assert found.faulty == 1 and found.problems[0].row == 1 and found.problems[0].column == "payments"
    assert found.metrics.rows == 59


def test_shuffled_truths_are_noticed(loans: Any, applications: list[dict[str, Any]]) -> None:
    truths = np.random.default_rng(0).permutation([row["truth"] for row in applications])
    found = evaluate(loans, [{**row, "truth": truth} for row, truth in zip(applications, truths, strict=True)])
    area = found.metrics.named("ROC AUC", "denied")
    assert area and area.verdict == "unclear"


@pytest.mark.parametrize(
    ("rows", "said"),
    [([], "list of objects"), ("x", "list of objects"), ([1], "list of objects"), ([{"a": 1}], "No column for")],
)
def test_rows_that_cannot_be_are_told(loans: Any, rows: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        evaluate(loans, rows)


def test_what_is_asked_must_be_there(
    loans: Any, applications: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = applications[:20]
    for options, said in [
        ({"label": "x"}, "Unknown label"),
        ({"truth": "x"}, "name the column that holds the truth"),
        ({"groups": ["x"]}, "Unknown column"),
        ({"costs": {"x": 1}}, "Costs"),
    ]:
        with pytest.raises(InputError, match=said):
            evaluate(loans, few, **options)
    monkeypatch.setattr(sent_evaluation, "MOST", 10)
    with pytest.raises(InputError, match="takes 10 rows, got 20"):
        evaluate(loans, few)


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_groups_that_were_found_need_no_truth() -> None:
    folder = models.find()["penguins"]
    found = evaluate(conftest.load(folder), rows_of(folder / "background.csv"))
    silhouette = found.metrics.named("Silhouette")
    assert silhouette and silhouette.verdict == "better" and "Sizes: " in found.metrics.notes[0]


def test_a_surprise_is_measured_by_the_anomalies_it_finds() -> None:
    folder = models.find()["shuttle"]
    rows = rows_of(folder / "background.csv")[:60]
    odd = [{**row, "f1": "126"} for row in rows[:6]]
    labelled = [{**row, "truth": "odd"} for row in odd] + [{**row, "truth": "fine"} for row in rows[6:]]
    found = evaluate(conftest.load(folder), labelled)
    precision = found.metrics.named("Average precision")
    assert found.metrics.kind == "anomaly" and found.label == "odd"
    assert precision and precision.value is not None and precision.value > 0.5


def test_suggestions_are_measured_by_what_was_chosen_next() -> None:
    folder = models.find()["groceries"]
    task = conftest.load(folder)
    (field,) = task.demo.inputs
    histories = [each.inputs[field.name] for each in task.demo.examples]
    best = [task.predict({field.name: each}).prediction.items[0].id for each in histories]
    rows = [{field.name: each, "truth": item} for each, item in zip(histories, best, strict=True)]
    found = evaluate(task, rows)
    assert [each.value for each in found.metrics.measures[:2]] == [1, 1]


@pytest.mark.parametrize("cell", ["a|b", "a;b", '["a", "b"]', " a | b "])
def test_ids_may_be_written_in_several_ways(cell: str) -> None:
    assert evaluation.chosen(cell) == ["a", "b"]


def test_damaged_ids_are_told() -> None:
    with pytest.raises(InputError, match="JSON list or parted by"):
        evaluation.chosen('["a"')


def test_a_model_of_texts_is_measured_by_its_words(tiny_models: Callable[[str], Path]) -> None:
    task = conftest.load(tiny_models("tiny-chat"))
    rows = [{field.name: "Hello", "truth": "Hi"} for field in task.demo.inputs if field.role == "input"]
    found = evaluate(task, rows).metrics
    assert found.kind == "text" and [each.name for each in found.measures] == ["F1 over words", "Exact match"]


def test_rows_that_belong_together_are_drawn_together() -> None:
    """The model's own rows name their advertisements; the card gives the interval that its recipe drew so."""
    with (RESUMES / "evaluation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    task = conftest.load(RESUMES)
    together = evaluate(task, rows, threshold=0.107)
    alone = evaluate(task, [{**row, "advertisement": ""} for row in rows], threshold=0.107)
    assert (together.metrics.cluster, together.metrics.clusters) == ("advertisement", 397)
    area, narrow = (each.metrics.named("ROC AUC", "callback") for each in (together, alone))
    assert area and area.interval and narrow and narrow.interval
    assert area.interval == pytest.approx((0.516, 0.649), abs=0.012)  # the card's
    assert narrow.interval[0] > area.interval[0] + 0.01 and narrow.interval[1] < area.interval[1] - 0.01
    rates = [each.groups[1].groups[0].true_positive_rate.interval for each in (together, alone)]
    assert rates[0] and rates[1] and rates[0][0] < rates[1][0] and rates[0][1] > rates[1][1]
    with pytest.raises(InputError, match="Unknown column"):
        evaluate(task, rows, cluster="employer")
