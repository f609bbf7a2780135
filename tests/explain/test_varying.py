"""Variants in a table, two models over a file: a variant that answers as before for other reasons is flagged."""

import copy
from pathlib import Path
from typing import Any

import pytest
import tabled
import torch
from explained import Page

import inference
from explain.panels.roster import differing, roster
from explain.variation import Differing, Stage, Variation
from explain.varying import differ, vary
from inference.errors import InputError
from inference.study import variants
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.task import Task

ROWS = 12


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return inference.load(tabled.build(tmp_path_factory.mktemp("twins")))


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> str:
    """A variant that reads the twin of the column that counts."""

    def make(task: Task, sparsity: float) -> torch.nn.Module:
        twin = copy.deepcopy(task.pipeline.model)
        twin.register_forward_pre_hook(tabled.swapped, with_kwargs=True)
        return twin

    monkeypatch.setitem(variants.VARIANTS, "planted", make)
    monkeypatch.setitem(variants.DONE, "planted", "reads the twin")
    return "planted"


def truths(task: Task) -> list[str]:
    """What the model says of the rows."""
    return [each.names[0] for each in task.predict_batch(tabled.inputs(ROWS))]


def study(task: Task, folder: Path) -> Study:
    """The rows as a file with their truth."""
    path = tabled.csv(folder / "rows.csv", tabled.inputs(ROWS), truths(task))
    source = open_source(path)
    *_, found = read(task, source, guess(task.demo, source.columns), path.name)
    assert isinstance(found, Study)
    return found


def table(task: Task, *names: str, **options: Any) -> Variation:
    *told, last = vary(task, [task.parse(each) for each in tabled.inputs(ROWS)], names=names, **options)
    assert isinstance(last, Variation)
    assert all(isinstance(each, Stage | Variation) for each in told)
    return last


def test_a_variant_that_keeps_its_accuracy_and_changes_its_reasons_is_flagged(task: Task, planted: str) -> None:
    import numpy as np

    found = table(task, planted, "bfloat16", truth=np.array(truths(task), object))
    first, changed, half = found.rows
    assert (first.name, changed.name, half.name) == ("float32", "planted", "bfloat16")
    assert changed.quality and (changed.quality.first, changed.quality.second, changed.quality.p) == (1, 1, 1)
    assert changed.agreement and changed.agreement.same.value == 1
    assert changed.flagged and "changes its reasons" in changed.verdict
    assert changed.moved and changed.moved.rank and changed.moved.rank.value < 0.9
    assert not half.flagged and "its reasons move little" in half.verdict  # exact values show any rounding
    assert half.moved and half.moved.distance and half.moved.distance.value < 0.05
    assert found.own.rank and found.own.rank.value == pytest.approx(1)  # exact values know no seed
    assert Variation.from_json(found.to_json()) == found


def test_the_table_says_which_is_flagged_and_why_another_could_not_be_made(
    task: Task, planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "compiler", lambda: None)
    found = table(task, planted, "compiled", explained=4)
    assert found.rows[2].problem and "compiler" in found.rows[2].problem
    page = Page(roster(found))
    assert page.open == []
    assert "planted" in page.text and "Gives the same answers, but changes its reasons" in page.text
    assert "needs a C++ compiler" in page.text
    assert len(page.of("tr")) == 1 + 3


def test_the_table_grows_row_by_row_and_stops_when_nobody_waits(task: Task) -> None:
    stream = vary(task, [task.parse(each) for each in tabled.inputs(4)], names=("float32", "bfloat16", "int8"))
    for part in stream:
        if isinstance(part, Variation):
            break
    assert len(part.rows) == 1
    stream.close()  # type: ignore[attr-defined]
    assert next(stream, None) is None


def test_no_input_is_told(task: Task) -> None:
    with pytest.raises(InputError, match="no input"):
        next(iter(vary(task, [])))


def test_over_a_file_the_same_variant_is_flagged(task: Task, planted: str, tmp_path: Path) -> None:
    made = variants.variant(task, planted)
    *_, found = differ(variants.variant(task, "float32"), made, study(task, tmp_path))
    assert isinstance(found, Differing)
    assert Differing.from_json(found.to_json()) == found
    assert (found.rows, found.count, found.listed) == (ROWS, 0, ())
    assert found.found.flagged
    page = Page(differing(found, "twins#compare-x-{}"))
    assert page.open == [] and "changes its reasons" in page.text


def test_rows_that_differ_are_listed_with_a_link_the_farthest_apart_first(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turned(task: Task, sparsity: float) -> torch.nn.Module:
        twin = copy.deepcopy(task.pipeline.model)
        twin.head_weight.data *= -1
        return twin

    monkeypatch.setitem(variants.VARIANTS, "pruned", turned)
    *_, found = differ(task, variants.variant(task, "pruned"), study(task, tmp_path), explained=4)
    assert isinstance(found, Differing) and found.count == len(found.listed) > 0
    gaps = [abs(row.scores[0] - (row.scores[1] or 0)) for row in found.listed]
    assert gaps == sorted(gaps, reverse=True)
    row = found.listed[0]
    inputs = tabled.inputs(ROWS)[row.number - 1]
    assert task.predict(inputs).prediction.names[0] == row.said[0] != row.said[1]
    assert row.truth == row.said[0] and set(row.decisions) == {"Accept", "Refuse"}
    assert not found.found.keeps and not found.found.flagged
    assert found.found.quality and (found.found.quality.p or 1) < 0.05
    page = Page(differing(found, "twins#compare-x-{}"))
    assert page.of("a")[0]["data-model"] == f"twins#compare-x-{row.number}"
