"""When a decision counts as flipped: another action, another first label, a value past a threshold. Knows no input."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from inference.errors import InputError
from inference.fields import shown
from inference.nearest import Verdict
from inference.policy import Policy
from inference.task import Task
from inference.types import Item, ItemTarget, Prediction, Raw, Target
from inference.units import quantity

Passage = tuple[str, int, int]
"""A field's name, and characters of it from start to end."""
NOTHING = "nothing found"
"""What is decided where there is no item to decide about."""


@dataclass(frozen=True)
class Goal:
    """What is decided now, and what is wanted instead; "" for anything else."""

    now: str
    wanted: str

    def outcome(self, prediction: Prediction) -> str:
        """What is decided about a prediction, in words."""
        raise NotImplementedError

    def verdict(self, prediction: Prediction) -> Verdict:
        """Whether the goal is reached, and how much of the score is missing; the lower, the nearer."""
        raise NotImplementedError

    def far(self, prediction: Prediction) -> float:
        """How much is missing, and below 0 how much there is to spare."""
        return self.verdict(prediction).score

    def held(self, prediction: Prediction, raw: Raw) -> list[Passage]:
        """The passages that stay, because to change them would be to change the outcome itself."""
        return []

    def pulled(self, prediction: Prediction) -> tuple[Target | None, float]:
        """The target whose score must move, and which way: 1 up, −1 down, 0 either way."""
        return (ItemTarget(prediction.items[0].id) if prediction.items else None), -1.0


@dataclass(frozen=True)
class Act(Goal):
    """Another action of the decision rule."""

    policy: Policy

    def outcome(self, prediction: Prediction) -> str:
        return self.policy.decide(prediction).action if prediction.items else NOTHING

    def verdict(self, prediction: Prediction) -> Verdict:
        if not prediction.items:
            return Verdict(not self.wanted, inf)
        score = self.item(prediction).score
        away = [max(low - score, score - high, 0.0) for low, high in self.bands()]
        action = self.outcome(prediction)
        return Verdict(action == self.wanted if self.wanted else action != self.now, min(away))

    def far(self, prediction: Prediction) -> float:
        score = self.item(prediction).score
        return min(max(low - score, score - high) for low, high in self.bands())

    def bands(self) -> list[tuple[float, float]]:
        """The scores that lead to what is wanted."""
        ends = [rule.at_least if rule.at_least is not None else -inf for rule in self.policy.rules]
        bands = zip(self.policy.rules, ends, [inf, *ends[:-1]], strict=True)
        wanted = lambda action: action == self.wanted if self.wanted else action != self.now  # noqa: E731
        return [(low, high) for rule, low, high in bands if wanted(rule.action)]

    def item(self, prediction: Prediction) -> Item:
        """The item that the rule is about."""
        found = (item for item in prediction.items if item.id == self.policy.of)
        return next(found, prediction.items[0])

    def pulled(self, prediction: Prediction) -> tuple[Target | None, float]:
        if not prediction.items:
            return None, 0.0
        item = self.item(prediction)
        low, high = min(self.bands(), key=lambda band: max(band[0] - item.score, item.score - band[1]))
        return ItemTarget(item.id), 1.0 if item.score < low else -1.0 if item.score > high else 0.0


@dataclass(frozen=True)
class First(Goal):
    """Another first item: a label, a suggestion, an action of a policy; `item` where one is wanted by its id."""

    item: str = ""

    def outcome(self, prediction: Prediction) -> str:
        return prediction.items[0].name if prediction.items else NOTHING

    def verdict(self, prediction: Prediction) -> Verdict:
        if not prediction.items:
            return Verdict(not self.item, inf)
        first = prediction.items[0]
        reached = first.id == self.item if self.item else first.name != self.now
        rival = next((i.score for i in prediction.items if self.rivals(i)), prediction.items[-1].score)
        return Verdict(reached, 0.0 if reached else first.score - rival)

    def far(self, prediction: Prediction) -> float:
        others = [item.score for item in prediction.items if self.rivals(item)]
        return max((i.score for i in prediction.items if not self.rivals(i)), default=0.0) - max(others, default=0.0)

    def rivals(self, item: Item) -> bool:
        """Whether an item is one that may come first."""
        return item.id == self.item if self.item else item.name != self.now

    def pulled(self, prediction: Prediction) -> tuple[Target | None, float]:
        return (ItemTarget(self.item), 1.0) if self.item else super().pulled(prediction)


@dataclass(frozen=True)
class Past(Goal):
    """A score on the other side of a threshold."""

    item: str
    threshold: float
    rising: bool
    unit: str | None = None

    def outcome(self, prediction: Prediction) -> str:
        return side(self.score(prediction) >= self.threshold, self.threshold, self.unit)

    def score(self, prediction: Prediction) -> float:
        """The score that counts; the lowest named where it is not named."""
        return next((i.score for i in prediction.items if i.id == self.item), prediction.items[-1].score)

    def verdict(self, prediction: Prediction) -> Verdict:
        missing = self.threshold - self.score(prediction)
        return Verdict(missing <= 0 if self.rising else missing > 0, missing if self.rising else -missing)

    def pulled(self, prediction: Prediction) -> tuple[Target | None, float]:
        return ItemTarget(self.item), 1.0 if self.rising else -1.0


@dataclass(frozen=True)
class Said(Goal):
    """Another text, or another kind of what was found first in a text or a picture; `wanted` stands in it."""

    def outcome(self, prediction: Prediction) -> str:
        if prediction.text is not None:
            return prediction.text
        return kind_of(prediction.items[0]) if prediction.items else NOTHING

    def verdict(self, prediction: Prediction) -> Verdict:
        said = self.outcome(prediction)
        reached = self.wanted.casefold() in said.casefold() and said != self.now
        same = next((item.score for item in prediction.items if kind_of(item) == self.now), 0.0)
        return Verdict(reached, same if prediction.text is None else float(not reached))

    def held(self, prediction: Prediction, raw: Raw) -> list[Passage]:
        passages = [item.chars for item in prediction.items if item.chars]
        if prediction.text is None:
            return passages[:1]
        return [(name, a, b) for name, a, b in passages if raw[name][a:b] in prediction.text]

    def pulled(self, prediction: Prediction) -> tuple[Target | None, float]:
        return None, 0.0


def kind_of(item: Item) -> str:
    """The label of a span or a box, whatever its place."""
    return item.id.partition("@")[0]


def side(above: bool, threshold: float, unit: str | None) -> str:
    """On which side of a threshold a value is, in words."""
    return f"{'at or above' if above else 'below'} {quantity(threshold, unit)}"


def goal_of(task: Task, prediction: Prediction, to: Any = None, past: Any = None) -> Goal:
    """What is asked for: `past` a score, `to` an action, an item or words, or anything other than now.

    Raises InputError.
    """
    if to is not None and not (isinstance(to, str) and to):
        raise InputError(f"to must be an action or a label as a text, got {shown(to)}.")
    if past is not None:
        return past_goal(task, prediction, to, past)
    policy = task.demo.decision
    actions = [rule.action for rule in policy.rules] if policy else []
    if policy and (to is None or to in actions):
        now = Act("", "", policy).outcome(prediction)
        return Act(now, other(to, now), policy)
    if prediction.kind in ("text", "spans", "boxes"):
        now = Said("", "").outcome(prediction)
        return Said(now, to or "")
    if prediction.kind == "value":
        if to is not None:
            raise InputError.among("action to lead to", to, actions)
        raise InputError(
            f"{prediction.items[0].name} is a number without a decision rule: send past, the value to get past, "
            f"such as {quantity(1.1 * prediction.items[0].score)}."
        )
    return first_goal(task, prediction, to, actions)


def first_goal(task: Task, prediction: Prediction, to: str | None, actions: Sequence[str]) -> First:
    """Another first item. Raises InputError."""
    now = First("", "").outcome(prediction)
    known = {item.id: item.name for item in prediction.items} | {i: i for i in getattr(task, "positions", {})}
    if to is not None and to not in known:
        raise InputError.among("action or label to lead to", to, [*actions, *known])
    name = task.name_of(ItemTarget(to)) if to is not None else ""
    if to is not None:
        other(to, prediction.items[0].id)
    return First(now, name, to or "")


def past_goal(task: Task, prediction: Prediction, to: str | None, past: Any) -> Past:
    """A score past a threshold. Raises InputError."""
    if isinstance(past, bool) or not isinstance(past, int | float) or not -inf < past < inf:
        raise InputError(f"past must be a number, got {shown(past)}.")
    known = list(getattr(task, "positions", {})) or [item.id for item in prediction.items]
    item = to or (prediction.items[0].id if prediction.items else "")
    if item not in known:
        raise InputError.among("item whose score is to get past", item, known)
    goal = Past("", "", item, float(past), False, prediction.unit)
    above = goal.score(prediction) >= past
    return Past(
        side(above, past, prediction.unit),
        side(not above, past, prediction.unit),
        item,
        past,
        not above,
        prediction.unit,
    )


def other(to: str | None, now: str) -> str:
    """What is wanted. Raises InputError where it is so already."""
    if to is not None and to == now:
        raise InputError(f"It is “{now}” already: ask for something else, or leave out to.")
    return to or ""
