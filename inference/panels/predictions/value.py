"""One number with its unit."""

from ...units import quantity
from .parts import Shown, facts, headline


def value(shown: Shown) -> str:
    """One number with its unit."""
    item = shown.prediction.items[0]
    return headline(quantity(item.score, shown.prediction.unit), item.name) + facts(item)
