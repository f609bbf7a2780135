"""What would be usual in a row, in the units of its fields, by a density of rows. It knows no threshold and no page."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from .accelerator import accelerator
from .device import on_device
from .fields import Field, NumberField
from .nearest import Freed, tidy
from .types import Raw
from .units import quantity


class Expected(NamedTuple):
    """What would be usual in one place: a number with its range (two standard deviations either way), or a category."""

    value: Any
    low: float | None = None
    high: float | None = None

    def says(self, got: Any) -> str:
        """What that makes of the value that arrived."""
        if self.low is None or self.high is None:
            return "usual" if got == self.value else "unusual"
        return "too low" if got < self.low else "too high" if got > self.high else "usual"

    def distance(self, got: Any) -> float:
        """How far the value that arrived is from it: 1 at the end of the range, and for another category."""
        if self.low is None or self.high is None:
            return float(got != self.value)
        return float(abs(got - self.value) / max(self.high - self.value, self.value - self.low, 1e-12))


class UsualRows:
    """Asks the density of a pipeline of rows; fields as a visitor enters them."""

    def __init__(self, pipeline: Any, fields: Mapping[str, Field]) -> None:
        self.pipeline = pipeline
        of_kind = {kind: [c for c in pipeline.feature_extractor.columns if c["kind"] == kind] for kind in KINDS}
        self.columns = [column for kind in KINDS for column in of_kind[kind]]  # as the model has them: numbers first
        self.fields = [fields[column["name"]] for column in self.columns]

    def each(self, raw: Raw) -> list[Expected]:
        """What is usual for each field given all others."""
        found = self.ask(raw, np.eye(len(self.fields), dtype=bool))
        return [row[place] for place, row in enumerate(found)]

    def freed(self, raw: Raw, combinations: Sequence[Freed]) -> list[Raw]:
        """The row with the values of each combination made usual, given the values that stay."""
        hidden = np.array([[field.name in freed for field in self.fields] for freed in combinations])
        found = self.ask(raw, hidden)
        return [raw | self.values(row, chosen) for row, chosen in zip(found, hidden, strict=True)]

    def values(self, row: Sequence[Expected], chosen: NDArray[np.bool_]) -> Raw:
        """The usual values of the chosen fields by name."""
        return {field.name: each.value for field, each, wanted in zip(self.fields, row, chosen, strict=True) if wanted}

    @on_device
    def ask(self, raw: Raw, hidden: NDArray[np.bool_]) -> list[list[Expected]]:
        """What is usual in each place, for each row of what is hidden bool[m, fields]."""
        device = self.pipeline.device
        batch = self.pipeline.preprocess([raw] * len(hidden))
        with accelerator, torch.inference_mode():
            tensors = (batch["numbers"], batch["categories"], torch.from_numpy(hidden))
            found = self.pipeline.model.usual(*(tensor.to(device) for tensor in tensors))
        ends = [end.cpu().double().numpy() for end in (found.numbers, found.low, found.high)]
        codes = found.categories.cpu().numpy()
        return [[self.one(place, row, ends, codes) for place in range(len(self.fields))] for row in range(len(hidden))]

    def one(self, place: int, row: int, ends: Sequence[NDArray[np.float64]], codes: NDArray[np.int64]) -> Expected:
        """One place of one row, back in the units of its field."""
        column, field = self.columns[place], self.fields[place]
        if isinstance(field, NumberField):
            scaled = (column["mean"] + column["scale"] * float(end[row, place]) for end in ends)
            back = (math.expm1(value) if column.get("log") else value for value in scaled)
            return Expected(*(tidy(field, value) for value in back))
        code = int(codes[row, place - ends[0].shape[1]])
        return Expected(column["categories"][max(code, 1) - 1])


KINDS = ("number", "category")


def cell(field: Field, value: Any) -> str:
    """A value as a table shows it."""
    return quantity(value, field.unit) if isinstance(field, NumberField) else str(value)
