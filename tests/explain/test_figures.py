"""An explanation as a figure: safe to place, complete as a table, and the same in words."""

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explain.figures import AGAINST, FOR, LISTED, draw, overlay, sentence
from explain.players import ImagePlayers
from explain.players.field import singles
from explain.types import Explanation, Feature, LabelMap
from inference.fields import ImageField
from inference.types import Contrast, ItemTarget, Raw, Target, TextTarget

EVIL = "<script>alert(1)</script>"


def explained(
    values: Sequence[float],
    labels: Sequence[str] | None = None,
    where: Sequence[dict[str, Any] | None] | None = None,
    stderr: Sequence[float] | None = None,
    **changes: Any,
) -> Explanation:
    """An explanation of `values`, with whatever else a test is about."""
    count = len(values)
    labels = labels or [f"feature {i}" for i in range(count)]
    where = where or [None] * count
    options: dict[str, Any] = {
        "target": ItemTarget("positive"),
        "output": "positive",
        "base": 0.5,
        "score": 0.5 + sum(values),
        "scale": "probability",
        "unit": None,
        "label_map": None,
        **changes,
    }
    return Explanation(
        features=tuple(
            Feature(str(i), "text", label, place) for i, (label, place) in enumerate(zip(labels, where, strict=True))
        ),
        values=tuple(values),
        stderr=None if stderr is None else tuple(stderr),
        baseline="hidden",
        estimand="Shapley",
        method="exact enumeration",
        evaluations=4,
        seconds=0.1,
        dtype="float32",
        seed=0,
        residual=0.0,
        **options,
    )


def words(text: str, values: Sequence[float], **changes: Any) -> tuple[Explanation, Raw]:
    """A text whose words between spaces have `values`."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    labels, where = [text[a:b] for a, b in spans], [{"chars": [a, b]} for a, b in spans]
    return explained(values, labels, where, **changes), {"text": text}


class Page(HTMLParser):
    """The tags of a page, whether they match, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str, name: str = "") -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.tags if found == tag and (not name or attrs.get("class") == name)]


def page(explanation: Explanation, raw: Raw | None = None) -> Page:
    figure = draw(explanation, raw or {})
    read = Page(figure.html + figure.table)
    assert read.open == []
    return read


# Safe to place


def test_a_text_with_a_script_never_appears_raw() -> None:
    explanation, raw = words(f"good {EVIL} <img src=x onerror=alert(1)>", [0.1, -0.2, 0.3, 0.0, 0.1][:5])
    figure = draw(explanation, raw)
    html = figure.html + figure.table
    assert "<script" not in html
    assert "<img" not in html
    assert page(explanation, raw).of("script") == []


def test_text_between_and_after_the_words_is_escaped_too() -> None:
    text = "<i> good <b>"
    explanation = explained([0.1], ["good"], [{"chars": [4, 8]}])
    figure = draw(explanation, {"text": text})
    html = figure.html + figure.table
    assert "<i> " not in html
    assert "&lt;i&gt; " in html
    assert " &lt;b&gt;" in html


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


def test_the_name_of_a_field_is_escaped() -> None:
    explanation, _ = words("good", [0.5])
    feature = Feature("0", '"><script>', "good", {"chars": [0, 4]})
    assert (
        "<script" not in draw(Explanation(**{**vars(explanation), "features": (feature,)}), {'"><script>': "good"}).html
    )


# In words


@pytest.mark.parametrize(
    ("values", "alt"),
    [
        ([0.3, -0.1], "“a” spoke for “positive” most; “b” spoke against it."),
        ([0.3, 0.1], "“a” and “b” spoke for “positive” most."),
        ([-0.3, 0.1], "“a” spoke against “positive” most; “b” spoke for it."),
        ([-0.3, -0.1], "“a” and “b” spoke against “positive” most."),
        ([0.3, 0.02], "“a” spoke for “positive” most."),
        ([0.1, 0.3], "“b” and “a” spoke for “positive” most."),
        ([0.0, 0.0], "Nothing in the input moved “positive”."),
    ],
)
def test_the_sentence_says_what_moved_the_output(values: list[float], alt: str) -> None:
    explanation = explained(values, ["a", "b"])
    figure = draw(explanation, {})
    assert figure.alt == alt
    assert page(explanation).text.startswith(alt)


def test_the_sentence_names_three_of_a_side_at_most() -> None:
    alt = draw(explained([0.5, 0.4, 0.3, 0.2, -0.1], list("abcde")), {}).alt
    assert alt == "“a”, “b” and “c” spoke for “positive” most; “e” spoke against it."


def test_an_input_without_features_is_said_to_have_moved_nothing() -> None:
    assert draw(explained([]), {}).alt == "Nothing in the input moved “positive”."


@pytest.mark.parametrize(
    ("target", "raised", "lowered"),
    [
        (ItemTarget("value"), "raised", "lowered"),
        (ItemTarget("positive"), "spoke for", "spoke against"),
        (TextTarget("value"), "spoke for", "spoke against"),
        (Contrast((ItemTarget("a"), ItemTarget("b"))), "spoke for", "spoke against"),
    ],
)
def test_an_amount_is_raised_and_a_label_spoken_for(target: Target, raised: str, lowered: str) -> None:
    explanation = explained([0.5, -0.25], ["a", "b"], target=target, output="Price")
    assert draw(explanation, {}).alt == f"“a” {raised} “Price” most; “b” {lowered} it."
    legend = page(explanation).text
    assert ("raises it" in legend) == ("lowers it" in legend) == (raised == "raised")
    assert ("speaks for" in legend) == ("speaks against" in legend) == (raised == "spoke for")


@pytest.mark.parametrize("output", ["the reply", "token 3 of the reply"])
def test_what_is_described_already_is_not_quoted(output: str) -> None:
    explanation = explained([0.5], ["a"], target=TextTarget("Yes."), output=output)
    assert draw(explanation, {}).alt == f"“a” spoke for {output} most."


def test_the_alt_text_is_the_sentence() -> None:
    explanation = explained([0.1, 0.2], ["a", "b"])
    figure = draw(explanation, {})
    assert figure.alt == sentence(explanation, figure.rows)


# The waterfall and the table


def table_rows(read_html: str) -> list[str]:
    return re.findall(r"<tr><td>(.*?)</td>", read_html)


@pytest.mark.parametrize("count", [1, LISTED, LISTED + 1, 40])
def test_the_table_has_every_feature_from_the_largest_down(count: int) -> None:
    values = np.random.default_rng(0).permutation(np.linspace(-0.5, 0.7, count)).tolist()
    figure = draw(explained(values), {})
    assert table_rows(figure.table) == [label for label, _, _ in figure.rows]
    assert sorted(table_rows(figure.table)) == sorted(f"feature {i}" for i in range(count))
    sizes = [abs(value) for _, value, _ in figure.rows]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("count", "rest"), [(LISTED, None), (LISTED + 1, "1 more together"), (40, "28 more together")])
def test_many_features_fold_into_more_together(count: int, rest: str | None) -> None:
    html = draw(explained([0.5 / (i + 1) for i in range(count)]), {}).html
    bars = re.findall(r'<li><span class="name"[^>]*>(.*?)</span>', html)
    assert len(bars) == min(count, LISTED + 1)
    assert (rest is None and "more together" not in html) or bars[-1] == rest


def test_what_is_folded_adds_up() -> None:
    values = [1.0] * LISTED + [0.5, -0.25, 0.125]
    html = draw(explained(values), {}).html
    last = re.findall(r'<li>.*?class="number">(.*?)</span>', html)[-1]
    assert last == "+0.38"


@pytest.mark.parametrize("size", [1, 5, 40])
def test_no_bar_leaves_its_track(size: int) -> None:
    rng = np.random.default_rng(size)
    figure = draw(explained(rng.normal(size=size).tolist(), stderr=rng.random(size).tolist()), {})
    tracks = re.findall(r"left:(-?[\d.]+)%;width:(-?[\d.]+)%", figure.html)
    assert tracks
    for left, width in tracks:
        assert -0.05 <= float(left) <= float(left) + float(width) <= 100.15


def bars(html: str) -> list[tuple[float, float]]:
    """Where each bar starts and ends, from the top down, in percent of the track."""
    found = re.findall(r'<span class="(for|against)" style="left:([\d.]+)%;width:([\d.]+)%">', html)
    edges = [(side, float(left), float(left) + float(width)) for side, left, width in found]
    return [(left, right) if side == "for" else (right, left) for side, left, right in edges]


def ticks(html: str) -> list[float]:
    """Where the two ends stand, in percent of the track."""
    return [float(left) for left in re.findall(r'class="tick" style="left:([\d.]+)%"', html)]


@pytest.mark.parametrize("size", [1, 2, 7, LISTED, LISTED + 1, 60])
def test_a_bar_starts_where_the_rows_above_ended_and_the_last_ends_at_the_score(size: int) -> None:
    html = draw(explained(np.random.default_rng(size).normal(size=size).tolist()), {}).html
    hidden, shown = ticks(html)
    starts, ends = zip(*bars(html), strict=True)
    assert [hidden, *ends] == pytest.approx([*starts, shown], abs=0.11)  # each number is rounded to a tenth


def test_a_bar_is_as_long_as_its_value() -> None:
    html = draw(explained([0.5, -0.25, 0.125]), {}).html  # 0.5 → 1.0 → 0.75 → 0.875
    assert bars(html) == [(0, 100), (100, 50), (50, 75)]
    assert ticks(html) == [0, 75]


def test_the_last_level_is_the_score_even_if_the_values_miss_it() -> None:
    html = draw(explained([0.25, 0.25], base=0.0, score=1.0), {}).html
    assert bars(html) == [(0, 25), (25, 50)]
    assert ticks(html) == [0, 100]


def test_a_whisker_stands_around_the_end_of_its_bar() -> None:
    html = draw(explained([0.5, -0.25], base=0.0, score=0.25, stderr=[0.1, 0.05]), {}).html
    whiskers = [(float(a), float(b)) for a, b in re.findall(r'<i style="left:([\d.]+)%;width:([\d.]+)%">', html)]
    width = 0.5 + 1.96 * 0.1  # from 0 to the first bar's upper end
    assert whiskers == [
        pytest.approx((100 * (0.5 - 1.96 * 0.1) / width, 100 * 2 * 1.96 * 0.1 / width), abs=0.05),
        pytest.approx((100 * (0.25 - 1.96 * 0.05) / width, 100 * 2 * 1.96 * 0.05 / width), abs=0.05),
    ]


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
def test_a_figure_without_any_effect_has_no_width_and_no_fault(values: list[float]) -> None:
    html = draw(explained(values, base=0.5, score=0.5), {}).html
    assert ticks(html) == [0, 0]
    assert bars(html) == [(0, 0)] * len(values)
    assert "nan" not in html and "inf" not in html


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_folded_stays_on_its_track_even_if_it_is_the_most(sign: int) -> None:
    *_, (start, end) = bars(draw(explained([0.01 * sign] * 60), {}).html)
    assert (start, end) == ((20, 100) if sign > 0 else (80, 0))  # twelve of sixty stand above


@pytest.mark.parametrize(
    ("values", "unit", "stderr", "cells"),
    [
        ([0.12345, -0.04], None, [0.01, 0.0], ["+0.123", "± 0.020", "−0.040", "± 0.000"]),
        ([12_000.4, -1_200], "$", [100, 50], ["+$12,000", "± $196", "−$1,200", "± $98"]),
        ([3.5, 0.0], "ft²", None, ["+3.50 ft²", "", "+0.00 ft²", ""]),
    ],
)
def test_numbers_carry_sign_unit_and_interval(
    values: list[float], unit: str | None, stderr: list[float] | None, cells: list[str]
) -> None:
    html = draw(explained(values, ["a", "b"], unit=unit, stderr=stderr), {}).table
    assert re.findall(r"<td>(.*?)</td>", html) == ["a", *cells[:2], "b", *cells[2:]]


def test_both_ends_are_shown() -> None:
    html = draw(explained([0.25], base=0.5, score=0.75), {}).html
    levels = re.findall(r'<li class="level"><span class="name">(.*?)</span>.*?class="number">(.*?)</span>', html)
    assert levels == [("Everything hidden", "0.500"), ("Nothing hidden", "0.750")]


def test_a_whisker_is_drawn_only_where_there_is_an_error() -> None:
    assert len(page(explained([0.5, 0.25], stderr=[0.1, 0.0])).of("i")) == 1
    assert page(explained([0.5, 0.25])).of("i") == []


# The input itself


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


def test_columns_and_items_need_no_picture_of_the_input() -> None:
    read = page(explained([0.5], where=[{"item": "7", "position": 0}]))
    assert read.of("mark") == []
    assert read.of("img") == []


@pytest.fixture(scope="module")
def photo() -> tuple[Explanation, Raw]:
    pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[:, 100:] = (250, 120, 20)
    picture = Image.fromarray(pixels + np.random.default_rng(0).integers(0, 5, pixels.shape, dtype=np.uint8))
    players = ImagePlayers(ImageField(name="photo", label="Photo"), picture, "")
    values = np.linspace(-0.5, 0.25, len(players.features)).tolist()
    label_map = players.label_map(singles(len(values)))
    explanation = explained(values, label_map=label_map, output="a <cat>")
    return Explanation(**{**vars(explanation), "features": players.features}), {"photo": picture}


def decoded(source: str | None) -> Image.Image:
    assert source is not None
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def test_a_photo_lies_under_a_veil_of_its_size_with_the_sentence_as_alt(photo: tuple[Explanation, Raw]) -> None:
    explanation, raw = photo
    picture, veil = page(explanation, raw).of("img")
    assert picture["alt"] == draw(explanation, raw).alt
    assert veil["alt"] == ""
    assert decoded(picture["src"]).size == decoded(veil["src"]).size == (200, 120)
    assert decoded(veil["src"]).mode == "RGBA"


def test_the_photo_itself_is_not_changed(photo: tuple[Explanation, Raw]) -> None:
    explanation, _ = photo
    picture = Image.new("RGB", (800, 480))
    draw(explanation, {"photo": picture})
    assert picture.size == (800, 480)


def test_a_region_is_coloured_by_its_value(photo: tuple[Explanation, Raw]) -> None:
    explanation, _ = photo
    assert explanation.label_map is not None
    labels = np.asarray(decoded(explanation.label_map.png))
    veil = np.asarray(overlay(explanation))
    for feature, value in zip(explanation.features, explanation.values, strict=True):
        assert isinstance(value, float)
        assert feature.where is not None
        (colour,) = np.unique(veil[labels == feature.where["region"]], axis=0)
        assert tuple(colour[:3]) == (FOR if value >= 0 else AGAINST)
        assert colour[3] == round(170 * abs(value) / 0.5)


def test_regions_without_a_label_map_draw_no_picture() -> None:
    explanation = explained([0.5], where=[{"region": 0}])
    assert page(explanation, {"photo": Image.new("RGB", (4, 4))}).of("img") == []


def test_a_label_map_is_read_from_its_own_png() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.array([[0, 1]], np.uint8)).save(buffer, "PNG")
    png = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    places = [{"region": 0}, {"region": 1}]
    veil = overlay(explained([0.5, -0.25], where=places, label_map=LabelMap("text", 2, 1, png)))
    assert np.asarray(veil).tolist() == [[[*FOR, 170], [*AGAINST, 85]]]


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


def test_of_two_pictures_the_label_map_shows_its_own_regions_alone(photo: tuple[Explanation, Raw]) -> None:
    explanation, raw = photo
    count = len(explanation.features)
    both = replace(
        explanation,
        features=(*explanation.features, *(replace(f, id=f"b{f.id}", field="b") for f in explanation.features)),
        values=(*explanation.values, *([0.5] * count)),
    )
    assert np.array_equal(np.asarray(overlay(both)), np.asarray(overlay(explanation)))
    assert page(both, {**raw, "b": raw["photo"]}).of("b") == page(explanation, raw).of("b")
