"""Labels of one's own: which are taken, what comes out for them, and what a model without entailment is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import load

import inference
from explain import explain
from explain.scoring import Tensors, door, scorer
from inference.errors import InputError, ModelError
from inference.masks import MaskedText
from inference.task import Task
from inference.types import ItemTarget

TEXT = "The keeper saved two penalties and the cup stayed in the city."
LABELS = ["sport", "cooking", "tax law"]


@pytest.fixture(params=["tiny-entailment", "own-labels"])
def task(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Task:
    """A model of natural language inference as the hub has them, and the embedded encoder."""
    name = request.param
    return load(tiny_models(name)) if name.startswith("tiny") else inference.load(name)


@pytest.fixture(scope="module")
def own() -> Task:
    return inference.load("own-labels")


def asked(labels: object = LABELS, text: str = TEXT) -> dict[str, object]:
    return {"text": text, "labels": labels}


def test_every_label_gets_a_probability_and_they_add_up(task: Task) -> None:
    prediction = task.predict(asked()).prediction
    assert set(prediction.names) == set(LABELS)
    assert sum(prediction.scores) == pytest.approx(1)


def test_a_sentence_about_football_is_sport(own: Task) -> None:
    answer = own.predict(asked())
    assert answer.prediction.names[0] == "sport"
    assert answer.decision is not None and answer.decision.action == "File under it"


def test_texts_with_other_labels_can_share_a_batch(task: Task) -> None:
    inputs = [asked(), asked(["a", "b"], "Two words."), asked([*LABELS, "rain", "wine"])]
    together = task.predict_batch(inputs)
    for each, prediction in zip(inputs, together, strict=True):
        alone = task.predict(each).prediction
        assert prediction.names == alone.names
        assert prediction.scores == pytest.approx(alone.scores, rel=1e-4)


def test_labels_in_one_text_are_parted_and_missing_ones_are_the_default(task: Task) -> None:
    assert task.parse(asked("sport; tax  law, cooking"))["labels"] == ("sport", "tax law", "cooking")
    assert task.parse({"text": TEXT})["labels"] == next(f.default for f in task.demo.fields if f.kind == "labels")


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["sport"], "Labels may have 2 to 20 entries, got 1."),
        ([f"label {i}" for i in range(40)], "Labels may have 2 to 20 entries, got 40."),
        (["Sport", "sport", "food"], "Labels has 'sport' 2 times; once is enough."),
        (["", "  ", "\u200b"], "Labels may have 2 to 20 entries, got 0."),
        ([], "Labels is missing: name at least 2."),
        ("sport", "Labels may have 2 to 20 entries, got 1."),
        (7, "Labels must be a list of texts, got 7."),
        (["sport", None], "Labels must be a list of texts, got None in it."),
        (["sport", "x" * 81], "An entry of Labels may have 80 characters, got 81."),
        (["sport", "\ud800"], "Labels holds half a character (a lone surrogate); write it anew."),
    ],
)
def test_unfit_labels_are_refused_with_the_reason(own: Task, labels: object, said: str) -> None:
    with pytest.raises(InputError) as error:
        own.parse(asked(labels))
    assert str(error.value) == said


def test_an_empty_text_and_one_of_ten_thousand_words_are_refused(own: Task) -> None:
    for text, said in (("  ", "Text is missing"), ("word " * 10_000, "Text may have 5,000 characters, got 50,000")):
        with pytest.raises(InputError, match=said):
            own.predict(asked(text=text))


def test_a_long_text_is_cut_and_its_labels_are_not(own: Task) -> None:
    text = " ".join(f"word{i}" for i in range(500))
    raw = own.parse(asked(text=text))
    read = own.readable(raw)["text"]
    assert text.startswith(read) and 100 < len(read) < len(text)
    assert any("longest label" in warning for warning in own.predict(asked(text=text)).warnings)
    assert own.encode([raw])["input_ids"].shape == (3, 512)


def test_braces_and_special_tokens_in_labels_are_plain_text(own: Task) -> None:
    prediction = own.predict(asked(["{0}", "[SEP] [MASK]", "<b>bold</b>"])).prediction
    assert set(prediction.names) == {"{0}", "[SEP] [MASK]", "<b>bold</b>"}
    ids = own.encode([own.parse(asked(["[SEP]", "[MASK]"]))])["input_ids"]
    assert (ids == own.pipeline.tokenizer.sep_token_id).sum(1).tolist() == [2, 2]
    assert not (ids == own.pipeline.tokenizer.mask_token_id).any()


@pytest.mark.parametrize("second", [False, True], ids=["first baseline", "second baseline"])
def test_tensors_score_as_the_users_door(task: Task, second: bool) -> None:
    raw, targets = task.parse(asked()), [ItemTarget("tax law"), ItemTarget("sport")]
    play = scorer(task, raw, targets, second_baseline=second)
    assert isinstance(play.game, Tensors)
    rows = np.random.default_rng(3).random((6, len(play.players))) < 0.5
    rows[0], rows[1] = False, True
    floor = 0.0 if play.noise is None else 5 * play.noise.max()
    assert play.game(rows) == pytest.approx(door(task, play.players, targets)(rows), abs=1e-4 + floor)


def test_hidden_words_are_hidden_from_every_pair(task: Task) -> None:
    start = TEXT.index("penalties")
    raw = task.parse(asked())
    batch = task.encode([{**raw, "text": MaskedText(TEXT, ((start, start + 9),))}])
    texts = task.pipeline.tokenizer.batch_decode(batch["input_ids"])
    assert len(texts) == 3
    assert all("penalties" not in text and label in text for text, label in zip(texts, LABELS, strict=True))


def test_the_word_that_speaks_for_sport_is_a_word_of_sport(own: Task) -> None:
    found = explain(own, asked(text="She scored the winning goal on Monday."), "sport", evaluations=128)
    by_word = dict(zip((feature.label for feature in found.features), found.values, strict=True))
    assert max(by_word, key=by_word.__getitem__) in ("scored", "winning", "goal")


def test_a_label_that_was_not_offered_is_no_target(own: Task) -> None:
    with pytest.raises(InputError, match="'chess'"):
        explain(own, asked(), "chess", evaluations=8)


def test_where_no_label_fits_it_is_said(own: Task) -> None:
    far = {"text": "The violinist tuned her instrument.", "labels": ["gardening", "tax law", "volcanoes"]}
    near = {**far, "labels": ["music", "tax law", "volcanoes"]}
    assert [warning.startswith("Perhaps none of the labels fits") for warning in own.predict(far).warnings] == [True]
    assert own.predict(near).warnings == ()


def test_labels_can_be_players_and_one_that_is_hidden_scores_nothing(
    tmp_path: Path, tiny_models: Callable[[str], Path]
) -> None:
    folder = shutil.copytree(tiny_models("tiny-entailment"), tmp_path / "model")
    about = json.loads((folder / "demo.json").read_text())
    about["fields"][1] = {"name": "labels", "kind": "labels", "label": "Labels"}
    (folder / "demo.json").write_text(json.dumps(about))
    task = inference.load(folder)
    raw = task.parse(asked(text="Two words"))
    play = scorer(task, raw, [ItemTarget("sport")])
    names = [feature.label for feature in play.players.features]
    assert names == ["Two", "words", *LABELS]
    kept = np.array([[True, True, False, True, True], [True, True, True, False, False], [False] * 5])
    assert play.game(kept)[:, 0] == pytest.approx([0, 1, 0])


def test_a_model_without_entailment_is_refused(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-entailment"), tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["id2label"], config["label2id"] = {"0": "no", "1": "yes", "2": "maybe"}, {"no": 0, "yes": 1, "maybe": 2}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="no label called entailment"):
        inference.load(folder)


def test_a_demo_without_a_field_of_labels_is_told_so(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-entailment"), tmp_path / "model")
    about = json.loads((folder / "demo.json").read_text())
    about["fields"].pop()
    about["examples"] = []
    (folder / "demo.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match="needs a field of kind 'labels'"):
        inference.load(folder).predict({"text": TEXT})


def test_a_model_of_the_hub_needs_no_demo(tmp_path: Path, tiny_models: Callable[[str], Path]) -> None:
    folder = shutil.copytree(tiny_models("tiny-entailment"), tmp_path / "model")
    (folder / "demo.json").unlink()
    (folder / "README.md").write_text("---\npipeline_tag: zero-shot-classification\n---\n")
    task = inference.load(folder)
    assert len(task.predict(task.demo.examples[0].inputs).prediction.items) == 5
