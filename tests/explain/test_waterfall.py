"""Bars that add up from one end to the other, and a table of all of them."""

import re

import numpy as np
import pytest
from explained import explained, page

from explain.figures import draw
from explain.waterfall import LISTED


def table_rows(read_html: str) -> list[str]:
    return re.findall(r"<tr><td>(.*?)</td>", read_html)


@pytest.mark.parametrize("count", [1, LISTED, LISTED + 1, 40])
def test_the_table_has_every_feature_from_the_largest_down(count: int) -> None:
    values = np.random.default_rng(0).permutation(np.linspace(-0.5, 0.7, count)).tolist()
    figure = draw(explained(values), {})
    assert table_rows(figure.table) == [label for label, *_ in figure.rows]
    assert sorted(table_rows(figure.table)) == sorted(f"feature {i}" for i in range(count))
    sizes = [abs(value) for _, value, *_ in figure.rows]
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
        ([0.12345, -0.04], None, [0.01, 0.0], ["+0.123", "± 0.020", "settled", "−0.040", "± 0.000", "settled"]),
        ([12_000.4, -1_200], "$", [9_000, 50], ["+$12,000", "± $17,640", "−$1,200", "± $98"]),
        ([3.5, 0.0], "ft²", None, ["+3.50 ft²", "", "+0.00 ft²", ""]),
    ],
)
def test_numbers_carry_sign_unit_and_interval(
    values: list[float], unit: str | None, stderr: list[float] | None, cells: list[str]
) -> None:
    html = draw(explained(values, ["a", "b"], unit=unit, stderr=stderr), {}).table
    half = len(cells) // 2
    assert re.findall(r"<td>(.*?)</td>", html) == ["a", *cells[:half], "b", *cells[half:]]


def test_both_ends_are_shown() -> None:
    html = draw(explained([0.25], base=0.5, score=0.75), {}).html
    levels = re.findall(r'<li class="level"><span class="name">(.*?)</span>.*?class="number">(.*?)</span>', html)
    assert levels == [("Everything hidden", "0.500"), ("Nothing hidden", "0.750")]


def test_a_whisker_is_drawn_only_where_there_is_an_error() -> None:
    assert len(page(explained([0.5, 0.25], stderr=[0.1, 0.0])).of("i")) == 1
    assert page(explained([0.5, 0.25])).of("i") == []


def marks(values: list[float], stderr: list[float] | None) -> list[bool]:
    """Which rows of the waterfall carry the mark of a settled place, from the top down."""
    rows = re.findall(r"<li><span.*?</li>", draw(explained(values, stderr=stderr), {}).html)
    return ['aria-label="settled"' in row for row in rows]


def test_a_row_whose_place_no_longer_changes_is_marked_in_figure_and_table() -> None:
    values, stderr = [0.1, 0.5, -0.11], [0.01, 0.01, 0.01]
    assert marks(values, stderr) == [True, False, False]  # from the largest down
    table = draw(explained(values, stderr=stderr), {}).table
    assert re.findall(r"<td>(settled|open)</td>", table) == ["settled", "open", "open"]


@pytest.mark.parametrize("stderr", [None, [0.0, 0.0, 0.0]])
def test_nothing_is_marked_while_nothing_is_known_or_all_of_it(stderr: list[float] | None) -> None:
    assert marks([0.1, 0.5, -0.11], stderr) == [False] * 3
    assert "Place" not in draw(explained([0.1, 0.5, -0.11], stderr=stderr), {}).table
