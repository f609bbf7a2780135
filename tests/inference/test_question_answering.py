"""Questions to a text: windows, where an answer lies, what its probability is, and that there may be none."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import explain
import inference
from inference.errors import InputError
from inference.masks import MaskedText
from inference.task import Task
from inference.tasks.question_answering import NONE, Odds
from inference.types import ItemTarget

SHORT = {"question": "Who came first?", "context": "Anna Berg flew to Lisbon. Omar came later."}
LONG = {"question": "Where was he?", "context": "On Sunday the mayor spoke in Bergen. " * 20}


@pytest.fixture(scope="module")
def task(tiny_models: Callable[[str], Path]) -> Task:
    return inference.load(tiny_models("tiny-question-answering"))


def test_a_long_text_is_read_in_windows_and_each_of_its_tokens_once(task: Task) -> None:
    batch = task.encode([task.parse(LONG)])
    assert len(batch["input_ids"]) > 3
    read = batch["offsets"][batch["once"]]
    alone = task.pipeline.tokenizer(
        LONG["context"], add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    assert sorted(map(tuple, read.tolist())) == alone["offset_mapping"]


def test_a_passages_probability_is_that_of_its_ends(task: Task) -> None:
    """By hand, for a text of one window: softmax over the context's tokens and [CLS]."""
    raw = task.parse(SHORT)
    outputs = task.forward(task.encode([raw]))
    places = [0, *(outputs["sequence"][0] == 1).nonzero()[:, 0].tolist()]
    start, end = (outputs[name][0, places].double().softmax(0) for name in ("start_logits", "end_logits"))
    offsets = outputs["offsets"][0, places].tolist()
    first, last = [a for a, _ in offsets].index(0, 1), [b for _, b in offsets].index(9)
    found = task.score(outputs, [ItemTarget("answer@0-9"), ItemTarget(NONE)])[0]
    np.testing.assert_allclose(found, [(start[first] * end[last]).item(), (start[0] * end[0]).item()], rtol=1e-9)


def test_passages_do_not_overlap_and_begin_and_end_with_words(task: Task) -> None:
    for inputs in (SHORT, LONG):
        prediction = task.predict(inputs).prediction
        places = sorted(item.chars[1:] for item in prediction.items if item.chars)
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
        for start, end in places:
            text = inputs["context"]
            assert not (text[start - 1 : start].isalnum() and text[start].isalnum())
            assert not (text[end - 1].isalnum() and text[end : end + 1].isalnum())
        assert NONE in [item.id for item in prediction.items]


def test_where_no_answer_is_likeliest_the_text_says_so(task: Task) -> None:
    odds = Odds(np.array([[0, 4]]), np.array([0.1]), np.array([0.1]), np.array([True]), np.array([True]), 0.81)
    prediction = task.answer(odds, SHORT)  # type: ignore[attr-defined]
    assert (prediction.items[0].id, prediction.text) == (NONE, "No answer in this text")
    assert explain.explain(task, SHORT, NONE, evaluations=32).output == NONE


def test_hiding_words_by_the_users_door_and_on_tensors_agree(task: Task) -> None:
    raw = task.parse(LONG)
    targets = [ItemTarget("answer@0-9"), ItemTarget("answer@29-35"), ItemTarget(NONE)]
    from explain.scoring import door, scorer

    for other in (False, True):
        play = scorer(task, raw, targets, second_baseline=other)
        coalitions = np.random.default_rng(0).random((6, len(play.players))) < 0.7
        np.testing.assert_allclose(
            play.game(coalitions), door(task, play.players, targets)(coalitions), rtol=1e-4, atol=1e-7
        )


def test_words_of_the_question_and_of_the_text_are_players(task: Task) -> None:
    explanation = explain.explain(task, SHORT, "answer@0-9", evaluations=64)
    assert [feature.field for feature in explanation.features] == ["question"] * 3 + ["context"] * 8


def test_several_inputs_in_one_batch_keep_their_own_answers(task: Task) -> None:
    together = task.predict_batch([SHORT, LONG, SHORT])
    assert [each.text for each in together] == [task.predict(each).prediction.text for each in (SHORT, LONG, SHORT)]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({**SHORT, "question": "why " * 40}, r"The question has \d+ tokens and the model takes 24"),
        ({**SHORT, "question": ""}, "Question"),
        ({**SHORT, "context": "  "}, "Text"),
        ({"question": "Who?"}, "Text"),
    ],
)
def test_a_question_that_cannot_be_asked_gets_a_message(task: Task, inputs: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        task.predict(inputs)


def test_a_question_that_leaves_no_room_is_refused_before_it_is_asked(task: Task) -> None:
    raw = task.demo.parse({"question": "Ж? " * 100, "context": "Anna lives in Bern."})
    with pytest.raises(InputError, match=r"The question has \d+ tokens"):
        task.fits(raw)


def test_a_typed_separator_is_plain_text_and_a_hidden_word_is_a_mask(task: Task) -> None:
    tokenizer = task.pipeline.tokenizer
    batch = task.encode([task.parse({**SHORT, "context": "Anna [SEP] Berg"})])
    assert int((batch["input_ids"] == tokenizer.sep_token_id).sum()) == 2
    hidden = task.encode([{**SHORT, "question": MaskedText(SHORT["question"], ((0, 3),))}])
    assert hidden["input_ids"][0, 1] == tokenizer.mask_token_id
    assert torch.equal(hidden["offsets"], task.encode([task.parse(SHORT)])["offsets"])
