"""A field over its range as a figure: what it says in words, where things stand, and that nothing goes unescaped."""

import re
from dataclasses import replace

import pytest
from explained import Page

from explain.sweep import Band, Sweep
from explain.swept import swept

NUMBERS = Sweep(
    field="area",
    label="Area",
    unit="m²",
    now=20.0,
    item="value",
    output="Price",
    scale="value",
    score_unit="$",
    values=(10.0, 20.0, 30.0),
    scores=(100.0, 200.0, 400.0),
    outcomes=("wait", "wait", "sell"),
    bands=(Band(10.0, 20.0, "wait"), Band(30.0, 30.0, "sell")),
    thresholds=(300.0,),
    evaluations=3,
    seconds=0.1,
)
CHOICES = replace(
    NUMBERS,
    unit=None,
    now="<b>",
    values=("<b>", "c"),
    scores=(0.1, 0.9),
    scale="probability",
    score_unit=None,
    outcomes=(None, None),
    bands=(Band("<b>", "c", None),),
    thresholds=(),
)


def test_the_figure_says_in_words_what_it_shows() -> None:
    html = swept(NUMBERS)
    Page(html)
    assert (
        'aria-label="Price over Area from 10 to 30 m²: $100 to $400. Now 20: $200. wait at 10 to 20 m²; sell at 30 m²."'
        in html
    )
    assert "<b>wait</b> 10 to 20 m²" in html and "<b>sell</b> 30 m²" in html
    assert "<td>30</td><td>$400</td><td>sell</td>" in html


def test_bands_meet_halfway_and_fill_the_picture() -> None:
    bands = re.findall(r'<rect class="tone-\d" x="([\d.]+)" y="\d+" width="([\d.]+)"', swept(NUMBERS))
    (one, two), ends = [[float(end) for end in band] for band in bands], (64, 550)
    assert one[0] == ends[0]
    assert one[0] + one[1] == pytest.approx(two[0], abs=0.1)
    assert two[0] + two[1] == pytest.approx(ends[1], abs=0.1)


def test_choices_are_dots_without_a_line_and_are_escaped() -> None:
    html = swept(CHOICES)
    assert "<b>" not in html.replace("<b>wait", "") and "&lt;b&gt;" in html
    assert "<polyline" not in html and html.count('circle class="own"') == 2
    assert "rect" not in html  # nothing is decided


def test_one_outcome_over_the_whole_range_is_said_once() -> None:
    html = swept(replace(NUMBERS, outcomes=("wait",) * 3, bands=(Band(10.0, 30.0, "wait"),), now=None))
    assert "“wait” over the whole range." in html
    assert "tone-" not in html and "Now" not in html
