"""Classes with their probabilities, as bars."""

from ...units import percent
from .parts import Shown, bars, headline


def labels(shown: Shown) -> str:
    """The first label large, all of them as bars; each can be asked about."""
    first = shown.prediction.items[0]
    return headline(first.name, percent(first.score)) + bars(shown.prediction.items)
