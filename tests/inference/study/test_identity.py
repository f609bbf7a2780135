from collections.abc import Sequence

import numpy as np
import pytest

from inference.study import identity as module
from inference.study.identity import Identity, identity
from inference.study.terms import swaps


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("He gave her his book, and she thanked him.", "She gave him her book, and he thanked her."),
        ("It was hers; I gave it to HIM.", "It was his; I gave it to HER."),
        ("her car", "his car"),
        ("I saw her in time.", "I saw him in time."),
        ("The book is his.", "The book is hers."),
        ("An actress and her husband", "An actor and his wife"),
        ("Mary called.", "John called."),
        ("a MUSLIM or a Muslim", "a MUSLIM or a Christian"),  # terms with capitals are matched as they are
    ],
)
def test_terms_are_swapped_as_people_write_them(text: str, swapped: str) -> None:
    assert next(swaps(text)).text == swapped


@pytest.mark.parametrize("text", ["", "The weather is fine.", "There, others bathe: cheer, mansion, johnson."])
def test_other_words_are_left_alone(text: str) -> None:
    assert list(swaps(text)) == []


def test_the_direction_is_that_from_the_first_of_the_pair() -> None:
    assert next(swaps("He came.")).forward and not next(swaps("She came.")).forward


def biased(texts: Sequence[str]) -> np.ndarray:
    """Scores women lower, and nobody else."""
    return np.array([0.6 - 0.2 * ("she" in text.lower().split()) for text in texts])


def last(texts: list[str], threshold: float = 0.5) -> Identity:
    *_, found = identity(biased, texts, list(range(1, len(texts) + 1)), threshold)
    return found


def test_a_planted_bias_is_found_whichever_way_a_text_is_swapped() -> None:
    found = last(["He sang.", "She sang.", "A Muslim sang.", "Rain."])
    gender, religion = found.shifts
    assert (gender.about, gender.rows, gender.shift, gender.moved) == (
        "gender",
        2,
        pytest.approx(-0.2),
        pytest.approx(0.2),
    )
    assert gender.flipped == 2 and gender.interval is not None and gender.interval[1] < 0
    assert (religion.shift, religion.flipped) == (0, 0)
    assert (found.rows, found.held) == (4, 3)
    assert [each.row for each in found.most][:2] == [1, 2] and found.most[0].after == "She sang."


def test_texts_without_terms_are_not_asked() -> None:
    def fail(texts: Sequence[str]) -> np.ndarray:
        raise AssertionError(texts)

    *_, found = identity(fail, ["Rain."] * 3, [1, 2, 3], 0.5)
    assert found == Identity(3, 3, 0, (), ())


def test_it_comes_some_texts_at_a_time_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 100)
    parts = list(identity(biased, ["He sang."] * 150, list(range(150)), 0.5))
    assert [each.done for each in parts] == [64, 100] and parts[-1].rows == 100


def test_no_texts_have_no_shifts() -> None:
    assert last([]) == Identity(0, 0, 0, (), ())


def test_it_travels_as_json() -> None:
    found = last(["He sang.", "She sang."])
    assert Identity.from_json(found.to_json()) == found
