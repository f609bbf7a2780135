"""Which part of an input led to which token: the values of every token at once, and how they are drawn."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import load
from explained import Page, explained

from explain import check, explain
from explain.findings import draw_finding
from explain.memory import Memory
from explain.types import Feature
from explain.wordwise import Wordwise, words
from inference.errors import InputError
from inference.types import TextTarget

EVIL = "<img src=x onerror=alert(1)>"
MODELS = {"tiny-chat": "prompt", "tiny-dialogue": "prompt", "tiny-translation": "text", "tiny-summarization": "text"}


@pytest.mark.parametrize("name", MODELS)
def test_each_token_gets_what_an_explanation_of_it_alone_gets(tiny_models: Callable[[str], Path], name: str) -> None:
    task = load(tiny_models(name))
    inputs: dict[str, Any] = {MODELS[name]: "What is grey and loud?"}
    found = check(task, inputs, "tokens")
    assert isinstance(found, Wordwise)
    assert Wordwise.from_json(found.to_json()) == found
    assert isinstance(found.target, TextTarget) and "".join(found.pieces) == found.target.text
    values = np.array(found.values)
    np.testing.assert_allclose(values.sum(1), np.array(found.score) - np.array(found.base), atol=1e-6)
    whole = explain(task, inputs, found.target)
    np.testing.assert_allclose(values.sum(0), whole.values, atol=1e-6 * np.abs(whole.values).max() + 1e-6)
    alone = explain(task, inputs, TextTarget(found.target.text, 1))
    np.testing.assert_allclose(values[1], alone.values, atol=1e-4)


def test_after_the_whole_the_tokens_cost_no_evaluation(tiny_chat: Path) -> None:
    task, memory, inputs = load(tiny_chat), Memory(), {"prompt": "What is grey and loud?"}
    memory.likely = task.targets(task.predict(inputs).prediction)
    explain(task, inputs, memory=memory)
    calls: list[int] = []
    handle = task.pipeline.model.register_forward_pre_hook(lambda *_: calls.append(1))
    try:
        from explain import check_stream

        *_, found = check_stream(task, inputs, "tokens", memory.likely[0], memory)
    finally:
        handle.remove()
    assert isinstance(found, Wordwise) and calls == []


def test_only_a_whole_text_has_tokens(tiny_chat: Path, tiny_models: Callable[[str], Path]) -> None:
    with pytest.raises(InputError, match="Only a written text as a whole"):
        check(load(tiny_chat), {"prompt": "What is grey?"}, "tokens", {"text": " red", "token": 0})
    with pytest.raises(InputError, match="Only a written text as a whole"):
        check(load(tiny_models("tiny-fill-mask")), {"text": "The ___ is grey."}, "tokens")


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["The", " sea", "side", "."], [(0,), (1, 2, 3)]),
        (["", "n", " a", ","], [(0, 1), (2, 3)]),
        (["One ", "two"], [(0,), (1,)]),
        (["\n", "\n", "a"], [(0, 1, 2)]),
        (["a"], [(0,)]),
        ([], []),
    ],
)
def test_tokens_join_to_words(pieces: list[str], joined: list[tuple[int, ...]]) -> None:
    assert words(pieces) == joined


@pytest.fixture
def found() -> Wordwise:
    features = tuple(Feature(str(i), "text", label) for i, label in enumerate(["grey", EVIL]))
    return Wordwise(
        target=TextTarget(f"loud sea {EVIL}"),
        output="the reply",
        pieces=("loud", " sea", f" {EVIL}"),
        features=features,
        values=((0.1, -0.2), (2.0, 0.0), (0.5, 1.0)),
        score=(-1.0, -1.0, -1.0),
        base=(-0.9, -3.0, -2.5),
        baseline=f"dropped {EVIL}",
        evaluations=4,
        seconds=0.1,
        seed=0,
        verdict="The strongest link goes from “grey” to “sea”.",
    )


def test_the_heat_map_has_a_row_for_each_word_that_asks_about_it_and_no_markup_of_others(found: Wordwise) -> None:
    html = draw_finding(found)
    assert EVIL not in html and "&lt;img" in html
    targets = [unescape(each) for each in re.findall(r'data-target="(.*?)"', html)]
    assert [f'"token": {i}' in target for i, target in enumerate(targets)] == [True] * 3
    cells = Page(html).of("td")
    strengths = [cell["style"] for cell in cells if "style" in cell]
    assert strengths == [f"--strength:{share}" for share in ("0.05", "0.10", "1.00", "0.00", "0.25", "0.50")]


def test_what_led_to_which_word_is_said(found: Wordwise) -> None:
    assert draw_finding(found).startswith('<p class="sentence">The strongest link goes from “grey” to “sea”.</p>')


def test_of_many_parts_the_strongest_are_drawn_and_all_stand_in_the_table(found: Wordwise) -> None:
    from dataclasses import replace

    many = tuple(Feature(str(i), "text", f"part {i}") for i in range(20))
    values = tuple(tuple(float(i == strong) for i in range(20)) for strong in (19, 18, 17))
    html = draw_finding(replace(found, features=many, values=values))
    head, table = html.split("</thead>")[0], html.split("As a table")[1]
    assert head.count("<th ") == 16 and "part 19" in head
    assert all(f"part {i}<" in table for i in range(20))
    assert "The 4 weakest parts" in html


def test_a_text_that_nothing_moved_says_so() -> None:
    from explain.wordwise import strongest

    features = explained([0.0]).features
    assert strongest(features, ["a"], np.zeros((1, 1))) == "Nothing in the input made any of the words likelier."
