"""The style sheets of the page and of reports, in their order: of two rules alike, the later one holds."""

from .models import ASSETS

NAMES = (
    "colours",
    "page",
    "landing",
    "form",
    "answer",
    "why",
    "checks",
    "talk",
    "path",
    "take",
    "narrow",
    "print",
    "entering",
    "series",
    "recording",
    "road",
    "what_if",
    "compare",
    "evaluate",
    "slices",
    "flips",
    "summary",
    "history",
)
SHEETS = [ASSETS / "style" / f"{name}.css" for name in NAMES]
