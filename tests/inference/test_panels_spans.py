"""Spans as the page shows them: marked in the text under their labels, listed by score, and each a question."""

from inference.panels.predictions import Shown
from inference.panels.predictions.spans import NOTHING, in_order, spans
from inference.types import Item, Prediction

TEXT = "Anna <b> met Omar in Lima."


def item(label: str, start: int, end: int, score: float) -> Item:
    where = ("text", start, end)
    return Item(f"{label}@{start}-{end}", TEXT[start:end], score, chars=where, facts={"label": label})


def drawn(*items: Item, text: str | None = None) -> str:
    return spans(Shown(Prediction("spans", "probability", items, text=text), raw={"text": TEXT}))


def test_each_span_stands_in_the_text_under_its_label_and_can_be_asked_about() -> None:
    html = drawn(item("person", 13, 17, 0.9), item("person", 0, 4, 0.8), item("place", 21, 25, 0.5))
    assert (
        html.index(">Anna<small>person</small>") < html.index(">Omar<small>") < html.index(">Lima<small>place</small>")
    )
    assert html.count('data-target="&quot;person@0-4&quot;"') == 2  # in the text and in the list
    assert "tone-0" in html and "tone-1" in html


def test_a_label_that_all_spans_share_is_not_repeated_in_the_list() -> None:
    html = drawn(item("person", 13, 17, 0.9), item("person", 0, 4, 0.8))
    assert html.count(">person<") == 2  # in the text alone
    assert "facts" not in html


def test_what_a_visitor_typed_is_no_html() -> None:
    assert "<b>" not in drawn(item("person", 0, 4, 0.8))
    assert "<i>" not in drawn(item("<i>", 0, 4, 0.8))


def test_where_nothing_is_found_the_text_stands_as_it_is() -> None:
    html = drawn()
    assert NOTHING in html and "Anna &lt;b&gt; met Omar in Lima." in html
    assert "<button" not in html


def test_of_overlapping_spans_the_better_is_marked() -> None:
    better, worse = item("person", 0, 8, 0.9), item("place", 5, 12, 0.2)
    assert in_order([better, worse]) == [better]


def test_what_is_all_but_ruled_out_is_listed_and_not_marked() -> None:
    html = drawn(item("answer", 0, 4, 0.9), item("answer", 13, 17, 0.01), text="Anna")
    assert '<p class="headline">Anna' in html
    assert "<small>answer</small>" in html and html.count("Omar<small>") == 0 and ">Omar<" in html


def test_where_no_answer_is_likeliest_none_is_marked() -> None:
    html = drawn(Item("no answer", "no answer", 0.6), item("answer", 0, 4, 0.4), text="No answer in this text")
    assert 'class="span tone' not in html and "No answer in this text" in html


def test_a_long_result_is_read_as_a_text() -> None:
    assert '<p class="reply"' in drawn(item("key sentence", 0, 4, 0.9), text="long " * 40)
