"""Questions about a picture, on a tiny ViLT: both inputs are read, hidden and explained together."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import load
from PIL import Image

import inference
from explain import explain
from explain.scoring import Tensors, door, scorer
from inference.errors import InputError, ModelError
from inference.masks import MaskedImage, MaskedText
from inference.registry import task_of
from inference.tasks.visual_question_answering import VisualQuestionAnswering
from inference.types import ItemTarget

QUESTION = "What colour is the table?"


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> VisualQuestionAnswering:
    found = load(tiny_models("tiny-vilt"))
    assert isinstance(found, VisualQuestionAnswering)
    return found


@pytest.fixture
def photo(tiny_models: Callable[[str], Path]) -> Image.Image:
    return Image.open(tiny_models("tiny-vilt") / "coffee.jpg")


def asked(photo: Any, question: Any = QUESTION) -> dict[str, Any]:
    return {"image": photo, "question": question}


def test_each_answer_is_judged_by_itself(task: VisualQuestionAnswering, photo: Image.Image) -> None:
    raw = task.parse(asked(photo))
    logits = task.forward(task.encode([raw]))["logits"][0]
    prediction = task.predict(asked(photo)).prediction
    names = task.pipeline.model.config.id2label
    own = {names[i]: p for i, p in enumerate(logits.sigmoid().tolist())}
    assert {item.id: item.score for item in prediction.items} == pytest.approx(own, rel=1e-4)


def test_pictures_of_other_shapes_and_longer_questions_share_a_batch(
    task: VisualQuestionAnswering, photo: Image.Image
) -> None:
    inputs = [asked(photo), asked(photo.rotate(90, expand=True), "Is it? Is there a table?"), asked(photo, "Who?")]
    for each, prediction in zip(inputs, task.predict_batch(inputs), strict=True):
        alone = task.predict(each).prediction
        assert prediction.names == alone.names
        assert prediction.scores == pytest.approx(alone.scores, rel=1e-4)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "Question is missing: write a few words."),
        (" \u200b ", "Question is missing: write a few words."),
        (None, "Question is missing: write a few words."),
        (7, "Question must be a text, got int."),
        ("why " * 2_000, "Question may have 5,000 characters, got 8,000; shorten it."),
    ],
)
def test_an_unfit_question_is_refused_with_the_reason(
    task: VisualQuestionAnswering, photo: Image.Image, question: Any, said: str
) -> None:
    with pytest.raises(InputError) as error:
        task.predict(asked(photo, question))
    assert str(error.value) == said


def test_a_question_without_a_picture_is_refused(task: VisualQuestionAnswering) -> None:
    with pytest.raises(InputError, match="Picture is missing: choose a picture"):
        task.predict({"question": QUESTION})


def test_a_blank_picture_is_answered_with_a_warning_and_explained_by_the_words(task: VisualQuestionAnswering) -> None:
    blank = Image.new("RGB", (300, 200), "white")
    assert any("one colour" in warning for warning in task.predict(asked(blank)).warnings)
    found = explain(task, asked(blank), evaluations=128)
    by_field: dict[str, list[float]] = {"image": [], "question": []}
    for feature, value in zip(found.features, found.values, strict=True):
        by_field[feature.field].append(abs(value))
    assert max(by_field["image"]) < 0.05 * max(by_field["question"])


def test_a_long_question_is_cut_and_what_is_cut_has_no_players(
    task: VisualQuestionAnswering, photo: Image.Image
) -> None:
    question = "What is on the table? " * 8
    answer = task.predict(asked(photo, question))
    assert any("and the model reads 40: the rest was cut off" in warning for warning in answer.warnings)
    raw = task.parse(asked(photo, question))
    assert question.startswith(task.readable(raw)["question"])
    assert 20 < len(task.readable(raw)["question"]) < len(question)
    assert task.encode([raw])["input_ids"].shape == (1, 40)


def test_special_tokens_in_a_question_are_plain_text(task: VisualQuestionAnswering, photo: Image.Image) -> None:
    ids = task.encode([task.parse(asked(photo, "Is [SEP] it [MASK]?"))])["input_ids"][0].tolist()
    tokenizer = task.pipeline.tokenizer
    assert [ids.count(each) for each in (tokenizer.sep_token_id, tokenizer.mask_token_id)] == [1, 0]


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: VisualQuestionAnswering, photo: Image.Image, second: bool) -> None:
    raw, targets = task.parse(asked(photo)), [ItemTarget("white"), ItemTarget("a cup")]
    play = scorer(task, raw, targets, second_baseline=second)
    assert isinstance(play.game, Tensors)
    assert {feature.field for feature in play.players.features} == {"image", "question"}
    rows = np.random.default_rng(3).random((6, len(play.players))) < 0.5
    rows[0], rows[1] = False, True
    assert play.game(rows) == pytest.approx(door(task, play.players, targets)(rows), abs=1e-4)


def test_hidden_words_and_regions_are_hidden_each_by_its_own(task: VisualQuestionAnswering, photo: Image.Image) -> None:
    play = scorer(task, task.parse(asked(photo)), [ItemTarget("white")])
    kept = np.ones(len(play.players), bool)
    kept[[0, -1]] = False
    ((_, shown),) = play.players.inputs(kept)
    assert isinstance(shown["image"], MaskedImage) and isinstance(shown["question"], MaskedText)
    whole, hidden = (task.encode([each]) for each in (task.parse(asked(photo)), shown))
    changed = (whole["pixel_values"] != hidden["pixel_values"]).float().mean()
    assert 0 < changed < 0.5
    assert task.pipeline.tokenizer.mask_token_id in hidden["input_ids"][0].tolist()[-4:]


def test_a_path_shows_the_picture_and_the_questions_tokens(task: VisualQuestionAnswering, photo: Image.Image) -> None:
    sight = task.sight(task.encode([task.parse(asked(photo))]))
    assert sight.picture is not None and sight.picture.size == (96, 64)
    assert (sight.tokens[0], sight.tokens[-1]) == ("[CLS]", "[SEP]")


def test_a_model_that_writes_its_answers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "blip", "architectures": ["BlipForQuestionAnswering"]})
    )
    (tmp_path / "README.md").write_text("---\npipeline_tag: visual-question-answering\n---\n")
    with pytest.raises(ModelError, match="BlipForQuestionAnswering, which has no trained head for visual-question"):
        task_of(tmp_path)


def test_a_model_of_the_hub_needs_no_demo(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-vilt"), tmp_path / "model")
    (folder / "demo.json").unlink()
    task = inference.load(folder)
    assert isinstance(task, VisualQuestionAnswering)
    assert len(task.predict(asked(Image.open(folder / "coffee.jpg"))).prediction.items) == 6
