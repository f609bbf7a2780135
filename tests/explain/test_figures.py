"""An explanation as a figure: safe to place, and the same in words."""

from typing import Any

import pytest
from explained import explained, page, words

from explain.figures import draw
from inference.types import ItemTarget

EVIL = "<script>alert(1)</script>"


def test_a_text_with_a_script_never_appears_raw() -> None:
    explanation, raw = words(f"good {EVIL} <img src=x onerror=alert(1)>", [0.1, -0.2, 0.3, 0.0, 0.1][:5])
    figure = draw(explanation, raw)
    html = figure.html + figure.table
    assert "<script" not in html
    assert "<img" not in html
    assert page(explanation, raw).of("script") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": [EVIL, "b"]},
        {"output": EVIL},
        {"target": ItemTarget(EVIL)},
        {"unit": EVIL},
        {"unit": '" onmouseover="alert(1)'},
        {"labels": ['" onmouseover="alert(1)', "b"]},
    ],
    ids=["label", "output", "target", "unit", "unit-quote", "label-quote"],
)
def test_nothing_that_a_model_says_becomes_html(changes: dict[str, Any]) -> None:
    where = [{"chars": [0, 4]}, {"chars": [5, 9]}]
    read = page(explained([0.25, -0.125], where=where, stderr=[0.01, 0.02], **changes), {"text": "warm film"})
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "iframe", "img"})
    assert all(not name.startswith("on") for _, attrs in read.tags for name in attrs)


def test_columns_and_items_need_no_picture_of_the_input() -> None:
    read = page(explained([0.5], where=[{"item": "7", "position": 0}]))
    assert read.of("mark") == []
    assert read.of("img") == []
