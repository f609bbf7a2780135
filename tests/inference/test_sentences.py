"""Sentences of a text: where they lie, which answers a question, which say most; on the encoder that is installed."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import explain
import inference
from inference.errors import InputError
from inference.models import ASSETS
from inference.sentences import sentence_spans
from inference.task import Task
from inference.types import ItemTarget

TEXT = "Tea grows in Assam. Mr. Ray picked it in May! Nobody\nwas there"


def test_sentences_end_at_their_marks_and_at_new_lines_but_not_after_a_title() -> None:
    assert [TEXT[a:b] for a, b in sentence_spans(TEXT)] == [
        "Tea grows in Assam.",
        "Mr. Ray picked it in May!",
        "Nobody",
        "was there",
    ]
    assert [b - a for a, b in sentence_spans("“Go.” He went.")] == [5, 8]
    assert sentence_spans("3.5 per cent") == [(0, 12)]
    assert sentence_spans("…") == [(0, 1)]


@pytest.fixture(scope="module")
def answers() -> Task:
    return inference.load("answers")


@pytest.fixture(scope="module")
def summary() -> Task:
    return inference.load("key-sentences")


CONTEXT = "Helmets are at the front desk. A key costs ten euros. The bikes stay indoors in winter."


def test_the_sentence_that_answers_is_found_and_what_is_not_there_is_told(answers: Task) -> None:
    said = answers.predict({"question": "Where do I get a helmet?", "context": CONTEXT}).prediction
    assert said.text == "Helmets are at the front desk."
    np.testing.assert_allclose(sum(said.scores), 1, rtol=1e-6)
    lost = answers.predict({"question": "Who won the cup in 1966?", "context": CONTEXT}).prediction
    assert (lost.items[0].id, lost.text) == ("no answer", "No answer in this text")


def test_a_span_that_is_no_sentence_gets_a_message(answers: Task) -> None:
    inputs = {"question": "Where?", "context": CONTEXT}
    with pytest.raises(InputError, match="No sentence"):
        explain.explain(answers, inputs, "answer@3-9", evaluations=8)


def test_hiding_words_by_the_users_door_and_on_tensors_agree(answers: Task) -> None:
    from explain.scoring import door, scorer

    raw = answers.parse({"question": "Where do I get a helmet?", "context": CONTEXT})
    targets = [ItemTarget("answer@0-30"), ItemTarget("no answer")]
    for other in (False, True):
        play = scorer(answers, raw, targets, second_baseline=other)
        coalitions = np.random.default_rng(0).random((6, len(play.players))) < 0.7
        coarse = 0 if play.noise is None else 4 * play.noise.max()
        by_door = door(answers, play.players, targets)(coalitions)
        np.testing.assert_allclose(play.game(coalitions), by_door, rtol=1e-4, atol=1e-6 + coarse)


def test_what_occurs_again_is_computed_once_and_stands_where_it_should(summary: Task) -> None:
    one, other = "Bees fly home.", "The moon is far."
    batch = summary.encode([summary.parse({"text": f"{one} {other} {one}"})])
    vectors = summary.forward(batch)["vectors"]
    assert np.allclose(vectors[0], vectors[2]) and not np.allclose(vectors[0], vectors[1], atol=0.1)


def test_a_summary_is_in_the_order_of_the_text_and_repeats_nothing(summary: Task) -> None:
    about = json.loads((ASSETS / "models" / "key-sentences" / "demo.json").read_text())
    text = about["examples"][0]["inputs"]["text"]
    prediction = summary.predict({"text": text}).prediction
    assert len(prediction.items) == 3
    assert prediction.text == " ".join(
        text[a:b] for _, a, b in sorted(item.chars for item in prediction.items if item.chars)
    )
    twice = summary.predict({"text": "Bees fly home. Bees fly home. The moon is far."}).prediction
    assert len(twice.items) == 2


def test_a_text_of_one_sentence_is_its_own_summary(summary: Task) -> None:
    prediction = summary.predict({"text": "hello"}).prediction
    assert prediction.text == "hello"
    np.testing.assert_allclose(prediction.scores, [1.0], rtol=1e-6)


def test_two_text_fields_are_needed_for_a_question(tiny_models: Callable[[str], Path], tmp_path: Path) -> None:
    from shutil import copytree

    folder = Path(copytree(tiny_models("tiny-question-answering"), tmp_path / "one"))
    about = json.loads((folder / "demo.json").read_text())
    about["fields"], about["examples"] = about["fields"][:1], []
    (folder / "demo.json").write_text(json.dumps(about))
    with pytest.raises(inference.errors.ModelError, match="2 text fields"):
        inference.load(folder).predict({"question": "Who?"})
