"""What is known of a game is not asked for again, and never told of another input."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import inference
from explain import explain
from explain.explainer import explain_all
from explain.memory import Memory
from inference.contents import digest
from inference.sounds import Sound
from inference.task import Task
from inference.types import Contrast, ItemTarget, Target

WORDS = {"text": "A warm, witty film that forgives its heroes everything."}


class Counting:
    """How many inputs reach the model."""

    def __init__(self, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scored, inner = 0, task.score_batch

        def score_batch(batch: Any, targets: Sequence[Target], forward: Any) -> NDArray[np.float64]:
            found = inner(batch, targets, forward)
            self.scored += len(found)
            return found

        monkeypatch.setattr(task, "score_batch", score_batch)


@pytest.fixture(scope="module")
def sentiment() -> Task:
    return inference.load("sentiment")


@pytest.fixture
def memory(sentiment: Task) -> Memory:
    memory = Memory()
    memory.likely = sentiment.targets(sentiment.predict(WORDS).prediction)
    return memory


POSITIVE, NEGATIVE = ItemTarget("positive"), ItemTarget("negative")


def test_another_label_costs_nothing(sentiment: Task, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    first = explain(sentiment, WORDS, POSITIVE, memory=memory)
    counting = Counting(sentiment, monkeypatch)
    second = explain(sentiment, WORDS, NEGATIVE, memory=memory)
    third = explain(sentiment, WORDS, Contrast((POSITIVE, NEGATIVE)), memory=memory)
    assert counting.scored == 0
    assert second.values == pytest.approx([-value for value in first.values], abs=1e-6)
    assert third.values == pytest.approx([2 * value for value in first.values], abs=1e-6)


def test_what_is_remembered_is_what_would_be_computed(sentiment: Task, memory: Memory) -> None:
    explain(sentiment, WORDS, POSITIVE, memory=memory)
    known = explain(sentiment, WORDS, NEGATIVE, memory=memory)
    anew = explain(sentiment, WORDS, NEGATIVE)
    assert known.values == pytest.approx(anew.values, abs=1e-6)
    assert (known.evaluations, known.score) == (anew.evaluations, pytest.approx(anew.score))


def test_another_input_is_another_game(sentiment: Task, memory: Memory) -> None:
    explain(sentiment, WORDS, POSITIVE, memory=memory)
    other = {"text": WORDS["text"].replace("warm", "cold")}
    found, anew = explain(sentiment, other, POSITIVE, memory=memory), explain(sentiment, other, POSITIVE)
    assert found.values == pytest.approx(anew.values)


def test_a_target_nobody_thought_of_is_scored_anew(sentiment: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    explain(sentiment, WORDS, POSITIVE, memory=memory)
    counting = Counting(sentiment, monkeypatch)
    explain(sentiment, WORDS, NEGATIVE, memory=memory)
    assert counting.scored > 0


def test_many_targets_come_from_the_same_evaluations(sentiment: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(sentiment, monkeypatch)
    *_, (positive, negative) = explain_all(sentiment, sentiment.parse(WORDS), [POSITIVE, NEGATIVE])
    assert counting.scored == positive.evaluations == negative.evaluations
    assert positive.values == pytest.approx(explain(sentiment, WORDS, POSITIVE).values)
    assert (positive.output, negative.output) == ("positive", "negative")


def test_inputs_differ_where_a_single_value_does() -> None:
    black, white = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), "white")
    assert digest({"photo": black}) == digest({"photo": black.copy()})
    raws: list[dict[str, Any]] = [{"photo": black}, {"photo": white}, {"photo": black.resize((2, 8))}, {"a": 1.0}]
    raws += [{"a": 2.0}, {"b": 1.0}, {"a": "1.0"}, {"a": ("1",)}, {"a": ("1", "2")}, {"a": "1", "b": "2"}]
    assert len({digest(raw) for raw in raws}) == len(raws)


def test_two_recordings_are_never_taken_for_one() -> None:
    quiet, loud = (Sound(np.full(50_000, level, np.float32)) for level in (0.1, 0.1))
    loud.samples[25_000] = 0.9  # where a repr leaves values out
    assert digest({"audio": quiet}) != digest({"audio": loud})
    assert digest({"audio": quiet}) == digest({"audio": Sound(quiet.samples.copy())})
