"""Weights that do not cover their architecture: refused in words, for transformers would make up the rest at random."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

import inference
from inference import models
from inference.errors import ModelError

Tensors = dict[str, NDArray[np.generic]]


def changed(sound: Path, folder: Path, change: Callable[[Tensors], Tensors]) -> Path:
    """A copy of a model folder with other weights."""
    shutil.copytree(sound, folder)
    (file,) = folder.glob("*.safetensors")
    save_file(change(load_file(file)), file, metadata={"format": "pt"})
    return folder


def renamed(tensors: Tensors) -> Tensors:
    return {f"other.{name}": value for name, value in tensors.items()}


def headless(tensors: Tensors) -> Tensors:
    return {name: value for name, value in tensors.items() if "classifier" not in name}


def without(*ends: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {name: value for name, value in tensors.items() if not name.endswith(ends)}


def test_weights_under_other_names_are_refused(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    folder = changed(tiny_models("tiny-multilingual"), tmp_path / "mine", renamed)
    with pytest.raises(ModelError) as error:
        inference.load(folder)
    told = str(error.value)
    assert "mine: its files lack" in told
    assert "without a place in it, are other." in told
    assert "save_pretrained" in told
    assert str(tmp_path) not in told


def test_a_head_that_was_never_trained_is_refused(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    folder = changed(tiny_models("tiny-xray"), tmp_path / "mine", headless)
    with pytest.raises(
        ModelError, match=r"lack 2 of the \d+ weights of ViTForImageClassification: classifier\.bias, c"
    ):
        inference.load(folder)


def test_weights_of_another_shape_are_told_with_both_shapes(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    folder = changed(tiny_models("tiny-xray"), tmp_path / "mine", dict)
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {str(i): f"label {i}" for i in range(7)}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"hold 2 in other shapes: classifier\.bias, .* \(the first as 3, not 7\)"):
        inference.load(folder)


@pytest.mark.parametrize("name", ["penguins", "shuttle", "movies", "ames-house-prices", "any-series", "highway"])
def test_our_own_architectures_are_held_to_it_too(name: str, tmp_path: Path) -> None:
    folder = changed(models.find()[name], tmp_path / "mine", renamed)
    with pytest.raises(ModelError, match=r"mine: its files lack [\d,]+ of the [\d,]+ weights"):
        inference.load(folder)


@pytest.mark.parametrize("change", [renamed, headless, without("lora_A.weight")])
def test_an_adapter_that_changes_nothing_or_brings_no_head_is_refused(
    change: Callable[[Tensors], Tensors], tmp_path: Path
) -> None:
    folder = changed(models.find()["sms-spam"], tmp_path / "mine", change)
    with pytest.raises(ModelError, match="mine: its files lack"):
        inference.load(folder)


def test_an_adapter_whose_config_forgets_its_head_is_refused(tmp_path: Path) -> None:
    folder = changed(models.find()["sms-spam"], tmp_path / "mine", headless)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, "modules_to_save": ["pooler"]}))
    with pytest.raises(ModelError, match=r"lack 2 of the .*: classifier\.bias, classifier\.weight"):
        inference.load(folder)


def test_what_answers_do_not_need_may_be_missing(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    """An encoder that comes without a pooler, as most sentence encoders do, answers as with one."""
    sound = tiny_models("tiny-sentences")
    bare = changed(sound, tmp_path / "mine", without("pooler.dense.weight", "pooler.dense.bias"))
    inputs = {"first": "the train is late", "second": "the soup needs salt"}
    assert inference.load(bare).predict(inputs).prediction == inference.load(sound).predict(inputs).prediction


def test_places_and_counts_that_follow_from_the_config_may_be_missing(tmp_path: Path) -> None:
    sound = models.find()["home-loans"]
    assert "offsets" in load_file(sound / "model.safetensors")
    bare = changed(sound, tmp_path / "mine", without("offsets"))
    inputs = inference.load(sound).demo.examples[0].inputs
    assert inference.load(bare).predict(inputs).prediction == inference.load(sound).predict(inputs).prediction
