"""What arrives → what happens, of texts: refused, answered, and shown escaped."""

from collections.abc import Callable
from typing import Any

import pytest
from pictured import Asked

from explain.figures import draw
from inference.panels import answer as panel
from inference.serving.endpoints import Endpoints
from inference.types import Answer

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)> & a lovely film"
ARABIC = "كان الفيلم طويلا جدا لكن الممثلين أقنعوني."
REFUSED_TEXTS = {
    "nothing": ("", "Text is missing: write a few words."),
    "null": (None, "Text is missing"),
    "white space": (" \n\t\u00a0", "Text is missing"),
    "control characters alone": ("\x00\x07\x1b", "Text is missing"),
    "zero-width characters alone": ("\u200b\u2060\ufeff", "Text is missing"),
    "200,000 characters": ("word " * 40_000, "Text may have 5,000 characters, got 200,000; shorten it."),
    "half a character": ("good \ud83d film", "half a character"),
    "a list": (["good"], "Text must be a text, got list."),
}


@pytest.mark.parametrize(("sent", "said"), REFUSED_TEXTS.values(), ids=REFUSED_TEXTS)
def test_what_is_no_text_gets_a_message(ask: Callable[[str, Any], Asked], sent: Any, said: str) -> None:
    status, found = ask("sentiment", {"text": sent})
    assert (status, said in found["detail"]) == (422, True), found


ANSWERED_TEXTS = {
    "a plain review": ("A warm, witty film with a slow start.", None),
    "control characters": ("\x00\x07 a \x1b[31mgood\x7f film", None),
    "a right-to-left override": ("a \u202egood\u202c film", None),
    "HTML and scripts": (SCRIPT, None),
    "more than the model reads": ("word " * 1_000, "1,002 tokens and the model reads 512: the rest was cut off"),
    "right to left, another language": (ARABIC, "another language, or noise?"),
    "German": ("Der Film war viel zu lang, aber die Schauspieler haben mich überzeugt.", "another language"),
    "keys hit at random": ("asdf jkl qwertz uiop ghj fgh", "another language, or noise?"),
    "emoji": ("A lovely film 😀👍🏽", "does not know 1 of the 4 pieces of the text, such as “😀👍🏽”"),
    "emoji alone": ("😀", "does not know 1 of the 1 pieces"),
}


@pytest.mark.parametrize(("sent", "said"), ANSWERED_TEXTS.values(), ids=ANSWERED_TEXTS)
def test_any_text_is_answered_and_what_is_unusual_is_said(
    ask: Callable[[str, Any], Asked], sent: str, said: str | None
) -> None:
    status, found = ask("sentiment", {"text": sent})
    assert (status, found["prediction"]["items"][0]["score"] >= 0.5) == (200, True)
    if said is None:
        assert found["warnings"] == []
    else:
        assert any(said in warning for warning in found["warnings"]), found["warnings"]


def test_a_typed_mask_is_plain_text(endpoints: Endpoints) -> None:
    task = endpoints.catalogue.task("sentiment")
    ids = task.encode([task.parse({"text": "a [MASK] film [SEP]"})])["input_ids"][0].tolist()
    special = task.pipeline.tokenizer.all_special_ids
    assert [i for i in ids if i in special] == [ids[0], ids[-1]]  # the two that frame every text


def test_a_prompt_that_leaves_no_room_for_the_reply_gets_a_message(ask: Callable[[str, Any], Asked]) -> None:
    status, found = ask("tiny-chat", {"prompt": "x " * 400})
    assert (status, "leaves no room for a reply: " in found["detail"]) == (422, True)


@pytest.mark.parametrize(("model", "field"), [("sentiment", "text"), ("tiny-chat", "prompt")])
def test_scripts_are_shown_escaped_wherever_a_text_is_shown(endpoints: Endpoints, model: str, field: str) -> None:
    inputs = {field: SCRIPT + " 😀"}
    task = endpoints.catalogue.task(model)
    *_, found = endpoints.answers(model, inputs)
    assert isinstance(found, Answer)
    *_, explanation = endpoints.explanations(model, inputs, None, 32)
    figure = draw(explanation, task.parse(inputs))  # type: ignore[arg-type]
    shown = [panel.answer(found, task.demo), panel.path(found), figure.html, figure.table, panel.failure(SCRIPT)]
    shown += [panel.writing(SCRIPT)]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html
    assert "&lt;" in figure.html
    assert "&lt;script&gt;" in panel.failure(SCRIPT)


def test_a_script_that_a_warning_quotes_is_escaped(endpoints: Endpoints) -> None:
    *_, found = endpoints.answers("sentiment", {"text": "fine 😀"})
    assert isinstance(found, Answer)
    quoting = Answer(**{**vars(found), "warnings": (SCRIPT,)})
    html = panel.answer(quoting, endpoints.catalogue.about("sentiment"))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
