"""Labels of a visitor's own, to choose among."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from .field import Field, shown
from .text import visible

SEPARATOR = re.compile(r"[,;\n]")


@dataclass(frozen=True, kw_only=True)
class LabelsField(Field):
    """A list of labels, `fewest` to `most` of them, each a word or a few.

    A text is taken apart at commas, semicolons and new lines, as a cell of a table needs it.
    """

    kind: Literal["labels"] = "labels"
    default: tuple[str, ...] = ()
    fewest: int = 2
    most: int = 20
    max_length: int = 80

    def parse(self, value: Any) -> tuple[str, ...]:
        if value is None or (isinstance(value, str | list | tuple) and not value):
            raise self.missing(f"name at least {self.fewest}")
        entries = SEPARATOR.split(value) if isinstance(value, str) else value
        if not isinstance(entries, list | tuple):
            raise InputError(f"{self.label} must be a list of texts, got {shown(value)}.")
        labels = tuple(label for label in map(self._one, entries) if label)
        if not self.fewest <= len(labels) <= self.most:
            raise InputError(f"{self.label} may have {self.fewest} to {self.most} entries, got {len(labels)}.")
        (most, count), *_ = Counter(label.casefold() for label in labels).most_common(1)
        if count > 1:
            raise InputError(f"{self.label} has {shown(most)} {count} times; once is enough.")
        return labels

    def _one(self, entry: Any) -> str:
        """A label without the spaces around it; empty if it leaves no mark. Raises InputError."""
        if not isinstance(entry, str):
            raise InputError(f"{self.label} must be a list of texts, got {shown(entry)} in it.")
        try:
            entry.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(f"{self.label} holds half a character (a lone surrogate); write it anew.") from None
        label = " ".join(entry.split()) if any(map(visible, entry)) else ""
        if len(label) > self.max_length:
            raise InputError(f"An entry of {self.label} may have {self.max_length} characters, got {len(label):,}.")
        return label

    def describe(self, value: tuple[str, ...]) -> str:
        return f"{self.label}: {', '.join(value)}"
