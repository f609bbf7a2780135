"""From a prediction to a decision: boundaries, reasons, and rules that make no sense."""

from typing import Any

import pytest

from inference.errors import InputError, ModelError
from inference.policy import Policy, Rule
from inference.types import Decision, Item, Prediction

SENTIMENT = Policy(
    of="positive",
    rules=(Rule("Share", 0.8, "good"), Rule("Read", 0.4, "caution"), Rule("Answer", tone="bad")),
)
PRICE = Policy((Rule("Survey it", 200_000.0), Rule("Sell it")))


def labels(positive: float) -> Prediction:
    items = [Item("positive", "praise", positive), Item("negative", "complaint", 1 - positive)]
    return Prediction("labels", "probability", tuple(sorted(items, key=lambda item: -item.score)))


def price(value: float) -> Prediction:
    return Prediction("value", "value", (Item("value", "Sale price", value),), unit="$")


@pytest.mark.parametrize(
    ("score", "action", "reason"),
    [
        (1.0, "Share", "praise probability 1.00 is at or above 0.80"),
        (0.8, "Share", "praise probability 0.80 is at or above 0.80"),
        (0.79, "Read", "praise probability 0.79 is at or above 0.40"),
        (0.4, "Read", "praise probability 0.40 is at or above 0.40"),
        (0.39, "Answer", "praise probability 0.39 is below 0.40"),
        (0.0, "Answer", "praise probability 0.00 is below 0.40"),
    ],
)
def test_the_first_rule_that_is_met_decides(score: float, action: str, reason: str) -> None:
    assert SENTIMENT.decide(labels(score)) == Decision(action, reason)


@pytest.mark.parametrize(
    ("value", "action", "reason"),
    [
        (200_000, "Survey it", "Sale price $200,000 is at or above $200,000"),
        (199_000, "Sell it", "Sale price $199,000 is below $200,000"),
    ],
)
def test_the_reason_speaks_in_the_unit_of_the_output(value: float, action: str, reason: str) -> None:
    assert PRICE.decide(price(value)) == Decision(action, reason)


def test_a_reason_never_says_that_a_number_is_below_itself() -> None:
    reason = SENTIMENT.decide(labels(0.3999)).reason
    assert "0.40 is below 0.40" not in reason


def test_top_is_whichever_came_first() -> None:
    policy = Policy((Rule("Tag", 0.6), Rule("Leave")))
    assert policy.decide(labels(0.3)) == Decision("Tag", "complaint probability 0.70 is at or above 0.60")


def test_a_single_rule_takes_everything() -> None:
    assert Policy((Rule("Publish"),)).decide(labels(0.5)) == Decision("Publish", "praise probability 0.50")


def test_a_rule_about_an_unknown_item_is_the_presenters_mistake() -> None:
    with pytest.raises(ModelError) as error:
        Policy((Rule("Tag"),), of="spam").decide(labels(0.5))
    assert str(error.value) == "The decision rule is about 'spam', which this model does not predict."


@pytest.mark.parametrize(("score", "tone"), [(0.9, "good"), (0.5, "caution"), (0.1, "bad")])
def test_a_decision_has_the_tone_of_its_rule(score: float, tone: str) -> None:
    assert SENTIMENT.tone(SENTIMENT.decide(labels(score))) == tone


def test_a_decision_of_another_policy_is_neutral() -> None:
    assert SENTIMENT.tone(Decision("Something else", "")) == "neutral"


LAST = "every rule but the last needs at_least, and the last must have none"
FALL = "thresholds must fall from rule to rule"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ((), LAST),
        ((Rule("a", 0.5),), LAST),
        ((Rule("a"), Rule("b")), LAST),
        ((Rule("a", 0.5), Rule("b", 0.4)), LAST),
        ((Rule("a", 0.5), Rule("b"), Rule("c")), LAST),
        ((Rule("a", 0.4), Rule("b", 0.5), Rule("c")), FALL),
        ((Rule("a", 0.9), Rule("b", 0.1), Rule("c", 0.2), Rule("d")), FALL),
    ],
)
def test_rules_out_of_order_are_refused(rules: tuple[Rule, ...], message: str) -> None:
    with pytest.raises(ValueError) as error:
        Policy(rules)
    assert str(error.value) == message


def test_a_rule_that_can_never_be_met_is_refused() -> None:
    with pytest.raises(ValueError, match=FALL):
        Policy((Rule("a", 0.5), Rule("b", 0.5), Rule("c")))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"rules": [{"action": "a", "at_least": 0.1}, {"action": "b", "at_least": 0.2}, {"action": "c"}]},
            f"Policy: Value error, {FALL}.",
        ),
        (
            {"rules": [{"action": "a", "at_least": float("nan")}, {"action": "c"}]},
            "Policy: rules.0.at_least: Input should be a finite number.",
        ),
        (
            {"rules": [{"action": "a", "tone": "pink"}]},
            "Policy: rules.0.tone: Input should be 'good', 'caution', 'bad' or 'neutral'.",
        ),
    ],
)
def test_mistakes_in_json_are_named_by_their_place(data: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        Policy.from_json(data)
    assert str(error.value) == message


def test_json_both_ways() -> None:
    assert Policy.from_json(SENTIMENT.to_json()) == SENTIMENT
