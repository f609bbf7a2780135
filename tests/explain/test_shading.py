"""A text whose words are shaded stays the text it was."""

import re
from dataclasses import replace

from explained import explained, page, words

from explain.figures import draw
from explain.types import Explanation, Feature


def test_text_between_and_after_the_words_is_escaped_too() -> None:
    text = "<i> good <b>"
    explanation = explained([0.1], ["good"], [{"chars": [4, 8]}])
    figure = draw(explanation, {"text": text})
    html = figure.html + figure.table
    assert "<i> " not in html
    assert "&lt;i&gt; " in html
    assert " &lt;b&gt;" in html


def test_the_name_of_a_field_is_escaped() -> None:
    explanation, _ = words("good", [0.5])
    feature = Feature("0", '"><script>', "good", {"chars": [0, 4]})
    assert (
        "<script" not in draw(Explanation(**{**vars(explanation), "features": (feature,)}), {'"><script>': "good"}).html
    )


def test_each_word_is_shaded_by_its_value_and_the_text_stays_whole() -> None:
    text = " A warm,\nwitty  film "
    explanation, raw = words(text, [0.0, 0.5, -0.25, 0.125])
    read = page(explanation, raw)
    marks = read.of("mark")
    assert [mark["class"] for mark in marks] == ["for", "for", "against", "for"]
    assert [mark["style"] for mark in marks] == [f"--strength:{share}" for share in ("0.00", "1.00", "0.50", "0.25")]
    assert marks[1]["title"] == "+0.500"
    shown = re.search(r'<p class="words".*?>(.*?)</p>', draw(explanation, raw).html, re.DOTALL)
    assert shown is not None
    assert re.sub(r"<.*?>", "", shown[1]) == text


def of(explanation: Explanation, *fields: str) -> Explanation:
    """The same with its features in these fields."""
    moved = zip(explanation.features, fields, strict=True)
    return replace(explanation, features=tuple(replace(feature, field=field) for feature, field in moved))


def test_each_of_two_texts_has_a_paragraph_of_its_own() -> None:
    places = [{"chars": [0, 4]}, {"chars": [5, 9]}, {"chars": [0, 3]}, {"chars": [4, 8]}]
    explanation = of(explained([0.4, 0.1, -0.2, 0.3], where=places), "title", "title", "body", "body")
    read = page(explanation, {"title": "warm film", "body": "not good at all"})
    assert [attrs["data-field"] for attrs in read.of("p", "words")] == ["title", "body"]
    assert len(read.of("mark")) == 4
    assert "warm filmnot good at all" in read.text
