"""Labels: what is taken apart into them, and what is refused."""

from typing import Any

import pytest
from entered import LABELS, refusal


def test_labels_keep_their_order_and_lose_their_spaces() -> None:
    assert LABELS.parse([" tax   law ", "sport", ""]) == ("tax law", "sport")
    assert LABELS.parse(("a", "b", "c")) == ("a", "b", "c")


def test_a_text_is_taken_apart_into_labels() -> None:
    assert LABELS.parse("sport, tax law;\ncooking") == ("sport", "tax law", "cooking")


def test_labels_are_described_by_their_names() -> None:
    assert LABELS.describe(("sport", "tax law")) == "Labels: sport, tax law"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Labels is missing: name at least 2."),
        ("", "Labels is missing: name at least 2."),
        ({"no": "value"}, "Labels must be a list of texts, got {'no': 'value'}."),
        (["a", 1], "Labels must be a list of texts, got 1 in it."),
        (["a", "b", "c", "d"], "Labels may have 2 to 3 entries, got 4."),
        (["Oil", "oil"], "Labels has 'oil' 2 times; once is enough."),
        (["a", "x" * 13], "An entry of Labels may have 12 characters, got 13."),
    ],
)
def test_what_are_no_labels_is_refused(value: Any, said: str) -> None:
    assert refusal(LABELS, value) == said
