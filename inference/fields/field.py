"""What all kinds of field share. Knows no kind."""

import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from ..types import Record

Role = Literal["input", "setting", "group", "truth"]


@dataclass(frozen=True, kw_only=True)
class Field(Record):
    """What all fields share. `input` fields have players; `setting` has none; `group` and `truth` skip the model."""

    kind: str
    name: str
    label: str
    role: Role = "input"
    unit: str | None = None
    description: str = ""
    mutable: bool = True

    @property
    def referenced(self) -> bool:
        """Whether an explanation takes what it hides from the reference rows in `background`."""
        return False

    def parse(self, value: Any) -> Any:
        """The checked value. Raises InputError that names the field, what may be sent and what arrived."""
        raise NotImplementedError

    def sure(self, cells: Sequence[Any]) -> tuple[list[Any], Sequence[bool]]:
        """The checked values of a column's cells as far as they can be told at a glance, and which those are.

        The others go through `parse` one by one.
        """
        return [None] * len(cells), [False] * len(cells)

    def warnings(self, value: Any) -> Iterator[str]:
        """What a reader should know about a value that is allowed but unusual."""
        return iter(())

    def describe(self, value: Any) -> str:
        """The parsed value in a few words, for the path and for labels."""
        return f"{self.label} = {value}"

    def missing(self, hint: str) -> InputError:
        """The error for an empty value."""
        return InputError(f"{self.label} is missing: {hint}.")


BRIEF = reprlib.Repr()
"""Writes the beginning of a value: the whole of a large one would take many times its memory."""
BRIEF.maxlevel = 3
BRIEF.maxdict = BRIEF.maxlist = BRIEF.maxtuple = BRIEF.maxset = BRIEF.maxfrozenset = 20
BRIEF.maxstring = BRIEF.maxlong = BRIEF.maxother = 200


def shown(value: Any) -> str:
    """What arrived, short enough for a message."""
    try:
        text = BRIEF.repr(value)
    except ValueError:  # Python refuses to write out integers of more than 4,300 digits
        return "an enormous number"
    return text if len(text) <= 40 else text[:37] + "…"
