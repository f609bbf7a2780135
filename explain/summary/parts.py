"""Words and items over many rows: what each did on average where it stood, and in how many rows that was."""

import math
import re
from collections import defaultdict
from typing import Any

from ..types import Explanation, Feature
from .records import Part

LISTED = 30
"""Parts that are told for an output, and as many against it."""
MOST = 100_000
"""Parts that are counted at once; beyond, those seen in one row alone leave."""
EDGES = re.compile(r"^[^\w]+|[^\w]+$")


class Parts:
    """Sums of the values of words or items, by what they are."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.sums: dict[str, list[float]] = {}
        self.kinds = ""

    def add(self, explanation: Explanation) -> None:
        """One row; several places of a part count together."""
        found: dict[str, float] = defaultdict(float)
        numbers: Any = explanation.values  # of one output
        for feature, value in zip(explanation.features, numbers, strict=True):
            if (key := self.key(feature)) is not None:
                found[key] += value
        for key, value in found.items():
            count, total, squares = self.sums.get(key, [0, 0.0, 0.0])
            self.sums[key] = [count + 1, total + value, squares + value**2]
        if len(self.sums) > MOST:
            self.sums = {key: each for key, each in self.sums.items() if each[0] > 1}

    def key(self, feature: Feature) -> str | None:
        """What a feature is counted as; None for what is neither a single word nor a single item."""
        where = feature.where or {}
        if "item" in where:
            self.kinds, key, label = "entries", f"{feature.field}:{where['item']}", feature.label
        elif "chars" in where and not re.search(r"\s", feature.label.strip()):
            label = EDGES.sub("", feature.label).casefold() or feature.label
            self.kinds, key = "words", label
        else:
            return None
        self.labels.setdefault(key, label)
        return key

    def listed(self, rows: int) -> tuple[Part, ...]:
        """Those most for an output, then those most against it, each seen in enough of the rows."""
        least = fewest(rows)
        seen = [part(key, self.labels[key], *each) for key, each in self.sums.items() if each[0] >= least]
        ranked = sorted(seen, key=lambda each: (-each.mean, each.label))
        in_favour = [each for each in ranked if each.mean > 0][:LISTED]
        against = [each for each in reversed(ranked) if each.mean < 0][:LISTED]
        return (*in_favour, *against)


def fewest(rows: int) -> int:
    """Rows in which a part must have stood to be told: one of a handful, two of some, else one in a hundred."""
    return 1 if rows < 10 else max(2, rows // 100)


def part(key: str, label: str, count: float, total: float, squares: float) -> Part:
    """The record of a part; its interval is ±1.96 standard errors of the mean over its rows."""
    mean = total / count
    if count < 2:
        return Part(key, label, mean, 1)
    error = math.sqrt(max(squares - count * mean**2, 0) / (count - 1) / count)
    return Part(key, label, mean, int(count), mean - 1.96 * error, mean + 1.96 * error)
