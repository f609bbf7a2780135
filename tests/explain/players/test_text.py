"""A text's players: words, and runs of them where it is long."""

import itertools

import pytest
from hidden import TEXT, kept

from explain.players import (
    Players,
    Reference,
    TextPlayers,
)
from explain.players.field import singles
from explain.players.text import DIRECT, FEWEST, MOST, sentences, word_spans
from explain.types import Feature
from inference.masks import MaskedText

# Text


def text_players(text: str) -> Players:
    return Players([TEXT], {"text": text}, Reference.every([]), "[MASK]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("good", ["good"]),
        ("A warm, witty film.", ["A", "warm,", "witty", "film."]),
        ("  spaces\t\tand\nlines  ", ["spaces", "and", "lines"]),
        ("猫が好き", ["猫", "が", "好", "き"]),
        ("I 愛 Tokyo東京!", ["I", "愛", "Tokyo", "東", "京", "!"]),
        ("カメラ good", ["カ", "メ", "ラ", "good"]),
        ("…", ["…"]),
        ("don't 😀😀 <b>", ["don't", "😀😀", "<b>"]),
    ],
)
def test_words_stand_between_spaces_or_alone_in_scripts_without(text: str, words: list[str]) -> None:
    assert [text[a:b] for a, b in word_spans(text)] == words


@pytest.mark.parametrize("count", [1, 2, 500, 2_000, 10_000])
@pytest.mark.parametrize("word", ["word ", "猫"])
def test_words_reassemble_the_text(count: int, word: str) -> None:
    text = f" {word * count}"
    spans = word_spans(text)
    assert len(spans) == count
    ends = [0, *itertools.chain(*spans), len(text)]
    assert ends == sorted(ends)
    between = [text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True)]
    inside = [text[a:b] for a, b in spans]
    assert all(not part.strip() for part in between)
    rebuilt = "".join(itertools.chain(*itertools.zip_longest(between, inside, fillvalue="")))
    assert rebuilt == text


@pytest.mark.parametrize("count", [1, 2, DIRECT])
def test_the_words_of_a_short_text_are_players_at_once(count: int) -> None:
    players = text_players("word. " * count)
    assert players.groups == singles(count)
    assert {feature.parent for feature in players.features} == {None}


LONG = {
    "even sentences": "One two three four five six seven eight. " * 20,
    "short sentences": "Yes! No? " * 200,
    "one sentence": "word " * 2_000,
    "10,000 words": "A film of ten words that is not so good. " * 1_000,
    "no spaces": "猫が好きです。" * 100,
    "no spaces, no stops": "猫" * 700,
    "one long, many short": "word " * 300 + ". " + "Yes. " * 100,
    "lines": "four words a line\n" * 40,
    "just too long": "word " * (DIRECT + 1),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_begins_with_a_dozen_or_so_runs_of_its_words(text: str) -> None:
    players = text_players(text)
    words = len(word_spans(text))
    assert len(players) == words > DIRECT
    assert FEWEST - 1 <= len(players.groups) <= MOST
    assert list(itertools.chain(*players.groups)) == list(range(words))
    assert max(map(len, players.groups)) <= 2 * -(-words // FEWEST)


def test_sentences_stay_whole_where_they_are_of_a_length() -> None:
    players = text_players(LONG["even sentences"])
    labels = [feature.label for feature in players.level(players.groups)]
    assert labels == ["One two three four five six seven eight."] * 20


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("He said “stop.” Then it went", "Then"),
        ("猫が好きです。」犬も", "犬"),
        ("It cost 3.5 pounds and more\nNext line", "Next"),
        ("Why?! Because (so.) it is", "Because"),
    ],
)
def test_a_sentence_ends_with_a_stop_or_a_line(text: str, second: str) -> None:
    spans = word_spans(text)
    padded = text + " x" * FEWEST * len(spans)
    begins = [padded[word_spans(padded)[group[0]][0] :] for group in sentences(padded, word_spans(padded))]
    assert begins[1].startswith(second)


def test_a_word_of_a_long_text_names_its_sentence_and_a_sentence_nothing() -> None:
    players = text_players(LONG["even sentences"])
    sentence, *_ = players.level(players.groups)
    assert sentence == Feature("text:0-40", "text", LONG["even sentences"][:40], {"chars": [0, 40]}, None)
    assert {feature.parent for feature in players.features[:8]} == {sentence.id}
    assert players.features[0].label == "One"
    (run,) = players.level(((1, 2, 3),))
    assert (run.label, run.parent) == ("two three four", sentence.id)


def test_a_word_that_is_a_sentence_of_its_own_has_no_parent() -> None:
    players = text_players("\n".join(["Indeed.", *(["one two three four five six seven eight nine"] * 12)]))
    assert players.groups[0] == (0,)
    assert players.features[0].parent is None


def test_hidden_words_are_spans_of_the_whole_text() -> None:
    players = TextPlayers(TEXT, "A warm film", "[MASK]")
    assert [feature.label for feature in players.features] == ["A", "warm", "film"]
    assert players.features[1].where == {"chars": [2, 6]}
    assert players.show(kept(1, 1, 1)) == MaskedText("A warm film", ())
    assert players.show(kept(0, 1, 0)) == MaskedText("A warm film", ((0, 1), (7, 11)))
    assert players.show(kept(0, 0, 0)).hidden == ((0, 1), (2, 6), (7, 11))
    assert players.baseline == "each hidden token of Review is replaced by [MASK]"


def test_the_same_word_twice_is_two_players() -> None:
    features = TextPlayers(TEXT, "very very good", "[MASK]").features
    assert len({feature.id for feature in features}) == 3


# Pictures


def test_where_nothing_stands_in_for_a_word_it_is_left_out_at_first() -> None:
    players = Players([TEXT], {"text": "warm film"}, Reference.every([]), "")
    assert players.baseline == "the hidden tokens of Review are left out"
    ((_, raw),) = players.inputs(kept(0, 1))
    assert raw == {"text": MaskedText("warm film", ((0, 4),), dropped=True)}
    other = Players([TEXT], {"text": "warm film"}, Reference.every([]), "", second_baseline=True)
    ((_, raw),) = other.inputs(kept(0, 1))
    assert raw == {"text": MaskedText("warm film", ((0, 4),))}
    assert "replaced" in other.baseline
