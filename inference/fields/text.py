"""Running text."""

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from .field import Field


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Running text. `max_length` is in characters.

    `piece_length`: 99 % of the training texts split into pieces of so many letters or more on average; shorter pieces,
    as other languages give them, are warned of. `python tests/benchmarks/input_checks.py` shows how it is measured.
    `listens`: a speech model by its name on offer; where it is, speech may take the place of the text.
    """

    kind: Literal["text"] = "text"
    max_length: int = 5_000
    placeholder: str = ""
    default: str = ""
    piece_length: float | None = None
    listens: str | None = None

    def parse(self, value: Any) -> str:
        if value is None or (isinstance(value, str) and not any(map(visible, value))):
            if value is not None and self.role == "setting":
                return ""  # nothing set
            raise self.missing("write a few words")
        if not isinstance(value, str):
            raise InputError(f"{self.label} must be a text, got {type(value).__name__}.")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(f"{self.label} holds half a character (a lone surrogate); write it anew.") from None
        if len(value) > self.max_length:
            raise InputError(f"{self.label} may have {self.max_length:,} characters, got {len(value):,}; shorten it.")
        return value

    def describe(self, value: str) -> str:
        words = len(value.split())
        return f"{self.label}: {len(value):,} characters, {words:,} word{'' if words == 1 else 's'}"


def visible(character: str) -> bool:
    """Whether a character leaves a mark: no space, control or zero-width one."""
    return unicodedata.category(character)[0] not in "CZ"
