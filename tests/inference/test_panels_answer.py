"""An answer as HTML in which nothing is markup but ours, of every kind of prediction."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from answered import EVIL, Reader, about, found, prediction

from inference.panels import answer
from inference.panels.predictions import FIGURES, Shown, parts
from inference.policy import Policy, Rule
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.types import Decision, Kind, Step, Table

DRAWN: list[tuple[Kind, list[str]]] = [
    ("labels", ["Prediction", "cat0", "90 %", "cat4", "50 %", "3 more", "cat7"]),
    ("value", ["Prediction", "0.9 ft²", "cat0"]),
    ("ranking", ["Prediction", "first of the suggestions", "cat0", "cat4", "0.5", "cat7"]),
    ("text", ["Cat0", "cat"]),
    ("action", ["Prediction", "cat0", "90 %", "cat4", "50 %", "3 more", "cat7"]),
    ("boxes", ["Prediction", "cat0", "90 %", "cat4", "3 more", "cat7"]),
    ("spans", ["Prediction", "cat0", "0.9", "cat4", "3 more", "cat7"]),
]


@pytest.mark.parametrize(("kind", "parts"), DRAWN, ids=[kind for kind, _ in DRAWN])
def test_each_kind_of_prediction_is_drawn(kind: Kind, parts: list[str]) -> None:
    text = Reader(answer.answer(found(prediction(kind)), about())).text
    for part in parts:
        assert part in text
    assert kind == "ranking" or "cat5" not in text.partition("3 more")[0]  # of labels, five are enough at first


def test_every_kind_of_answer_in_the_product_can_be_drawn() -> None:
    assert set(FIGURES) == {kind for kind, _ in DRAWN}


@pytest.mark.parametrize("kind", FIGURES)
def test_nothing_from_a_visitor_or_a_model_becomes_markup(kind: Kind) -> None:
    policy = Policy((Rule(EVIL, tone="good"),))
    plain = found(prediction(kind), Decision("Do", "so"), ("Careful.",))
    nasty = found(replace(prediction(kind, EVIL), unit=EVIL), Decision(EVIL, EVIL), (EVIL,))
    drawn = answer.answer(nasty, about(decision=policy))
    same = answer.answer(plain, about(decision=policy))
    assert Reader(drawn).tags == Reader(same).tags
    assert "onerror" not in Reader(drawn).attributes
    assert Reader(drawn).text.count(EVIL) >= 4  # name, action, reason, warning: a reader sees what was sent


@pytest.mark.parametrize(
    "html",
    [
        answer.writing(EVIL),
        answer.failure(EVIL),
        parts.headline(EVIL, EVIL),
        answer.path(replace(found(prediction("text")), trace=(Step(EVIL, 1.0, EVIL),))),
    ],
    ids=["writing", "failure", "headline", "path"],
)
def test_the_smaller_parts_escape_too(html: str) -> None:
    assert EVIL in Reader(html).text
    assert "img" not in Reader(html).tags
    assert "onerror" not in Reader(html).attributes


@pytest.mark.parametrize("tone", ["good", "caution", "bad", "neutral"])
def test_a_decision_shows_its_tone(tone: Any) -> None:
    html = answer.answer(
        found(prediction("labels"), Decision("Share", "why")), about(decision=Policy((Rule("Share", tone=tone),)))
    )
    assert f"decision {tone}" in Reader(html).attributes["class"]
    assert "Share" in Reader(html).text


def test_what_is_known_of_items_stands_under_their_names() -> None:
    said = prediction("ranking")
    items = tuple(replace(item, facts={"popularity": f"of {i} viewers {EVIL}"}) for i, item in enumerate(said.items))
    read = Reader(answer.answer(found(replace(said, items=items)), about()))
    assert f"of 3 viewers {EVIL}" in read.text


def test_a_table_stands_beside_the_prediction_with_its_title_and_its_cells() -> None:
    beside = Table(f"Typical members {EVIL}", ("column", f"here {EVIL}"), (("age", f"31 {EVIL}"),))
    read = Reader(answer.answer(replace(found(prediction("labels")), tables=(beside,)), about()))
    assert all(f"{cell} {EVIL}" in read.text for cell in ("Typical members", "here", "31"))
    assert read.tags.count("table") == 1 and "img" not in read.tags


def test_without_decision_and_warnings_neither_has_a_place() -> None:
    html = answer.answer(found(prediction("labels")), about())
    assert "What would be done" not in html
    assert not [name for name in Reader(html).attributes["class"] if name.startswith(("decision", "warnings"))]
    assert "Careful." in answer.answer(found(prediction("labels"), warnings=("Careful.",)), about())


def test_bars_are_as_long_as_their_probabilities() -> None:
    html = FIGURES["labels"](Shown(prediction("labels")))
    assert re.findall(r"width:([\d.]+)%", html) == [f"{90 - 10 * i:.1f}" for i in range(8)]


def test_a_text_is_shown_as_it_grows_and_then_whole(tiny_chat: Path) -> None:
    endpoints = Endpoints(Catalogue({"tiny-chat": tiny_chat}))
    *growing, (last, path, said) = answer.stream(endpoints, "tiny-chat", {"prompt": "The sea"})
    texts = [Reader(html).text for html, _, _ in growing]
    assert len(texts) > 1 and all(after.startswith(before) for before, after in pairwise(texts))
    assert all(path == "" and nothing is None for _, path, nothing in growing)
    assert said is not None and texts[-1] == said.prediction.text
    assert texts[-1] in Reader(last).text
    assert "forward pass" in Reader(path).text
