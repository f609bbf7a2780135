"""Every output is a button that asks about it; what page.js reads."""

import json
from dataclasses import replace
from typing import Any

import pytest
from answered import EVIL, Reader, about, found, prediction

from inference.panels import answer
from inference.panels.predictions import FIGURES, Shown, parts
from inference.types import Answer, Kind

# Asking about any output, and what page.js reads


def targets(html: str) -> list[Any]:
    """What the buttons of an answer ask about."""
    return [json.loads(target) for target in Reader(html).attributes.get("data-target", [])]


@pytest.mark.parametrize("kind", ["labels", "ranking", "action"])
def test_each_listed_item_is_a_button_that_asks_about_it(kind: Kind) -> None:
    html = answer.answer(found(prediction(kind, EVIL)), about())
    assert targets(html) == [f"{EVIL}{i}" for i in range(8)]
    assert Reader(html).tags.count("button") == 8
    assert set(Reader(html).attributes["type"]) == {"button"}


def test_each_piece_of_a_written_text_is_a_button_that_asks_about_its_token() -> None:
    said = replace(prediction("text"), text=f"a {EVIL}")
    html = FIGURES["text"](Shown(said, ["a", "", f" {EVIL}"]))
    # An empty one has none; last comes the whole.
    assert targets(html) == [{"text": said.text, "token": token} for token in (0, 2, None)]
    assert f"a {EVIL}" in Reader(html).text
    assert Reader(html).tags.count("button") == 3


@pytest.mark.parametrize("pieces", [(), ("a", "c")])
def test_a_text_whose_pieces_do_not_join_to_it_is_shown_whole(pieces: tuple[str, ...]) -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text=f"a {EVIL}"), pieces))
    assert f"a {EVIL}" in Reader(html).text
    assert "button" not in Reader(html).tags
    assert parts.ASK_HINT not in html


@pytest.mark.parametrize(("piece", "name"), [(" ", "token 2"), ("\n", "token 2"), ("\x07", "token 2"), ("b", None)])
def test_a_piece_with_nothing_to_read_has_a_name_for_screen_readers(piece: str, name: str | None) -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text=f"a{piece}"), ["a", piece]))
    assert Reader(html).attributes.get("aria-label") == ([name] if name else None)


def test_a_value_is_the_only_thing_to_ask_about() -> None:
    assert targets(answer.answer(found(prediction("value")), about())) == []


@pytest.mark.parametrize("nasty", ["</script><b>", "<!--<script>", "]]>", EVIL])
def test_embedded_json_cannot_end_its_element(nasty: str) -> None:
    read = Reader(answer.embedded("answer", {"text": nasty}) + "<i>after</i>")
    assert read.tags == ["div", "i"]
    assert read.text == "after"
    (data,) = read.attributes.pop("data-json")
    assert json.loads(data) == {"text": nasty}
    assert read.attributes == {"hidden": [""], "data-case": ["answer"]}


def test_the_embedded_answer_is_the_whole_answer() -> None:
    whole = found(prediction("labels", EVIL), warnings=(EVIL,))
    (data,) = Reader(answer.answer(whole, about())).attributes["data-json"]
    assert Answer.from_json(json.loads(data)) == whole


# The form


def test_the_space_before_a_word_stays_outside_its_button() -> None:
    html = FIGURES["text"](Shown(replace(prediction("text"), text="On time."), ("On", " time", ".")))
    assert "</button> <button" in html and ">time</button>" in html
