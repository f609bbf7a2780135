"""Texts with each word shaded by its value."""

from html import escape
from typing import Any

from inference.types import Raw

from .types import Explanation
from .wording import side, signed, strengths


def words(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The texts with each word shaded by its value, a paragraph a field."""
    fields = dict.fromkeys(f.field for f in explanation.features if f.where and "chars" in f.where)
    return "".join(paragraph(explanation, name, raw[name]) for name in fields)


def paragraph(explanation: Explanation, name: str, text: str) -> str:
    """One field's text."""
    strength = strengths(explanation)
    values: Any = dict(zip((f.id for f in explanation.features), explanation.values, strict=True))
    parts, end = [], 0
    for feature in explanation.features:
        if feature.field != name:
            continue
        start, stop = (feature.where or {})["chars"]
        share = strength[feature.id]
        parts.append(escape(text[end:start]))
        parts.append(
            f'<mark class="{side(share)}" style="--strength:{abs(share):.2f}" '
            f'title="{signed(values[feature.id], explanation)}">{escape(text[start:stop])}</mark>'
        )
        end = stop
    return (
        f'<p class="words" role="group" aria-label="Your text, shaded" tabindex="0" dir="auto" '
        f'data-field="{escape(name)}">{"".join(parts)}{escape(text[end:])}</p>'
    )
