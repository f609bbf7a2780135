"""Spans in a text: how a target names one, what it is called, what is scored, and what is said where there is none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny.token_classification
import torch

import explain
import inference
from inference.errors import InputError
from inference.spans import SpansTask, clipped
from inference.task import Task
from inference.types import Contrast, ItemTarget, Prediction, TextTarget

TEXT = {"text": "Anna Berg flew to Lisbon on the second of May."}


@pytest.fixture(scope="module")
def task(tiny_models: Callable[[str], Path]) -> Task:
    return inference.load(tiny_models("tiny-token-classification"))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """A model that tells where a span begins from where it goes on, as most on the hub do."""
    folder = tmp_path_factory.mktemp("models") / "begun"
    tiny.token_classification.build(folder, ("O", "B-person", "I-person", "B-place", "I-place"))
    return inference.load(folder)


def test_a_spans_id_says_where_it_lies_and_its_name_what_stands_there(task: Task) -> None:
    for item in task.predict(TEXT).prediction.items:
        assert item.chars is not None and item.facts is not None
        field, start, end = item.chars
        assert (field, item.id) == ("text", f"{item.facts['label']}@{start}-{end}")
        assert item.name == TEXT["text"][start:end]


def test_a_spans_score_is_the_mean_probability_of_its_label_over_its_words(begun: Task) -> None:
    raw = begun.parse(TEXT)
    outputs = begun.forward(begun.encode([raw]))
    p = outputs["logits"][0].double().softmax(-1)[:, 1:3].sum(-1)  # B-person and I-person together
    starts = outputs["offset_mapping"][0, :, 0].tolist()
    words = [starts.index(start, 1) for start in (0, 5, 10)]  # Anna, Berg, flew: each at its first token
    found = begun.score(outputs, [ItemTarget("person@0-14")])
    np.testing.assert_allclose(found[0, 0], p[words].mean().item(), rtol=1e-9)


def test_spans_are_those_of_the_pipeline_whatever_its_labels_are_called(begun: Task) -> None:
    bare = begun.pipeline(TEXT["text"], **begun.options())
    found = {item.id for item in begun.predict(TEXT).prediction.items}
    assert found == {f"{each['entity_group']}@{each['start']}-{each['end']}" for each in bare}


def test_any_span_can_be_asked_about_and_two_can_be_set_against_each_other(task: Task) -> None:
    target = {"contrast": [{"item": "person@0-9"}, {"item": "place@0-9"}]}
    explanation = explain.explain(task, TEXT, target, evaluations=64)
    assert explanation.output == "Anna Berg (person) rather than Anna Berg (place)"
    one, other = (explain.explain(task, TEXT, each, evaluations=64) for each in ("person@0-9", "place@0-9"))
    np.testing.assert_allclose(explanation.score, one.score - other.score, rtol=1e-6)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("person", "label@start-end"),
        ("nobody@0-4", "nobody"),
        ("person@4-4", "ends after its start"),
        ("person@0-999", "46 characters"),
        ({"text": "Anna", "token": None}, "a span"),
    ],
)
def test_a_target_that_is_no_span_gets_a_message(task: Task, target: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        explain.explain(task, TEXT, target, evaluations=8)


def test_where_nothing_is_found_the_message_says_what_can_be_asked(task: Task) -> None:
    empty = Prediction("spans", "probability", ())
    assert task.targets(empty) == []
    with pytest.raises(InputError, match="Nothing was found"):
        task.target(empty)


def test_a_span_of_which_nothing_is_left_scores_nothing(task: Task) -> None:
    from inference.masks import MaskedText

    left_out = task.encode([{"text": MaskedText(TEXT["text"], ((0, 9),), dropped=True)}])
    assert task.score(task.forward(left_out), [ItemTarget("person@0-9")]).tolist() == [[0.0]]


def test_a_typed_mask_is_plain_text(task: Task) -> None:
    mask = task.pipeline.tokenizer.mask_token_id
    assert mask not in task.encode([task.parse({"text": "Anna [MASK] Berg"})])["input_ids"]


def test_what_is_cut_off_is_said_and_has_no_players(task: Task) -> None:
    long = {"text": "Anna Berg flew to Lisbon. " * 20}
    raw = task.parse(long)
    assert any("cut off" in warning for warning in task.warnings(raw))
    assert len(task.readable(raw)["text"]) < len(raw["text"])


def test_long_spans_go_by_their_beginning() -> None:
    assert clipped("a\n b") == "a b"
    assert len(clipped("word " * 40)) <= 60


def test_a_contrast_of_other_targets_is_refused(task: Task) -> None:
    assert isinstance(task, SpansTask)
    with pytest.raises(InputError):
        task.called(Contrast((ItemTarget("person@0-4"), TextTarget("x"))), TEXT)
    assert torch.is_tensor(task.encode([task.parse(TEXT)])["word_ids"])
