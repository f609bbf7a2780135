"""A text: what is taken, what is refused, and in which words."""

from typing import Any

import pytest
from entered import TEXT, refusal


def test_half_a_character_is_refused() -> None:
    assert "lone surrogate" in refusal(TEXT, "a \ud800 b")


@pytest.mark.parametrize("value", ["good", "a" * 20, " spaces stay ", "line\nbreak", "猫が好き", "<script>", "a\x00b"])
def test_a_text_arrives_as_it_was_written(value: str) -> None:
    assert TEXT.parse(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "Review must be a text, got int."),
        (b"bytes", "Review must be a text, got bytes."),
        (["a"], "Review must be a text, got list."),
        ("a" * 21, "Review may have 20 characters, got 21; shorten it."),
        ("a" * 12_345, "Review may have 20 characters, got 12,345; shorten it."),
    ],
)
def test_what_is_no_text_is_refused(value: Any, message: str) -> None:
    assert refusal(TEXT, value) == message


def test_a_text_is_described_by_its_length() -> None:
    assert TEXT.describe("one two  three") == "Review: 14 characters, 3 words"
