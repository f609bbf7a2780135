"""A change as HTML: the old beside the new, all of it in the alt text, and nothing of a visitor's unescaped."""

from typing import Any

import pytest
from conftest import load

from explain import instead
from explain.changes import Change, Counterfactual, Counterfactuals
from explain.counterfactual import counterfactuals
from explain.players import segments
from inference import models
from inference.fields import Message
from inference.types import Item, Prediction

PREDICTION = Prediction("labels", "probability", (Item("ham", "ham", 0.8),))


def found(*changes: Change, **more: Any) -> Counterfactual:
    return Counterfactual(changes, PREDICTION, "Allow", None, {}, 1.0, 9, True, **more)


def word(text: str, start: int, end: int, after: str = "", **where: Any) -> Change:
    label = text[start:end]
    place = {**where, "chars": [start, end]}
    return Change(f"text:{start}-{end}", "text", label, label, after or "left out", not after, place)


def test_words_are_struck_and_inserted_where_they_stand() -> None:
    text = "a <b>free</b> prize now"
    html = instead.draw(found(word(text, 2, 13), word(text, 14, 19, "lunch")), {"text": text}, "Block")
    assert (
        '<p class="words" dir="auto">a <del>&lt;b&gt;free&lt;/b&gt;</del> <del>prize</del> <ins>lunch</ins> now</p>'
        in html
    )
    assert "<s>Block</s> <b>Allow</b>" in html
    assert "“&lt;b&gt;free&lt;/b&gt;” left out and prize" not in html
    assert "“&lt;b&gt;free&lt;/b&gt;” left out and “prize” struck for “lunch”." in html


def test_a_conversation_keeps_who_said_what() -> None:
    said = (Message("user", "hello there"), Message("assistant", "hi"), Message("user", "go on"))
    html = instead.draw(found(word("go on", 3, 5, message=2)), {"text": said}, "x")
    assert '<p dir="auto">hello there</p>' in html
    assert '<p dir="auto">go <del>on</del></p>' in html


def test_columns_are_a_table_of_before_and_after() -> None:
    change = Change("age", "age", "<Age>", "44 years", "39 years")
    html = instead.draw(found(change, row=7), {"age": 44}, "Block")
    assert '<th scope="row">&lt;Age&gt;</th><td><del>44 years</del></td><td><ins>39 years</ins></td>' in html
    assert 'aria-label="Reference row 7 is decided otherwise, Allow instead of Block, with &lt;Age&gt; 39 years' in html


def test_regions_of_a_picture_are_veiled_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "REGIONS", 6)
    task = load(models.find()["mobilenet-v2"])
    inputs = task.demo.examples[0].inputs
    flips: Counterfactuals = counterfactuals(task, inputs, evaluations=64)
    assert flips.found
    best = flips.found[0]
    assert best.label_map is not None
    assert best.inputs == {}
    html = instead.draw(best, task.parse(inputs), flips.now)
    assert html.count("<img ") == 2
    assert all(change.label in html for change in best.changes)
