"""What a figure says in words is what its values say."""

import pytest
from explained import explained, page

from explain.figures import draw
from explain.wording import sentence
from inference.types import Contrast, ItemTarget, Target, TextTarget


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
