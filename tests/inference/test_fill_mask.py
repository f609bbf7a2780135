"""Sentences with a gap, on a tiny BERT."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import load

from explain import explain
from inference.errors import InputError
from inference.masks import MaskedText
from inference.tasks.fill_mask import FillMask


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> FillMask:
    found = load(tiny_models("tiny-fill-mask"))
    assert isinstance(found, FillMask)
    return found


@pytest.mark.parametrize("gap", ["___", "_____", "[MASK]", "<mask>"])
def test_a_gap_is_written_in_one_of_several_ways(task: FillMask, gap: str) -> None:
    ids = task.encode([task.parse({"text": f"The sea in {gap} is grey."})])["input_ids"][0].tolist()
    tokenizer = task.pipeline.tokenizer
    assert ids == tokenizer("The sea in [MASK] is grey.")["input_ids"]
    assert ids.count(tokenizer.mask_token_id) == 1


@pytest.mark.parametrize(
    ("text", "count"), [("The sea is grey.", "none"), ("The __ is grey.", "none"), ("___ is [MASK].", "2")]
)
def test_there_is_exactly_one_gap(task: FillMask, text: str, count: str) -> None:
    with pytest.raises(InputError) as error:
        task.parse({"text": text})
    assert str(error.value) == (f"Sentence with a gap needs exactly one gap, written ___ or [MASK]; it has {count}.")


def test_other_special_tokens_are_plain_text(task: FillMask) -> None:
    ids = task.encode([task.parse({"text": "The [SEP] sea ___ [CLS]."})])["input_ids"][0].tolist()
    special = task.pipeline.tokenizer
    assert [ids.count(each) for each in (special.sep_token_id, special.cls_token_id)] == [1, 1]


def test_a_sentence_longer_than_the_model_reads_is_refused(task: FillMask) -> None:
    with pytest.raises(InputError, match=r"may have 64 tokens, it has \d+; shorten it"):
        task.parse({"text": "The ___ " + "sea " * 80})


def test_words_for_the_gap_have_probabilities_that_add_up_over_the_vocabulary(task: FillMask) -> None:
    raw = task.parse({"text": "The ___ is grey."})
    scores = task.all_scores(task.forward(task.encode([raw])))
    assert scores.sum() == pytest.approx(1)
    prediction = task.predict_some([raw])[0]
    assert len(prediction.items) == 20 and prediction.items[0].score == scores.max()
    token = prediction.items[0].id
    assert task.pipeline.tokenizer.convert_tokens_to_ids(token) == scores[0].argmax()


def test_a_hidden_word_is_no_second_gap(task: FillMask) -> None:
    text = "The ___ is grey."
    raw = {"text": MaskedText(text, ((0, 3), (11, 16)))}
    ids = task.encode([raw])["input_ids"][0].tolist()
    assert ids.count(task.mask) == 1
    assert ids.count(task.pipeline.tokenizer.unk_token_id) >= 2
    assert "[UNK]" in explain(task, {"text": text}).baseline


def test_any_entry_of_the_vocabulary_can_be_asked_about(task: FillMask) -> None:
    explanation = explain(task, {"text": "The ___ is grey."}, "sea")
    assert explanation.output == "sea" and any(explanation.values)
    with pytest.raises(InputError, match="Unknown target item 'nonsense'"):
        explain(task, {"text": "The ___ is grey."}, "nonsense")
