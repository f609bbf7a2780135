"""From a prediction to what would be done about it: thresholds in order, the first one met decides."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from .errors import ModelError
from .types import Decision, Item, Prediction, Record
from .units import decimals, quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tone = Literal["good", "caution", "bad", "neutral"]


@dataclass(frozen=True)
class Rule(Record):
    """Do `action` where the score is at least `at_least`; a rule without a threshold takes what is left."""

    action: str
    at_least: float | None = None
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Policy(Record):
    """Rules from the highest threshold to the lowest, over the score of item `of` ("top": whichever came first)."""

    rules: tuple[Rule, ...]
    of: str = "top"

    def __post_init__(self) -> None:
        thresholds = [rule.at_least for rule in self.rules]
        numbers = [t for t in thresholds[:-1] if t is not None]
        if not self.rules or thresholds[-1] is not None or len(numbers) < len(thresholds) - 1:
            raise ValueError("every rule but the last needs at_least, and the last must have none")
        if any(high <= low for high, low in pairwise(numbers)):
            raise ValueError("thresholds must fall from rule to rule")

    def decide(self, prediction: Prediction) -> Decision:
        """The first rule that the score meets, with the comparison as its reason. Raises ModelError."""
        item = self._item(prediction)
        rule = next(rule for rule in self.rules if rule.at_least is None or item.score >= rule.at_least)
        floor = rule.at_least if rule.at_least is not None else self._lowest()
        what = f"{item.name} probability" if prediction.scale == "probability" else item.name
        reason = f"{what} {distinct(item.score, floor, prediction)}"
        if floor is not None:
            relation = "is at or above" if rule.at_least is not None else "is below"
            reason += f" {relation} {threshold(floor, prediction)}"
        return Decision(rule.action, reason)

    def actions(self, scores: "NDArray[np.float64]") -> "NDArray[np.object_]":
        """What `decide` would do, for the scores float64[n] of what the rules are about."""
        import numpy as np

        met = [scores >= rule.at_least for rule in self.rules if rule.at_least is not None]
        return np.select(met, [rule.action for rule in self.rules[:-1]], self.rules[-1].action).astype(object)

    def tone(self, decision: Decision) -> Tone:
        """The tone of the rule that a decision came from, for its colour."""
        return next((rule.tone for rule in self.rules if rule.action == decision.action), "neutral")

    def _item(self, prediction: Prediction) -> Item:
        for item in prediction.items:
            if self.of in ("top", item.id):
                return item
        raise ModelError(f"The decision rule is about {self.of!r}, which this model does not predict.")

    def _lowest(self) -> float | None:
        return self.rules[-2].at_least if len(self.rules) > 1 else None


def distinct(score: float, floor: float | None, prediction: Prediction) -> str:
    """A score with enough decimals to stand on its own side of a threshold: 0.3999, not 0.40, below 0.4."""
    places = 0 if float(score).is_integer() else decimals(abs(score))
    if prediction.scale == "probability":  # 0.996, not 1.00
        places = next((places for places in (2, 3, 4) if round(score, places) not in (0, 1) or score in (0, 1)), 2)
    while floor is not None and places < 9 and (round(score, places) >= floor) != (score >= floor):
        places += 1
    return quantity(score, prediction.unit, places)


def threshold(floor: float, prediction: Prediction) -> str:
    """A threshold as its rule states it, with two decimals at least where it is a probability: 0.90, 0.125."""
    if prediction.scale != "probability":
        return quantity(floor, prediction.unit)
    places = next((places for places in range(2, 9) if round(floor, places) == floor), 9)
    return quantity(floor, prediction.unit, places)
