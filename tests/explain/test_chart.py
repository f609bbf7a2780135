"""A curve as an SVG: every point stands where its number is, on round numbers, and says in words what it is."""

import re

import pytest
from explained import Page

from explain.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, chart, ticks
from explain.faithfulness import Curve

CURVE = Curve((1.0, 0.4, 0.1, 0.0), (1.0, 0.7, 0.5, 0.0), (1.0, 0.6, 0.2, 0.0), (1.0, 0.9, 0.6, 0.0), 0.6, 0.4, 0)


def drawn(curve: Curve = CURVE, top: int = 1, unit: str | None = None) -> Page:
    read = Page(chart(curve, top, unit, "words hidden", 'The <score> & "more"'))
    assert read.open == []
    return read


def points(read: Page, tag: str, name: str) -> list[tuple[float, float]]:
    """Where the points of a shape stand."""
    (shape,) = read.of(tag, name)
    return [(float(x), float(y)) for x, y in (point.split(",") for point in (shape["points"] or "").split())]


def test_points_stand_evenly_from_left_to_right_and_at_their_score() -> None:
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    expected = [(LEFT + width * i / 3, TOP + height * (1 - score)) for i, score in enumerate(CURVE.scores)]
    assert points(drawn(), "polyline", "own") == [pytest.approx(point, abs=0.06) for point in expected]


def test_the_band_runs_from_the_lowest_to_the_highest_around_the_mean() -> None:
    read = drawn()
    band, mean = points(read, "polygon", "band"), points(read, "polyline", "chance")
    above, below = band[:4], band[:3:-1]
    assert [x for x, _ in above] == [x for x, _ in below] == [x for x, _ in mean]
    assert all(high <= middle <= low for (_, high), (_, middle), (_, low) in zip(above, mean, below, strict=True))


def test_the_mark_stands_on_both_curves_after_the_top() -> None:
    read = drawn(top=2)
    for name, curve in (("own", "own"), ("chance", "chance")):
        (dot,) = read.of("circle", name)
        assert (float(dot["cx"] or 0), float(dot["cy"] or 0)) == points(read, "polyline", curve)[2]
    assert drawn(top=0).of("circle") == []


def test_nothing_leaves_the_picture() -> None:
    for curve in (CURVE, Curve((5.0,) * 2, (5.0,) * 2, (5.0,) * 2, (5.0,) * 2, 0, 0, 0)):
        for x, y in points(drawn(curve), "polyline", "own") + points(drawn(curve), "polygon", "band"):
            assert LEFT <= x <= WIDTH - RIGHT
            assert TOP <= y <= HEIGHT - BOTTOM


def test_the_picture_says_what_it_is_and_takes_no_markup() -> None:
    (svg,) = drawn().of("svg")
    assert svg["role"] == "img"
    assert svg["aria-label"] == 'The <score> & "more"'
    html = chart(CURVE, 1, None, "<b>words</b>", "alt")
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0, 0.5, 1]),
        (0.1, 0.9, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-0.4, 1.3, [-0.5, 0, 0.5, 1, 1.5]),
        (94_000.0, 193_000.0, [50_000, 100_000, 150_000, 200_000]),
        (0.5, 0.5, [0.4, 0.6]),
        (0.0, 0.0, [0, 0.5]),
    ],
)
def test_ticks_are_round_and_reach_over_all_scores(low: float, high: float, expected: list[float]) -> None:
    found = ticks(low, high)
    assert found[0] <= low <= high <= found[-1]
    assert 2 <= len(found) <= 6
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scores", "unit", "said"),
    [((1.0, 0.0), None, ["0", "0.5", "1"]), ((200_000.0, 94_000.0), "$", ["$50k", "$100k", "$150k", "$200k"])],
)
def test_scores_are_written_short(scores: tuple[float, ...], unit: str | None, said: list[str]) -> None:
    html = chart(Curve(scores, scores, scores, scores, 0, 0, 0), 0, unit, "", "")
    assert re.findall(r'text-anchor="end">(.*?)<', html) == said
