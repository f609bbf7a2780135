"""A conversation's players, and how they are drawn: the last message in words, each earlier one until it matters."""

from dataclasses import replace

import numpy as np
from explained import explained

from explain.figures import draw
from explain.players import MessagesPlayers, Players, Reference
from explain.players.text import DIRECT
from inference.fields import Message, MessagesField
from inference.masks import MaskedText

FIELD = MessagesField(name="talk", label="Talk")
TALK = (Message("user", "Warm film?"), Message("assistant", "Yes, very."), Message("user", "Why so?"))
EVIL = "<img src=x onerror=alert(1)>"


def players(talk: tuple[Message, ...] = TALK) -> Players:
    return Players([FIELD], {"talk": talk}, Reference.every([]), "[MASK]")


def test_earlier_messages_are_one_player_each_and_the_last_falls_into_words() -> None:
    found = players()
    assert [each.label for each in found.features] == ["Warm", "film?", "Yes,", "very.", "Why", "so?"]
    assert found.groups == ((0, 1), (2, 3), (4,), (5,))
    assert [each.label for each in found.level(found.groups)] == ["Warm film?", "Yes, very.", "Why", "so?"]
    assert found.features[2].where == {"message": 1, "chars": [0, 4]}
    assert found.features[2].parent == "talk:1:0-10"
    assert len({each.id for each in found.features}) == 6
    assert found.baseline == "each hidden token of Talk is replaced by [MASK]"


def test_what_is_hidden_is_hidden_in_its_own_message() -> None:
    ((weight, raw),) = players().inputs(np.array([True, False, True, True, False, False]))
    assert weight == 1
    first, second, last = raw["talk"]
    assert first == Message("user", MaskedText("Warm film?", ((5, 10),)))
    assert second is TALK[1]
    assert last == Message("user", MaskedText("Why so?", ((0, 3), (4, 7))))


def test_spans_on_tensors_lie_one_message_after_the_other() -> None:
    parts = MessagesPlayers(FIELD, TALK, "[MASK]")
    assert parts.masks.spans == ((0, 4), (5, 10), (11, 15), (16, 21), (22, 25), (26, 29))
    parts.otherwise()
    assert parts.masks.dropped and "left out" in parts.baseline


def test_a_long_last_message_begins_with_its_sentences() -> None:
    long = Message("user", "One two three four five six. " * 20)
    found = players((*TALK[:2], long))
    assert len(found) == 4 + 120 and DIRECT < 120
    assert found.groups[:2] == ((0, 1), (2, 3))
    assert found.groups[2][0] == 4 and len(found.groups) < 30


def test_messages_are_drawn_one_under_the_other_with_their_words_shaded() -> None:
    talk = (Message("user", f"Warm {EVIL}"), *TALK[1:])
    values = [0.4, -0.2, 0.1]
    where = [{"message": i, "chars": [0, 4 if i else 33]} for i in range(3)]
    found = explained(values, [f"Warm {EVIL}", "Yes,", "Why "], where)
    found = replace(found, features=tuple(replace(each, field="talk") for each in found.features))
    html = draw(found, {"talk": talk}).html
    assert EVIL not in html and html.count("<mark ") == 3
    assert [html.index(f'<li class="{role}">') >= 0 for role in ("user", "assistant")] == [True, True]
    assert '<mark class="against" style="--strength:0.50" title="−0.200" data-feature="' in html
    assert 'data-label="Yes," data-verb="Leave out">Yes,</mark> very.' in html  # a click chooses it
