"""How many cores so many users need, from what a prediction and an explanation cost."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

USERS = (10, 1_000, 100_000)
"""Users an hour."""


@dataclass(frozen=True)
class Assumed:
    """What each user asks for in an hour, and the share of its time that a core may be at work.

    With 0.6, those who come together need not wait long.
    """

    predictions: float = 10
    explanations: float = 5
    busy: float = 0.6


@dataclass(frozen=True)
class Cost:
    """Core seconds of a prediction and of an explanation, each by the examples' rounds; empty where there is none."""

    model: str
    prediction: list[float]
    explanation: list[float]

    def cores(self, users: int, assumed: Assumed) -> int:
        """Cores for so many users an hour; one at least."""
        each = assumed.predictions * median(self.prediction) + assumed.explanations * median(self.explanation)
        return max(1, math.ceil(users * each / 3600 / assumed.busy))

    def row(self, assumed: Assumed) -> str:
        """A line of the table."""
        cores = " | ".join(f"{self.cores(users, assumed):,}" for users in USERS)
        return f"| `{self.model}` | {told(self.prediction)} | {told(self.explanation)} | {cores} |"


def median(seconds: Sequence[float]) -> float:
    """Of what was measured; 0 where nothing was."""
    return statistics.median(seconds) if seconds else 0.0


def told(seconds: Sequence[float]) -> str:
    """Milliseconds: the median, and the range over examples and rounds."""
    if not seconds:
        return "–"
    middle, least, most = (
        f"{1000 * each:,.{0 if each >= 0.1 else 1}f}" for each in (median(seconds), min(seconds), max(seconds))
    )
    return f"{middle} ({least} to {most})"
