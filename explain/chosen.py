"""Histories as chips, each with what it brought to the score. Knows no recommender."""

from html import escape
from typing import Any

from inference.types import Raw

from .picked import pick
from .types import Explanation, Feature
from .wording import side, signed, strengths


def chosen(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The items of the histories in their order: `You chose Alien: +0.12`, tinted by how much they brought."""
    strength = strengths(explanation)
    values: Any = explanation.values
    chips = [
        f'<li class="{side(value)}" style="--strength:{abs(strength[feature.id]):.2f}"{pick(feature)}>'
        f"<small>{verb(feature)}</small> {escape(feature.label)}{rated(feature)}: "
        f"<b>{signed(value, explanation)}</b></li>"
        for feature, value in zip(explanation.features, values, strict=True)
        if feature.where and KEYS & set(feature.where)
    ]
    return f'<ul class="chosen" aria-label="Your history, shaded">{"".join(chips)}</ul>'


KEYS = {"item", "items"}
"""What the `where` of an item, and of a run of items, begins with."""


def verb(feature: Feature) -> str:
    """What the visitor did with an item."""
    return "You rated" if "rating" in (feature.where or {}) else "You chose"


def rated(feature: Feature) -> str:
    """The rating of an item, if it has one."""
    rating = (feature.where or {}).get("rating")
    return "" if rating is None else f" ★ {rating:g}"
