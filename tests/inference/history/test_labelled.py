"""What people said as a labelled file, which Evaluate reads back as it was."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import load
from kept import YES, entry, labels
from PIL import Image

from inference import models
from inference.errors import InputError
from inference.history.entry import Mark, marked
from inference.history.inputs import LARGEST, bounded, sendable, without_words
from inference.history.labelled import cell, labelled
from inference.study import mapping
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.types import Item, Prediction


def study_of(name: str, content: bytes, suffix: str, folder: Path) -> Study:
    """The file as Evaluate reads it."""
    path = folder / f"feedback{suffix}"
    path.write_bytes(content)
    source, task = open_source(path), load(models.find()[name])
    *_, study = read(task, source, mapping.guess(task.demo, source.columns))
    assert isinstance(study, Study)
    return study


def test_rows_come_back_with_what_people_said(tmp_path: Path) -> None:
    task = load(models.find()["home-loans"])
    inputs = [example.inputs for example in task.demo.examples[:3]]
    raws = [task.parse(each) for each in inputs]
    found = task.predict_some(raws)
    marks = [Mark("right"), Mark("wrong"), Mark("should be", "denied")]
    entries = [entry(raw, prediction, mark) for raw, prediction, mark in zip(raws, found, marks, strict=True)]
    file = labelled(task.demo, [*entries[::-1], entry(raws[0])])  # the newest first, and one that nobody marked
    assert (file.suffix, file.rows, file.left) == (".csv", 3, 0)
    study = study_of("home-loans", file.content, file.suffix, tmp_path)
    assert study.results.raws == raws
    other = {"approved": "denied", "denied": "approved"}
    first, second = (each.items[0].id for each in found[:2])
    assert truths(study) == [first, other[second], "denied"]
    assert not study.problems


def truths(study: Study) -> list[str]:
    assert study.results.truth is not None
    return list(study.results.truth)


@pytest.mark.parametrize("text", ["plain", "a, b", 'say "x"', "two\nlines", "Ünï ✓", "-3.5", "007"])
def test_texts_come_back_as_they_were(text: str, tmp_path: Path) -> None:
    task = load(models.find()["sentiment"])
    said = labels(positive=0.75, negative=0.25)
    file = labelled(task.demo, [entry({"text": text}, said, Mark("right"))])
    study = study_of("sentiment", file.content, file.suffix, tmp_path)
    assert study.results.raws[0] == task.parse({"text": text})
    assert study.truth(1) == "positive"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "-inf", "+1_0"])
def test_no_text_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_pictures_come_back_in_folders_of_their_truth(tmp_path: Path) -> None:
    task = load(models.find()["cat-or-dog"])
    raws = [{"image": Image.new("RGB", (40, 30), color)} for color in ("red", "blue")]
    kept = [sendable(task.demo.inputs, {}, raw) for raw in raws]
    said = labels(cat=0.5, dog=0.25, other=0.25)
    entries = [
        entry(json.loads(kept[0] or ""), said, Mark("should be", "dog")),
        entry(json.loads(kept[1] or ""), said, Mark("right")),
    ]
    file = labelled(task.demo, entries)
    assert (file.suffix, file.rows, file.left, file.media) == (".zip", 2, 0, "application/zip")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert sorted(archive.namelist()) == ["cat/000001.jpg", "dog/000002.jpg"]
    study = study_of("cat-or-dog", file.content, file.suffix, tmp_path)
    assert truths(study) == ["cat", "dog"]
    file = labelled(task.demo, [entry(json.loads(kept[1] or ""), said, Mark("should be", "../../out")), *entries])
    assert (file.suffix, file.rows, file.left) == (".parquet", 3, 0)  # no folder is called like that
    study = study_of("cat-or-dog", file.content, file.suffix, tmp_path)
    assert truths(study) == ["cat", "dog", "../../out"]


def test_without_inputs_there_is_no_file() -> None:
    about = load(models.find()["home-loans"]).demo
    with pytest.raises(InputError, match="--keep inputs"):
        labelled(about, [entry(None, YES, Mark("right"))])


# What is kept


def test_an_input_is_kept_as_it_can_be_sent_again() -> None:
    for name in ("home-loans", "sentiment", "movies", "new-york-weather", "highway"):
        task = load(models.find()[name])
        sent = task.demo.examples[0].inputs
        raw = task.parse(sent)
        assert task.parse(json.loads(sendable(task.demo.inputs, sent, raw) or "")) == raw


def test_protected_attributes_are_not_kept() -> None:
    task = load(models.find()["home-loans"])
    sent = task.demo.examples[0].inputs
    assert "black" in sent
    assert "black" not in (sendable(task.demo.inputs, sent, task.parse(sent)) or "")


def test_a_large_input_is_not_kept() -> None:
    fields = load(models.find()["sentiment"]).demo.inputs
    assert sendable(fields, {}, {"text": "x" * LARGEST}) is None
    assert sendable(fields, {}, {"text": "x" * 10}) == f'{{"text": "{"x" * 10}"}}'


def test_without_inputs_a_prediction_repeats_nothing_of_them() -> None:
    span = Item("PER@0-3", "Ada", 0.9, chars=("text", 0, 3), facts={"about": "Ada"})
    bare = without_words(Prediction("spans", "probability", (span,), text="Ada"))
    assert "Ada" not in repr(bare) and "@" not in repr(bare)
    assert bare.scores == [0.9]


def test_of_a_long_prediction_the_first_items_are_kept() -> None:
    many = Prediction("ranking", "value", tuple(Item(str(i), str(i), -float(i), facts={"a": "b"}) for i in range(50)))
    assert bounded(many).items == tuple(Item(str(i), str(i), -float(i)) for i in range(20))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("maybe",), "Unknown verdict 'maybe'; available are right, wrong, should be"),
        ((["right"],), "Unknown verdict"),
        (("should be", ""), "Send truth"),
        (("should be", None), "Send truth"),
        (("should be", "x" * 2_001), "got 2,001"),
        (("should be", "a\0b"), "stand for no text"),
        (("should be", "\ud800"), "stand for no text"),
    ],
)
def test_what_is_no_mark_is_told(sent: tuple[Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        marked(*sent)
