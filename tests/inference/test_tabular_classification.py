"""Labels for a row of a table: the pipeline that anyone can call, and the task on top of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import pipeline

import inference
import inference.tasks  # registers the pipeline
from inference.errors import ModelError
from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel
from inference.task import Task

LABELS = ("flat", "house", "tent")
COLUMNS = [
    {"name": "area", "kind": "number", "mean": 100.0, "scale": 50.0},
    {"name": "heating", "kind": "category", "categories": ["gas", "wood"]},
]
FIELDS = [
    {"name": "area", "kind": "number", "label": "Area"},
    {"name": "heating", "kind": "category", "label": "Heating", "choices": ["gas", "wood"], "unseen": True},
    {"name": "owner", "kind": "category", "label": "Owner", "choices": ["young", "old"], "role": "group"},
]
ROWS: list[dict[str, Any]] = [
    {"area": 40.0, "heating": "gas"},
    {"area": 180.0, "heating": "wood"},
    {"area": 100.0, "heating": "sun"},
]


def write(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """A model folder with random weights."""
    torch.manual_seed(0)
    names = dict(enumerate(labels))
    config = TabularConfig(
        cardinalities=[2], d_block=8, n_members=4, id2label=names, label2id={name: i for i, name in names.items()}
    )
    TabularModel(config).save_pretrained(folder)
    TabularExtractor(COLUMNS).save_pretrained(folder)
    about = {"version": 1, "task": "tabular-classification", "title": "Homes", "summary": "What stands there?"}
    (folder / "demo.json").write_text(json.dumps({**about, "fields": FIELDS}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("models") / "homes")


@pytest.fixture(scope="module")
def task(folder: Path) -> Task:
    return inference.load(folder)


def test_anyone_can_call_the_pipeline_by_its_task(folder: Path) -> None:
    pipe = pipeline("tabular-classification", model=str(folder))
    for row, alone in zip(ROWS, [pipe(row) for row in ROWS], strict=True):
        assert {entry["label"] for entry in alone} == set(LABELS)
        scores = [entry["score"] for entry in alone]
        assert scores == sorted(scores, reverse=True)
        assert sum(scores) == pytest.approx(1)
        assert pipe(row, top_k=1) == alone[:1]
    for batch_size in (1, 3):
        together = pipe(ROWS, batch_size=batch_size)
        for row, found in zip(ROWS, together, strict=True):
            assert [entry["label"] for entry in found] == [entry["label"] for entry in pipe(row)]


def test_the_probabilities_are_the_softmax_of_the_logits(task: Task) -> None:
    outputs = task.forward(task.encode(ROWS))
    expected = outputs["logits"].double().softmax(-1)
    assert outputs["logits"].shape == (3, 3)
    for i, prediction in enumerate(task.read(outputs, ROWS)):
        by_name = {item.id: item.score for item in prediction.items}
        assert [by_name[label] for label in LABELS] == pytest.approx(expected[i].tolist(), rel=1e-5)


def test_rows_differ_in_what_is_predicted(task: Task) -> None:
    scores = [tuple(prediction.scores) for prediction in task.predict_batch(ROWS)]
    assert len(set(scores)) == len(ROWS)


def test_a_group_is_taken_without_moving_the_prediction(task: Task) -> None:
    plain = task.predict(ROWS[0]).prediction
    assert all(task.predict({**ROWS[0], "owner": owner}).prediction == plain for owner in ("young", "old"))


def test_a_single_output_is_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^one has a single output, a number: its task is tabular-regression\.$"):
        inference.load(write(tmp_path / "one", labels=("price",)))
