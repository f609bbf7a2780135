"""How far to trust an explanation, on the page: how it came about, what can be asked, and what comes of it."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from explained import Page, explained

from explain.panels import trust
from explain.types import Explanation, Progress
from inference.types import Contrast, ItemTarget, TextTarget

EVIL = "<img src=x onerror=alert(1)>"
EXPLANATION = explained([0.3, -0.1], ["good", "film"], [{"chars": [0, 4]}, {"chars": [5, 9]}])


def told(explanation: Explanation) -> dict[str, str]:
    """The fold, term by term."""
    html = trust.fold(explanation)
    return {term: unescape(said) for term, said in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)}


def test_the_fold_says_how_the_values_came_about() -> None:
    found = replace(
        EXPLANATION,
        evaluations=1_234,
        seconds=2.345,
        reason="all 4 combinations fit the budget",
        baseline=f"hidden is {EVIL} & more",
    )
    said = told(found)
    assert said["Method"] == "Exact enumeration: all 4 combinations fit the budget"
    assert said["What is estimated"] == "Shapley values"
    assert said["To hide means"] == f"hidden is {EVIL} & more"
    assert said["Effort"] == "1,234 evaluations in 2.3 s, float32"
    assert EVIL not in trust.fold(found)


def test_what_was_left_out_is_said() -> None:
    assert "Left out" not in told(EXPLANATION)
    assert told(replace(EXPLANATION, excluded=2))["Left out"].startswith("2 pairs of combinations, for which the model")


def test_an_unknown_method_is_named_without_a_reason() -> None:
    assert told(replace(EXPLANATION, method="permutations", reason=""))["Method"] == "Permutations"


@pytest.mark.parametrize(
    ("changes", "missed"),
    [({"residual": 0.03}, "15 %."), ({"residual": 0.0}, "0 %."), ({"score": 0.5, "residual": 0.03}, "0.03.")],
)
def test_what_was_left_over_is_told_as_a_share_of_the_way(changes: dict[str, float], missed: str) -> None:
    found = replace(EXPLANATION, **changes)  # type: ignore[arg-type]
    assert told(found)["Left over"].endswith(f"from base to score by {missed[:-1]}")


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        (None, "a first guess"),
        ((0.1, 0.0), "a thin line over a bar"),
        ((0.0, 0.0), "none, because the values are exact"),
    ],
)
def test_first_guesses_estimates_and_exact_values_are_told_apart(stderr: tuple[float, ...] | None, said: str) -> None:
    assert told(replace(EXPLANATION, stderr=stderr))["Error bars"].startswith(said)


def offered(explanation: Explanation) -> list[str]:
    """The checks that have a button."""
    return re.findall(r'data-check="(.*?)"', trust.tests(explanation))


def test_three_checks_are_offered_and_carry_the_target() -> None:
    assert offered(EXPLANATION) == ["faithfulness", "baseline", "interactions"]
    targets = {json.loads(unescape(each))["item"] for each in re.findall(r'data-of="(.*?)"', trust.tests(EXPLANATION))}
    assert targets == {"positive"}


def test_what_could_only_fail_is_not_offered() -> None:
    assert offered(explained([0.3])) == []
    items = explained([0.3, 0.1], where=[{"item": "1", "position": 0}, {"item": "2", "position": 1}])
    assert offered(items) == ["faithfulness", "interactions"]
    assert offered(replace(items, method="closed form")) == ["faithfulness"]


@pytest.mark.parametrize(
    ("target", "of"),
    [
        (ItemTarget('a "b" <c>'), 'a "b" <c>'),
        (Contrast((ItemTarget("a"), ItemTarget("b"))), "a"),
        (TextTarget("A reply."), None),
        (Contrast((TextTarget("a"), TextTarget("b"))), None),
    ],
)
def test_an_item_can_be_asked_about_rather_than_another(target: ItemTarget, of: str | None) -> None:
    lines = Page(trust.rather(replace(EXPLANATION, target=target))).of("p", "rather")
    assert [json.loads(line["data-of"] or "")["item"] for line in lines] == ([] if of is None else [of])
    assert all("hidden" in line for line in lines)  # until page.js knows the names


def test_what_was_asked_about_last_stays_chosen() -> None:
    target = Contrast((ItemTarget("a"), ItemTarget("b")))
    (line,) = Page(trust.rather(replace(EXPLANATION, target=target))).of("p", "rather")
    assert json.loads(line["data-than"] or "") == {"item": "b"}
    assert "data-than" not in trust.rather(EXPLANATION)


@pytest.mark.parametrize(
    ("progress", "value", "said"),
    [(Progress(0, 1), "0.000", ""), (Progress(48, 192), "0.250", "48 of 192 evaluations")],
)
def test_a_check_under_way_says_what_it_does_and_how_far_it_is(progress: Progress, value: str, said: str) -> None:
    page = Page(trust.busy("faithfulness", progress))
    (bar,) = page.of("progress")
    assert (bar["value"], bar["aria-label"]) == (value, "Hiding the strongest parts, and others at random")
    assert page.text.endswith(said)
    assert any(attrs.get("aria-busy") == "true" for _, attrs in page.tags)
