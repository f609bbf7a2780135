"""The players of a text: its words, with their characters. Knows no tokenizer."""

import re

import numpy as np

from inference.fields import Field
from inference.masks import Kept, MaskedText, Spans
from inference.types import Span

from ..types import Feature
from .field import FieldPlayers

MAX_WORDS = 48
"""Longer texts are split into this many runs of neighbouring words: one evaluation costs more and tells less there."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
"""A word between spaces; a single character in scripts that are written without spaces."""


class TextPlayers(FieldPlayers):
    """Words, or runs of words in a long text, with their characters."""

    kind = "text"
    masks: Spans

    def __init__(self, field: Field, value: str, stand_in: str) -> None:
        self.text, self.spans = value, word_spans(value)
        self.features = tuple(
            Feature(f"{field.name}:{a}-{b}", field.name, value[a:b], {"chars": [a, b]}) for a, b in self.spans
        )
        self.label, self.masks = field.label, Spans(tuple(self.spans))
        self.baseline = f"each hidden token of {self.label} is replaced by {stand_in}"

    def otherwise(self) -> None:
        self.masks = Spans(self.masks.spans, dropped=True)
        self.baseline = f"the hidden tokens of {self.label} are left out"

    def show(self, kept: Kept) -> MaskedText:
        hidden = tuple(span for span, keep in zip(self.masks.spans, kept, strict=True) if not keep)
        return MaskedText(self.text, hidden, self.masks.dropped)


def word_spans(text: str) -> list[Span]:
    """Characters (start, end) of each word, neighbours joined evenly where there are more than MAX_WORDS."""
    spans = [match.span() for match in WORD.finditer(text)]
    runs = np.array_split(np.arange(len(spans)), min(MAX_WORDS, len(spans)))
    return [(spans[run[0]][0], spans[run[-1]][1]) for run in runs]
