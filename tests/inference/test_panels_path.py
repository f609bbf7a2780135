"""The path of an input: its steps, their times, and what the model saw."""

import base64
import io
from dataclasses import replace
from typing import Any

import pytest
from answered import EVIL, Reader, found, prediction, steps
from PIL import Image

from inference.panels import answer
from inference.trace import Sight
from inference.types import Step

# Answers


def test_the_path_names_each_step_and_its_time() -> None:
    steps = (Step("data input", 0.24, "3 words"), Step("forward pass", 1_400.0, "on paper"))
    text = Reader(answer.path(replace(found(prediction("text")), trace=steps))).text
    for part in ("data input", "0.2 ms", "3 words", "forward pass", "1.4 s", "on paper"):
        assert part in text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0.0, "< 0.1 ms"),
        (0.24, "0.2 ms"),
        (9.9, "9.9 ms"),
        (10, "10 ms"),
        (12.4, "12 ms"),
        (999, "999 ms"),
        (1_000, "1.0 s"),
        (1_449, "1.4 s"),
        (61_000, "61.0 s"),
    ],
)
def test_times_are_told_in_milliseconds_or_seconds(ms: float, text: str) -> None:
    assert answer.milliseconds(ms) == text


# What the model saw


def test_tokens_are_shown_as_they_are_and_no_more_than_sixty() -> None:
    shown = Reader(answer.path(steps(), Sight(tokens=(EVIL, *map(str, range(99))))))
    assert EVIL in shown.text
    assert shown.tags.count("code") == answer.TOKENS == 60
    assert "and 40 more" in shown.text
    assert "img" not in shown.tags
    assert "more" not in Reader(answer.path(steps(), Sight(tokens=("a",) * 60))).text


def test_the_picture_is_shown_in_the_size_that_the_model_gets() -> None:
    shown = Reader(answer.path(steps(), Sight(picture=Image.new("RGB", (32, 24), (10, 200, 30)))))
    assert (shown.attributes["width"], shown.attributes["height"]) == (["32"], ["24"])
    assert shown.attributes["alt"] == ["Your picture as the model sees it"]
    with Image.open(io.BytesIO(base64.b64decode(shown.attributes["src"][0].partition(",")[2]))) as picture:
        assert picture.size == (32, 24)
        pixel: Any = picture.convert("RGB").getpixel((16, 12))
        assert pixel == pytest.approx((10, 200, 30), abs=4)  # it is a JPEG


def test_without_sight_a_step_has_its_words_alone() -> None:
    assert Reader(answer.path(steps(words="cut into tokens"))).tags.count("code") == 0
    assert answer.seen(None) == ""


def test_words_stand_in_the_path_and_shapes_behind_a_fold() -> None:
    html = answer.path(steps(words=EVIL))
    steps_shown, _, fold = html.partition("<details>")
    assert EVIL in Reader(steps_shown).text and "in → out" not in steps_shown
    assert "in → out" in fold
    assert "out" in Reader(steps_shown).text  # a step without words shows its detail at once
    assert "<details>" not in answer.path(steps())
