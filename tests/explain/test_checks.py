"""Checks of an explanation, over tasks of a few lines: what each finds, how, and what cannot be checked."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import inference
from explain import check, check_stream, checks, explain
from explain.checks import CHECKS
from explain.faithfulness import Faithfulness
from explain.games import Game
from explain.interplay import Interplay
from explain.memory import Memory
from explain.sensitivity import Sensitivity
from explain.types import Progress
from inference.errors import InputError
from inference.task import Task
from inference.types import Contrast, ItemTarget

WORDS = {"text": "the quick brown fox jumps"}
ROW = {"area": 80.0, "rooms": 4.0}
ROWS = [{"area": 50.0, "rooms": 2.0}, {"area": 150.0, "rooms": 3.0}, {"area": 60.0, "rooms": 1.0}]
FILMS = {"films": ["3", "5"]}


class Letters:
    """The share of 100 letters that a text has; what is hidden has none."""

    def __init__(self) -> None:
        self.scored, self.pause = 0, 0.0

    def __call__(self, records: Sequence[dict[str, Any]]) -> list[list[float]]:
        self.scored += len(records)
        time.sleep(self.pause)
        shares = [sum(letter.isalpha() for letter in record["text"]) / 100 for record in records]
        return [[share, 1 - share] for share in shares]


def demo(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"task": "function", "title": "T", "summary": "S", "fields": list(fields)}


TEXT = demo({"name": "text", "kind": "text", "label": "Text"})


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def texts(letters: Letters) -> Task:
    return inference.from_function(letters, TEXT, ["letters", "room"], hidden="_")


def rooms() -> Task:
    """Area times rooms."""
    about = demo(*({"name": name, "kind": "number", "label": name.title()} for name in ROW))
    return inference.from_function(lambda rows: [r["area"] * r["rooms"] for r in rows], about, background=ROWS)


def films() -> Task:
    """How many films somebody liked."""
    items = {"3": "Three", "5": "Five", "7": "Seven"}
    field = {"name": "films", "kind": "history", "label": "Films", "items": items, "max_items": 3}
    return inference.from_function(lambda rows: [float(len(r["films"])) for r in rows], demo(field))


@dataclass(frozen=True)
class ByDefinition:
    """Second differences of a game, with the others hidden."""

    pairs: list[tuple[int, int]]
    values: NDArray[np.float64]
    evaluations: int
    stderr: None = None
    exact: bool = True


@pytest.fixture
def pairing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain stand-in where interactions are computed."""

    def interactions(game: Game, n: int, budget: int, seed: int) -> ByDefinition:
        pairs = list(combinations(range(n), 2))
        one = np.eye(n, dtype=bool)
        both = np.array([one[i] | one[j] for i, j in pairs])
        v = game(np.concatenate([np.zeros((1, n), bool), one, both]))
        values = [v[0] - v[1 + i] - v[1 + j] + v[1 + n + p] for p, (i, j) in enumerate(pairs)]
        return ByDefinition(pairs, np.array(values), len(v))

    stand_in = ModuleType("explain.interactions")
    stand_in.interactions = interactions  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "explain.interactions", stand_in)


def test_faithfulness_hides_and_shows_the_parts_of_the_explanation(texts: Task) -> None:
    found = check(texts, WORDS, "faithfulness", "letters")
    assert isinstance(found, Faithfulness)
    assert [feature.label for feature in found.order] == ["quick", "brown", "jumps", "the", "fox"]
    assert found.hiding.scores == pytest.approx((0.21, 0.16, 0.11, 0.06, 0.03, 0))
    assert found.keeping.scores == pytest.approx((0, 0.05, 0.1, 0.15, 0.18, 0.21))
    assert found.holds
    assert "the 3 words that spoke for “letters” most takes the score from 0.2100 to 0.0600" in found.verdict
    assert found.target == ItemTarget("letters")


def test_a_contrast_can_be_checked(texts: Task) -> None:
    target = Contrast((ItemTarget("letters"), ItemTarget("room")))
    found = check(texts, WORDS, "faithfulness", target.to_json())
    assert isinstance(found, Faithfulness)
    assert found.hiding.scores[0] == pytest.approx(0.21 - 0.79)
    assert found.target == target


def test_another_baseline_is_another_explanation_of_the_same_score() -> None:
    found = check(rooms(), ROW, "baseline")
    assert isinstance(found, Sensitivity)
    assert found.first.score == found.second.score == 320
    assert found.first.base != found.second.base
    assert found.first.baseline != found.second.baseline
    assert found.first.features == found.second.features


def test_pairs_are_those_of_the_game(pairing: None) -> None:
    found = check(rooms(), ROW, "interactions")
    assert isinstance(found, Interplay)
    assert found.pairs == ((0, 1),)
    neither = np.mean([row["area"] * row["rooms"] for row in ROWS])
    area, number = np.mean([80 * row["rooms"] for row in ROWS]), np.mean([row["area"] * 4 for row in ROWS])
    assert found.values == (pytest.approx(320 - area - number + neither),)
    assert [feature.field for feature in found.features] == ["area", "rooms"]


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "tokens"])  # of texts alone: test_wordwise.py
def test_progress_comes_first_and_the_finding_last(texts: Task, pairing: None, name: str) -> None:
    *before, last = check_stream(texts, WORDS, name, "letters")
    assert before
    assert all(isinstance(each, Progress) and 0 <= each.done <= each.total for each in before)
    assert not isinstance(last, Progress)
    assert type(last).from_json(last.to_json()) == last


def test_an_explanation_at_hand_is_not_made_again(texts: Task, letters: Letters) -> None:
    memory = Memory()
    explanation = explain(texts, WORDS, "letters", memory=memory)
    letters.scored = 0
    *_, found = check_stream(texts, WORDS, "faithfulness", explanation.target, memory)
    assert isinstance(found, Faithfulness)
    assert letters.scored == 0  # all 32 combinations were asked for by the explanation


@pytest.mark.parametrize("name", ["", "Faithfulness", "faith", None, 3, ["baseline"], {}])
def test_an_unknown_check_is_refused_with_the_choices(texts: Task, letters: Letters, name: Any) -> None:
    with pytest.raises(
        InputError, match=r"Unknown check .*; available are faithfulness, baseline, interactions, tokens\."
    ):
        check(texts, WORDS, name, "letters")
    assert letters.scored == 0


@pytest.mark.parametrize("name", CHECKS)
def test_one_part_alone_cannot_be_checked(texts: Task, name: str) -> None:
    with pytest.raises(InputError, match="this input has only one"):
        check(texts, {"text": "fox"}, name, "letters")


@pytest.mark.parametrize("name", CHECKS)
def test_an_output_that_does_not_exist_is_refused_with_the_choices(texts: Task, name: str) -> None:
    with pytest.raises(InputError, match="available are letters, room"):
        check(texts, WORDS, name, "nonsense")


def test_where_there_is_one_way_to_hide_there_is_no_second_baseline() -> None:
    with pytest.raises(InputError, match=r"no second way to hide .*: hidden entries are absent from Films\."):
        check(films(), FILMS, "baseline")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("faithfulness", "nothing to test"),
        ("baseline", "no order to compare"),
        ("interactions", "No two words work together"),
    ],
)
def test_a_constant_model_is_told_so(pairing: None, name: str, said: str) -> None:
    task = inference.from_function(lambda records: [0.5] * len(records), TEXT, hidden="_")
    assert said in check(task, WORDS, name).verdict


def test_leaving_ends_the_work_at_the_next_batch(
    texts: Task, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "STEP", 2)
    memory, many = Memory(), {"text": "the quick brown fox jumps over the lazy dog and then sleeps"}
    explanation = explain(texts, many, "letters", evaluations=4, memory=memory)
    letters.scored, letters.pause = 0, 0.2
    stream: Any = check_stream(texts, many, "faithfulness", explanation.target, memory)
    next(stream)
    stream.close()
    assert 0 < letters.scored <= 6  # of some twenty
