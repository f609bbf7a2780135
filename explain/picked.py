"""Which parts of a figure can be hidden by a click, and what that is called. Knows no model and no input."""

from html import escape

from .types import Feature

VERBS = {
    "chars": "Leave out",
    "message": "Leave out",
    "item": "Leave out",
    "items": "Leave out",
    "region": "Brush away",
    "seconds": "Silence",
    "car": "Take away",
    "steps": "Set to what is usual",
    "fields": "Set to what is usual",
}
"""What is done about a part, by the first key of its `where`; a whole column has none."""
USUAL = "Set to what is usual"


def verb(feature: Feature) -> str:
    """What hiding a part is called, or nothing where it cannot be hidden."""
    where = feature.where
    if where is None:
        return "" if feature.id != feature.field else USUAL
    return USUAL if "car" in where and "part" in where else VERBS.get(next(iter(where)), "")


def pick(feature: Feature) -> str:
    """The attributes by which page.js knows a part of a figure that can be hidden, as HTML."""
    named = f' data-label="{escape(feature.label)}" data-verb="{verb(feature)}"'
    return f' data-feature="{escape(feature.id)}"{named}' if verb(feature) else ""
