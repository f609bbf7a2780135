"""Texts and conversations with each word shaded by its value."""

from collections.abc import Sequence
from html import escape
from typing import Any

from inference.types import Raw

from .picked import pick
from .types import Explanation, Feature
from .wording import side, signed, strengths


def words(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The texts with each word shaded by its value, a paragraph a field."""
    fields = dict.fromkeys(f.field for f in explanation.features if f.where and "chars" in f.where)
    return "".join(paragraph(explanation, name, raw[name]) for name in fields)


def paragraph(explanation: Explanation, name: str, text: str) -> str:
    """One field's text."""
    features = [feature for feature in explanation.features if feature.field == name]
    return (
        f'<p class="words" role="group" aria-label="Your text, shaded" tabindex="0" dir="auto" '
        f'data-field="{escape(name)}">{shaded(explanation, features, text)}</p>'
    )


def shaded(explanation: Explanation, features: Sequence[Feature], text: str) -> str:
    """A text with those of its words marked that are features, in the order of the text."""
    strength = strengths(explanation)
    values: Any = dict(zip((f.id for f in explanation.features), explanation.values, strict=True))
    parts, end = [], 0
    for feature in features:
        start, stop = (feature.where or {})["chars"]
        share = strength[feature.id]
        parts.append(escape(text[end:start]))
        parts.append(
            f'<mark class="{side(share)}" style="--strength:{abs(share):.2f}" '
            f'title="{signed(values[feature.id], explanation)}"{pick(feature)}>{escape(text[start:stop])}</mark>'
        )
        end = stop
    return "".join(parts) + escape(text[end:])


WHO = {"system": "Instruction", "user": "You", "assistant": "Reply"}


def conversation(explanation: Explanation, raw: Raw, alt: str) -> str:
    """Messages one under the other, each with its words shaded by their values."""
    found = [feature for feature in explanation.features if feature.where and "message" in feature.where]
    shown = []
    for name in dict.fromkeys(feature.field for feature in found):
        for place, message in enumerate(raw[name]):
            own = [each for each in found if each.field == name and (each.where or {})["message"] == place]
            text = shaded(explanation, own, message.text)
            shown.append(f'<li class="{message.role}"><small>{WHO[message.role]}</small><p dir="auto">{text}</p></li>')
    return '<ol class="words talk" aria-label="Your conversation, shaded" tabindex="0">' + "".join(shown) + "</ol>"
