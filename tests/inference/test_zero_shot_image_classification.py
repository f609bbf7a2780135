"""Labels of one's own for a picture, on a tiny CLIP: which are taken, what comes out, what is hidden."""

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
from inference.errors import InputError
from inference.tasks.zero_shot_image_classification import ZeroShotImageClassification
from inference.types import ItemTarget

LABELS = ["a cup", "a dog", "the sea"]


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> ZeroShotImageClassification:
    found = load(tiny_models("tiny-clip"))
    assert isinstance(found, ZeroShotImageClassification)
    return found


@pytest.fixture
def photo(tiny_models: Callable[[str], Path]) -> Image.Image:
    return Image.open(tiny_models("tiny-clip") / "coffee.jpg")


def asked(photo: Image.Image, labels: Any = LABELS) -> dict[str, Any]:
    return {"image": photo, "labels": labels}


def test_labels_get_probabilities_that_add_up_as_the_model_itself_gives_them(
    task: ZeroShotImageClassification, photo: Image.Image
) -> None:
    prediction = task.predict(asked(photo)).prediction
    assert sum(prediction.scores) == pytest.approx(1)
    sentences = task.pipeline.tokenizer([f"This is a photo of {each}." for each in LABELS], padding=True)
    pixels = task.pipeline.image_processor(images=[task.parse(asked(photo))["image"]], return_tensors="pt")
    logits = task.pipeline.model(**sentences.convert_to_tensors("pt"), **pixels).logits_per_image
    own = dict(zip(LABELS, logits.softmax(-1)[0].tolist(), strict=True))
    assert {item.id: item.score for item in prediction.items} == pytest.approx(own, rel=1e-4)


def test_pictures_with_other_labels_share_a_batch(task: ZeroShotImageClassification, photo: Image.Image) -> None:
    inputs = [asked(photo), asked(photo.rotate(90), ["a", "b"]), asked(photo, [*LABELS, "rain", "wine"])]
    for each, prediction in zip(inputs, task.predict_batch(inputs), strict=True):
        alone = task.predict(each).prediction
        assert prediction.names == alone.names
        assert prediction.scores == pytest.approx(alone.scores, rel=1e-4)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([f"label {i}" for i in range(40)], "Labels may have 2 to 20 entries, got 40."),
        (["", "  "], "Labels may have 2 to 20 entries, got 0."),
        (["a cup", ""], "Labels may have 2 to 20 entries, got 1."),
        ([], "Labels is missing: name at least 2."),
    ],
)
def test_unfit_labels_are_refused_with_the_reason(
    task: ZeroShotImageClassification, photo: Image.Image, labels: Any, said: str
) -> None:
    with pytest.raises(InputError) as error:
        task.predict(asked(photo, labels))
    assert str(error.value) == said


def test_an_empty_label_among_others_is_left_out(task: ZeroShotImageClassification, photo: Image.Image) -> None:
    assert task.parse(asked(photo, ["a cup", " ", "a dog"]))["labels"] == ("a cup", "a dog")


def test_a_blank_picture_is_answered_with_a_warning(task: ZeroShotImageClassification) -> None:
    answer = task.predict(asked(Image.new("RGB", (300, 200), "white")))
    assert len(answer.prediction.items) == 3
    assert any("one colour" in warning for warning in answer.warnings)
    found = explain(task, asked(Image.new("RGB", (300, 200), "white")), evaluations=32)
    assert found.values == pytest.approx([0] * len(found.values), abs=1e-6)


def test_special_tokens_and_braces_in_labels_are_plain_text(
    task: ZeroShotImageClassification, photo: Image.Image
) -> None:
    labels = ["<|endoftext|>", "{0}", "<b>bold</b>"]
    assert {item.id for item in task.predict(asked(photo, labels)).prediction.items} == set(labels)
    ids = task.encode([task.parse(asked(photo, labels))])["text_inputs"][0]["input_ids"]
    ends = (ids == task.pipeline.tokenizer.eos_token_id) & (ids.cumsum(1) > 0)
    first = ends.int().argmax(1)
    assert first.tolist() == [len(f"Thisisaphotoof{label}.".replace(" ", "")) + 1 for label in labels]


def test_a_label_longer_than_the_model_reads_is_cut_and_that_is_said(
    task: ZeroShotImageClassification, photo: Image.Image
) -> None:
    answer = task.predict(asked(photo, ["x" * 80, "a cup"]))
    assert any("longer than the model reads" in warning for warning in answer.warnings)
    assert task.encode([task.parse(asked(photo, ["x" * 80, "a cup"]))])["text_inputs"][0]["input_ids"].shape == (2, 77)


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: ZeroShotImageClassification, photo: Image.Image, second: bool) -> None:
    raw, targets = task.parse(asked(photo)), [ItemTarget("a dog"), ItemTarget("the sea")]
    play = scorer(task, raw, targets, second_baseline=second)
    assert isinstance(play.game, Tensors)
    rows = np.random.default_rng(3).random((6, len(play.players))) < 0.5
    rows[0], rows[1] = False, True
    assert play.game(rows) == pytest.approx(door(task, play.players, targets)(rows), abs=1e-4)


def test_a_label_that_was_not_offered_is_no_target(task: ZeroShotImageClassification, photo: Image.Image) -> None:
    with pytest.raises(InputError, match="'chess'"):
        explain(task, asked(photo), "chess", evaluations=8)


def test_labels_can_be_players_beside_the_regions(
    tmp_path: Path, tiny_models: Callable[[str], Path], photo: Image.Image
) -> None:
    folder = shutil.copytree(tiny_models("tiny-clip"), tmp_path / "model")
    about = (folder / "demo.json").read_text()
    (folder / "demo.json").write_text(about.replace('"role": "setting", ', ""))
    task = inference.load(folder)
    play = scorer(task, task.parse(asked(photo)), [ItemTarget("a cup")])
    kept = np.ones((2, len(play.players)), bool)
    kept[0, -3], kept[1, -2:] = False, False
    assert play.game(kept)[:, 0] == pytest.approx([0, 1])


def test_a_siglip_judges_each_label_by_itself(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    from transformers import SiglipConfig, SiglipModel

    folder = shutil.copytree(tiny_models("tiny-clip"), tmp_path / "model")
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4}
    text = {**sizes, "vocab_size": 600, "max_position_embeddings": 64, "projection_size": 32}
    vision = {**sizes, "image_size": 64, "patch_size": 16}
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval().save_pretrained(folder)
    task = inference.load(folder)
    inputs = asked(Image.open(folder / "coffee.jpg"))
    prediction, raw = task.predict(inputs).prediction, task.parse(inputs)
    bare = task.pipeline(raw["image"], candidate_labels=LABELS)
    assert prediction.names == [each["label"] for each in bare]
    assert prediction.scores == pytest.approx([each["score"] for each in bare], rel=1e-4)
    assert sum(prediction.scores) != pytest.approx(1)


def test_a_model_of_the_hub_needs_no_demo(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-clip"), tmp_path / "model")
    (folder / "demo.json").unlink()
    task = inference.load(folder)
    assert isinstance(task, ZeroShotImageClassification)
    assert len(task.predict({"image": Image.open(folder / "coffee.jpg")}).prediction.items) == 5
