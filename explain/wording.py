"""What an Explanation says in words, and its numbers as people write them. It draws nothing."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from inference.types import ItemTarget
from inference.units import decimals, listed, quantity

from .types import Explanation, Feature


class Row(NamedTuple):
    """A feature's label and value, its standard error if there is one, whether it is settled, and the feature itself.

    settled: its place among the others no longer changes.
    """

    label: str
    value: float
    stderr: float | None = None
    settled: bool = False
    feature: Feature | None = None


def sentence(explanation: Explanation, rows: list[Row]) -> str:
    """What moved the output most, in words."""
    biggest = max((abs(value) for _, value, *_ in rows), default=0)
    strong = [row for row in rows[:6] if abs(row[1]) >= 0.1 * biggest > 0]
    up = [f"“{clipped(label)}”" for label, value, *_ in strong if value > 0][:3]
    down = [f"“{clipped(label)}”" for label, value, *_ in strong if value < 0][:3]
    if not strong:
        return f"Nothing in the input moved {named(explanation)}."
    raises, lowers = VERBS[is_amount(explanation)]
    parts = [(up, raises), (down, lowers)]
    if sum(value for _, value, *_ in rows) < 0:
        parts.reverse()
    (first, verb), *second = [(names, verb) for names, verb in parts if names]
    said = f"{listed(first)} {verb} {named(explanation)} most"
    return said + "".join(f"; {listed(names)} {verb} it" for names, verb in second) + "."


VERBS = {True: ("raised", "lowered"), False: ("spoke for", "spoke against")}
"""An amount is raised or lowered; a label, an item or a text is spoken for or against."""


def named(explanation: Explanation) -> str:
    """What is explained, in quotation marks unless it is described already."""
    return explanation.output if explanation.output.startswith(("the ", "token ")) else f"“{explanation.output}”"


def is_amount(explanation: Explanation) -> bool:
    """Whether what is explained is a number in its own right."""
    return isinstance(explanation.target, ItemTarget) and explanation.target.item == "value"


def clipped(label: str) -> str:
    """A label short enough for a line."""
    return label if len(label) <= 48 else f"{label[:46].rstrip()}…"


def strengths(explanation: Explanation) -> dict[str, float]:
    """Values by feature id, scaled so that the largest is 1 or −1."""
    values: Any = explanation.values
    top = max((abs(value) for value in values), default=0) or 1
    return {feature.id: value / top for feature, value in zip(explanation.features, values, strict=True)}


def side(value: float) -> str:
    """The CSS class of a sign."""
    return "for" if value >= 0 else "against"


def signed(value: float, explanation: Explanation) -> str:
    """`+0.120`, `−$1,200`: as many decimals as the largest value needs, as HTML."""
    return f"{'−' if value < 0 else '+'}{sized(abs(value), explanation)}"


def sized(value: float, explanation: Explanation) -> str:
    """A value with the decimals that suit the figure, as HTML."""
    return escape(amount(value, explanation))


def amount(value: float, explanation: Explanation) -> str:
    """A value with the decimals that suit the figure."""
    numbers: Any = explanation.values
    ends: Any = (explanation.base, explanation.score)
    largest = max((abs(number) for number in numbers), default=0) or max(map(abs, ends))
    return written(value, explanation.unit, largest)


def written(value: float, unit: str | None, largest: float) -> str:
    """A value with its unit, among numbers of which the largest leaves three significant digits: `−$1,200`."""
    text = quantity(value, unit, decimals(largest))
    return text.replace("-", "−", 1) if value < 0 else text


def parts_of(features: Sequence[Feature], count: int = 2) -> str:
    """What features are, in one word: words, passages, regions, entries, columns, or parts where they differ."""
    kinds = {next(iter(feature.where)) if feature.where else "column" for feature in features}
    spaced = any(" " in feature.label.strip() for feature in features)
    noun = NOUNS["passage" if kinds <= {"chars", "message"} and spaced else kinds.pop()] if len(kinds) == 1 else "part"
    return noun if count == 1 else {"entry": "entries", "stretch": "stretches"}.get(noun, f"{noun}s")


NOUNS = {
    "chars": "word",
    "message": "word",
    "passage": "passage",
    "region": "region",
    "item": "entry",
    "seconds": "stretch",
    "steps": "cell",
    "column": "column",
    "car": "part",
}
"""One feature, by the key of its `where`."""
