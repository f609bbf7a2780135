"""What was measured of a model over many rows, each measure beside a naive rival; the records that travel.

This module computes nothing: see labels.py, values.py, ranking.py, grouping.py, matching.py and anomalies.py.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from ..types import Record, absent

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Measure(Record):
    """One measure of a model: its value, the 95 % bootstrap interval around it, and a naive rival's value.

    gain: the 95 % interval of the model's value minus the rival's, both on the same draws. label: the class that it is
    about, where it is about one. value is None where the rows leave it undefined.
    """

    name: str
    value: float | None
    interval: tuple[float, float] | None
    rows: int
    better: Better = "higher"
    baseline: float | None = None
    gain: tuple[float, float] | None = None
    label: Annotated[str | None, absent] = None
    unit: Annotated[str | None, absent] = None

    @property
    def verdict(self) -> Literal["better", "worse", "unclear"]:
        """Whether the model beats the naive rival by more than chance would explain."""
        if self.gain is None or self.gain[0] <= 0 <= self.gain[1]:
            return "unclear"
        return "better" if (self.gain[0] > 0) == (self.better == "higher") else "worse"


@dataclass(frozen=True)
class Metrics(Record):
    """All measures of a model over some rows; `baseline` says in words what the naive rival does.

    notes: what a reader should know, such as rows that were left out. cluster, clusters: what whole ones of were drawn
    for the intervals, where rows belong together, and how many of them there are.
    """

    kind: Literal["labels", "value", "ranking", "clusters", "anomaly", "text", "spans", "boxes"]
    rows: int
    measures: tuple[Measure, ...]
    baseline: str
    notes: tuple[str, ...] = ()
    cluster: Annotated[str | None, absent] = None
    clusters: Annotated[int | None, absent] = None
    version: Literal[1] = 1

    def named(self, name: str, label: str | None = None) -> Measure | None:
        """The measure of a name, of a label where it is about one; None where there is none."""
        return next((each for each in self.measures if (each.name, each.label) == (name, label)), None)
