"""One of several choices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from .field import Field, shown

MAX_CATEGORY = 200  # characters of a category that is not among the choices


@dataclass(frozen=True, kw_only=True)
class CategoryField(Field):
    """One of `choices`. With `unseen`, the model has a slot for other values: then they warn instead of failing."""

    kind: Literal["category"] = "category"
    choices: tuple[str, ...]
    unseen: bool = False
    default: str | None = None

    @property
    def referenced(self) -> bool:
        return True

    def parse(self, value: Any) -> str:
        if value is None or value == "":
            raise self.missing("choose one of " + ", ".join(self.choices[:12]))
        if not isinstance(value, str):
            raise InputError(f"{self.label} must be one of its choices as a text, got {shown(value)}.")
        if value not in self.choices and (not self.unseen or len(value) > MAX_CATEGORY):
            raise InputError.among(self.label, value, self.choices)
        return value

    def sure(self, cells: Sequence[Any]) -> tuple[list[Any], Sequence[bool]]:
        known = set(self.choices)
        return list(cells), [isinstance(cell, str) and cell in known for cell in cells]

    def warnings(self, value: str) -> Iterator[str]:
        if value not in self.choices:
            yield f"{self.label} {shown(value)} does not occur in the training data: the model takes it as unknown."
