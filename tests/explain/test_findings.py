"""What checks found, as HTML: the verdict first, figures that agree with the numbers, whole tables, no markup."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from explained import Page, explained

from explain.arcs import ROW
from explain.faithfulness import Faithfulness, account, curves
from explain.findings import draw_finding
from explain.interplay import Interplay
from explain.sensitivity import Sensitivity, compare
from explain.types import Feature

EVIL = "<img src=x onerror=alert(1)>"
WORDS = ["not", EVIL, "a", "good", "film"]
WHERE = [{"chars": [i, i + 1]} for i in range(5)]
VALUES = [-0.3, 0.05, 0.02, 0.4, 0.1]
EXPLANATION = explained(VALUES, WORDS, WHERE, base=0.2)


@pytest.fixture
def tested() -> Faithfulness:
    hiding, keeping, evaluations = curves(lambda z: (0.2 + z @ np.array(VALUES))[:, None], np.array(VALUES))
    return account(EXPLANATION, hiding, keeping, evaluations, 1.25, 0)


@pytest.fixture
def compared() -> Sensitivity:
    second = explained([-0.2, 0.0, 0.1, 0.5, 0.1], WORDS, WHERE, base=0.0)
    return compare(EXPLANATION, replace(second, baseline=f"dropped {EVIL}"))


@pytest.fixture
def paired() -> Interplay:
    pairs = ((0, 3), (3, 4), (0, 4), (1, 2), (0, 1), (2, 3))
    values = (-0.4, 0.2, 0.1, -0.05, 0.01, 0.001)
    return Interplay(
        target=EXPLANATION.target,
        output="positive",
        features=EXPLANATION.features,
        pairs=pairs,
        values=values,
        stderr=(0.01,) * 6,
        exact=False,
        scale="probability",
        unit=None,
        baseline="hidden",
        evaluations=64,
        seconds=0.5,
        seed=0,
        verdict="Together, they count.",
    )


def read(found: Any) -> Page:
    page = Page(draw_finding(found))
    assert page.open == []
    return page


@pytest.mark.parametrize("name", ["tested", "compared", "paired"])
def test_the_verdict_comes_first_and_nothing_is_markup(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name)
    page = read(found)
    assert page.text.startswith(found.verdict)
    assert page.of("img") == []
    assert EVIL not in draw_finding(found)
    assert EVIL in page.text or any(EVIL in (attrs.get("aria-label") or "") for _, attrs in page.tags)


@pytest.mark.parametrize("name", ["tested", "compared", "paired"])
def test_every_picture_has_a_text_and_every_finding_a_table(name: str, request: pytest.FixtureRequest) -> None:
    page = read(request.getfixturevalue(name))
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.of("svg"))
    assert len(page.of("table")) == 1


# Faithfulness


def test_the_table_follows_both_curves_part_by_part(tested: Faithfulness) -> None:
    rows = re.findall(r"<tr>((?:<td>.*?</td>)+)</tr>", draw_finding(tested))
    assert len(rows) == 6
    assert re.findall(r"<td>(.*?)</td>", rows[0])[1] == f"{tested.hiding.scores[0]:.3f}"
    last = re.findall(r"<td>(.*?)</td>", rows[-1])
    assert (last[0], last[1], last[3]) == ("5 · not", "0.200", "0.470")


@pytest.mark.parametrize(("ahead", "said"), [(0, "None of 10 random orders"), (4, "4 of 10 random orders")])
def test_it_is_said_how_many_random_orders_were_faster(tested: Faithfulness, ahead: int, said: str) -> None:
    found = replace(tested, hiding=replace(tested.hiding, ahead=ahead), holds=not ahead)
    page = read(found)
    assert f"{said} moved the score faster." in page.text
    assert len(page.of("p", "mark caution" if ahead else "mark good")) == 1


def test_what_speaks_against_first_is_said_to(tested: Faithfulness) -> None:
    assert "What speaks for it most first" in read(tested).text
    assert "What speaks against it most first" in read(replace(tested, against=True)).text


# Sensitivity


def test_each_feature_has_a_bar_for_either_baseline_as_long_as_its_value(compared: Sensitivity) -> None:
    html = draw_finding(compared)
    bars = re.findall(r'<span class="(one|two) (for|against)" style="left:([\d.]+)%;width:([\d.]+)%">', html)
    assert len(bars) == 2 * 5
    assert bars[0] == ("one", "for", "50.0", "40.0")  # good: 0.4 of the largest 0.5
    assert bars[1] == ("two", "for", "50.0", "50.0")
    assert bars[2] == ("one", "against", "20.0", "30.0")  # not: −0.3, leftwards from the middle
    for _, way, left, width in bars:
        start, end = float(left), float(left) + float(width)
        assert (start if way == "for" else end) == pytest.approx(50, abs=0.1)
        assert 0 <= start <= end <= 100


def test_both_baselines_are_said_with_their_base(compared: Sensitivity) -> None:
    text = read(compared).text
    assert "Hidden; with all hidden, the score is 0.200" in text
    assert f"Dropped {EVIL}; with all hidden, the score is 0.000" in text


@pytest.mark.parametrize(("holds", "said"), [(True, "hold under both"), (False, "depend on how parts are hidden")])
def test_whether_the_reasons_hold_is_said(compared: Sensitivity, holds: bool, said: str) -> None:
    assert said in read(replace(compared, holds=holds)).text


# Interactions


def test_the_strongest_five_are_drawn_as_arcs_between_their_names(paired: Interplay) -> None:
    page = read(paired)
    arcs = page.of("path")
    assert len(arcs) == 5
    ends = [re.findall(r"M\S+ (\d+)C.* (\d+)$", arc["d"] or "")[0] for arc in arcs]
    rows = {player: ROW * player + ROW // 2 for player in range(5)}  # all five are in a pair
    assert [(int(a), int(b)) for a, b in ends] == [(rows[i], rows[j]) for i, j in paired.pairs[:5]]
    assert [group["class"] for group in page.of("g")] == ["against", "for", "for", "against", "for"]
    widths = [float(arc["stroke-width"] or 0) for arc in arcs]
    assert widths == sorted(widths, reverse=True)


def test_the_list_beside_has_the_same_pairs_and_the_table_all(paired: Interplay) -> None:
    html = draw_finding(paired)
    assert re.findall(r'class="number">(.*?)</span>', html) == ["−0.400", "+0.200", "+0.100", "−0.050", "+0.010"]
    assert html.count("<tr><td>") == 6
    assert "<td>not</td><td>good</td><td>−0.400</td><td>± 0.020</td>" in html


def test_without_any_interaction_nothing_is_drawn(paired: Interplay) -> None:
    html = draw_finding(replace(paired, values=(0.0,) * 6))
    assert "<svg" not in html
    assert "64 evaluations" in html


def test_long_names_are_cut_where_they_would_leave_the_picture(paired: Interplay) -> None:
    features = tuple(Feature(str(i), "f", "Neighbourhood = " + "North " * 9) for i in range(5))
    names = re.findall(r'text-anchor="end">(.*?)<', draw_finding(replace(paired, features=features)))
    assert names and all(len(name) <= 26 and name.endswith("…") for name in names)
