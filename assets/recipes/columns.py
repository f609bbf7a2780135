"""What a recipe says of a table's columns: names in words, limits, and what follows for the form and for the models.

Knows no model and no measure. `seen`, defaults and known categories come from the training part alone.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Number:
    """A number: in words, its unit, the limits beyond which it is refused, and the step of its slider."""

    label: str
    description: str
    limits: tuple[float, float]
    step: float = 1
    unit: str = ""
    source: str = ""
    """The column's name in the source, where it has another."""

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers, and written as such: its step says so."""
        return isinstance(self.step, int)

    def field(self, name: str, seen: pd.Series) -> dict[str, Any]:
        """The field of demo.json, from the training part's values float64[rows]."""
        decimals = None if self.whole else max(0, round(-np.log10(self.step)))
        kind = int if self.whole else float
        field: dict[str, Any] = {"name": name, "kind": "number", "label": self.label, "description": self.description}
        field |= {"unit": self.unit} if self.unit else {}
        ends, default = [kind(seen.min()), kind(seen.max())], round(float(seen.median()), decimals)
        return field | {"limits": self.limits, "seen": ends, "step": self.step, "default": default}


@dataclass(frozen=True)
class Category:
    """One word of several. `words` gives the source's codes in words, in their natural order; without it the source's
    own words stand, by the alphabet. `unseen`: only words of the training part are known, and any other may be entered.
    """

    label: str
    description: str
    words: Mapping[Hashable, str] | None = None
    unseen: bool = False
    source: str = ""

    def known(self, seen: pd.Series) -> list[str]:
        """The known words in their order, from the training part's words str[rows]."""
        words = sorted(set(seen)) if self.words is None else list(self.words.values())
        return [word for word in words if word in set(seen)] if self.unseen else words

    def field(self, name: str, seen: pd.Series) -> dict[str, Any]:
        """The field of demo.json, from the training part's words str[rows]."""
        field: dict[str, Any] = {"name": name, "kind": "category", "label": self.label, "description": self.description}
        field |= {"choices": self.known(seen)} | ({"unseen": True} if self.unseen else {})
        return field | {"default": seen.mode()[0]}

    def group(self, name: str) -> dict[str, Any]:
        """The field of demo.json of a group to compare, which the model never reads."""
        field: dict[str, Any] = {"name": name, "kind": "category", "label": self.label, "description": self.description}
        return field | {"choices": list((self.words or {}).values()), "role": "group"}


@dataclass(frozen=True)
class Columns:
    """The columns that a model reads, in its order: numbers first."""

    numbers: Mapping[str, Number]
    categories: Mapping[str, Category]

    @property
    def names(self) -> list[str]:
        """All names in the model's order."""
        return [*self.numbers, *self.categories]

    @property
    def whole(self) -> dict[str, type[int]]:
        """The numbers that are whole, as pandas' astype takes them."""
        return {name: int for name, number in self.numbers.items() if number.whole}

    def known(self, training: pd.DataFrame) -> dict[str, list[str]]:
        """The known words of each category."""
        return {name: category.known(training[name]) for name, category in self.categories.items()}

    def fields(self, training: pd.DataFrame) -> list[dict[str, Any]]:
        """The fields of demo.json."""
        numbers = [number.field(name, training[name]) for name, number in self.numbers.items()]
        return numbers + [category.field(name, training[name]) for name, category in self.categories.items()]

    def inputs(self, row: pd.Series) -> dict[str, Any]:
        """A row as the form's inputs, whole numbers as such."""
        numbers = {name: (int if number.whole else float)(row[name]) for name, number in self.numbers.items()}
        return numbers | {name: row[name] for name in self.categories}
