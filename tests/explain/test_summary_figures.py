"""Dots, points, parts and maps that stand for many rows: what they add up to, and that they draw safely."""

from typing import Any

import numpy as np
import pytest
from explained import Page

from explain.summary import bars, dependence, maps, parts, places, planes, strips, swarm
from explain.summary.drawn import draw_summary
from explain.summary.records import Dot, Importance, Output, Partial, Point, RegionMap, Summary
from explain.types import Explanation, Feature, LabelMap
from inference.pictures import data_uri
from inference.types import ItemTarget

EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("rows", [1, 7, 1_000, 50_000])
def test_a_swarm_keeps_its_totals_and_stays_small(rows: int) -> None:
    rng = np.random.default_rng(rows)
    values, held = rng.normal(size=rows), rng.integers(0, 9, rows).astype(float)
    held[: rows // 10] = np.nan
    found = swarm.dots(values, swarm.levels(held.tolist()), (values.min(), values.max()))
    assert sum(dot.count for dot in found) == rows
    assert sum(dot.count * dot.value for dot in found) == pytest.approx(values.sum())
    assert len(found) <= swarm.BINS * (swarm.LEVELS + 1)
    if rows > 100:
        assert sum(dot.count for dot in found if dot.level is None) == rows // 10


def test_levels_are_fifths_of_the_rows() -> None:
    found = swarm.levels(np.random.default_rng(0).permutation(1_000).astype(float).tolist())
    assert [int((found == level).sum()) for level in (0, 0.25, 0.5, 0.75, 1)] == [200] * 5
    assert np.isnan(swarm.levels(["a", "b"])).all() and np.isnan(swarm.levels([2.0, 2.0])).all()


@pytest.mark.parametrize("rows", [5, 300, 301, 100_000])
def test_points_of_a_number_keep_their_totals_and_stay_few(rows: int) -> None:
    rng = np.random.default_rng(rows)
    numbers = rng.normal(size=rows)
    values, level = numbers**2 + rng.normal(size=rows) / 9, rng.choice([0, 0.5, 1.0, np.nan], rows)
    found = dependence.joined(numbers.tolist(), values, level)
    assert len(found) <= dependence.MOST
    assert sum(point.count for point in found) == rows
    assert sum(point.count * point.value for point in found) == pytest.approx(values.sum())
    assert sum(point.count * float(point.at) for point in found) == pytest.approx(numbers.sum())


def test_points_of_many_categories_keep_their_totals_and_the_rare_are_one() -> None:
    rng = np.random.default_rng(1)
    names = [f"c{i}" for i in np.minimum(rng.geometric(0.05, 20_000), 90)]
    values = rng.normal(size=20_000)
    found = dependence.joined(names, values, np.full(20_000, np.nan))
    assert sum(point.count for point in found) == 20_000
    assert sum(point.count * point.value for point in found) == pytest.approx(values.sum())
    assert len({point.at for point in found}) == dependence.CHOICES + 1
    assert found[-1].at == dependence.OTHERS
    assert len(found) <= dependence.MOST


def text(*words: tuple[str, float], field: str = "t") -> Explanation:
    features = tuple(Feature(f"{i}", field, word, {"chars": [i, i + 1]}) for i, (word, _) in enumerate(words))
    return explained(features, [value for _, value in words])


def explained(features: tuple[Feature, ...], values: list[float], **more: Any) -> Explanation:
    return Explanation(
        target=ItemTarget("yes"), output="yes", features=features, values=tuple(values), stderr=None, base=0.1,
        score=0.1 + sum(values), scale="probability", unit=None, baseline="left out", estimand="Shapley",
        method="exact enumeration", evaluations=4, seconds=0.0, dtype="float32", seed=0, residual=0.0, **more,
    )  # fmt: skip


def test_a_word_has_its_mean_over_the_texts_that_have_it() -> None:
    found = parts.Parts()
    for each in (
        text(("Good,", 0.4), ("good", 0.2), ("bad", -0.3)),
        text(("“good”", 0.2), ("a whole passage", 9.0)),
        text(("...", 0.1)),
    ):
        found.add(each)
    listed = {part.label: (pytest.approx(part.mean), part.count) for part in found.listed(3)}
    assert listed == {"good": (0.4, 2), "...": (0.1, 1), "bad": (-0.3, 1)}
    assert found.kinds == "words"
    good = found.listed(3)[0]
    assert good.low is not None and good.high is not None
    assert good.high - good.low == pytest.approx(2 * 1.96 * np.std([0.6, 0.2], ddof=1) / np.sqrt(2))


def test_of_many_texts_a_word_must_stand_in_some() -> None:
    found = parts.Parts()
    for i in range(300):
        found.add(text(("common", 0.1), (f"only{i}", 5.0)))
    assert [part.label for part in found.listed(300)] == ["common"]


def test_a_map_adds_up_to_what_the_pictures_add_to_the_score() -> None:
    from PIL import Image

    found, totals = maps.Maps(), []
    for size in ((48, 24), (240, 120)):
        labels = np.zeros(size[::-1], np.uint8)
        labels[:, size[0] // 2 :] = 1
        label_map = LabelMap("p", *size, data_uri(Image.fromarray(labels), "PNG"))
        features = tuple(Feature(f"p:{i}", "p", f"region {i}", {"region": i}) for i in (0, 1))
        found.add(explained(features, [0.6, -0.2], label_map=label_map))
        totals.append(0.4)
    (drawn,) = found.drawn()
    cells = np.array(drawn.cells)
    assert cells.mean() == pytest.approx(np.mean(totals))
    np.testing.assert_allclose(cells[:, :12], 1.2, rtol=1e-6)
    np.testing.assert_allclose(cells[:, 12:], -0.4, rtol=1e-6)
    assert sum(places.by_thirds(drawn).values()) == pytest.approx(0.4)
    html = places.place(drawn, None)
    assert 'alt="Mean effect by place in 2 pictures: strongest in the' in html


def summary(label: str = "Alpha") -> Summary:
    dots = (Dot(-1.0, 3, 0.0), Dot(2.0, 2, 1.0), Dot(0.5, 1))
    points = tuple(Point(at, at * 2, 1, 0.5) for at in (0.0, 1.0, 2.0))
    named = dependence.Dependence("c", label, None, (Point(label, 1.0, 6),))
    output = Output(
        "yes", label, 6, (Importance("a", label, 1.0, 0.2, 0.8, 1.2),), (swarm.Swarm("a", label, dots),),
        (dependence.Dependence("a", label, "m", points, label), named),
        (parts.Part("w", label, 0.3, 4, 0.1, 0.5), parts.Part("v", label, -0.3, 1)), "words",
        (RegionMap(label, 2, ((0.1, 0.2, 0.3),) * 3),),
    )  # fmt: skip
    partial = (
        Partial("a", label, "m", (0.0, 1.0), ("yes",), ((0.1, 0.4),), ((0.0, 0.3), (0.2, 0.5)), 2, 4),
        Partial("c", label, None, (label, "b"), ("yes",), ((0.1, 0.4),), ((0.0, 0.3), (0.2, 0.5)), 2, 4),
    )
    return Summary(label, 6, 6, 9, 0, "value", "$", label, 0, 24, 1.0, (output, output), partial)


def test_a_summary_draws_without_markup_of_others() -> None:
    html = draw_summary(summary(EVIL))
    assert EVIL not in html and "&lt;img" in html
    page = Page(html)
    assert all(each.get("alt") for each in page.of("img"))
    assert all(each.get("aria-label") for each in page.of("svg") if each.get("role") == "img")


def test_every_figure_has_words_and_a_table() -> None:
    html = draw_summary(summary())
    assert html.startswith('<p class="sentence">“Alpha” moves “Alpha” most, on average by $1.00, $0.80 to $1.20.</p>')
    assert html.count("As a table") >= html.count("<figure") + 3
    assert "6 of 9 rows, drawn at random (seed 0)" in html
    assert "1 on average where it is low" not in html and "where it is high" in html


def test_dots_lie_within_their_strip_however_many_rows_they_stand_for() -> None:
    dots = [Dot(0.01 * i, 10_000, (i % 5) / 4) for i in range(40)]
    page = Page(strips.strip(dots, (0.0, 0.4)))
    for each in page.of("circle"):
        middle, radius = float(each["cy"]), float(each["r"])
        assert middle - radius >= 0 and middle + radius <= strips.HEIGHT


def test_a_dependence_says_where_it_is_high() -> None:
    points = (Point("a", 2.0, 1), Point("a", 4.0, 3), Point("b", -1.0, 1))
    found = dependence.Dependence("c", "Colour", None, points)
    assert planes.trend(found, None) == "highest for a (3.50), lowest for b (−1.00)"
    assert bars.interval(None, None, None, 1) == ""
