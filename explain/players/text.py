"""The players of a text: its words, and the sentences they stand in. Knows no tokenizer."""

import re
from collections.abc import Sequence

import numpy as np

from inference.fields import Field
from inference.masks import Kept, MaskedText, Spans
from inference.types import Span

from ..types import Feature, Partition
from .field import FieldPlayers, singles

DIRECT = 60
"""Words that are players at once; a longer text begins with its sentences, as one evaluation costs more there."""
FEWEST, MOST = 12, 20
"""Sentences that a long text is made into: longer ones are cut and short ones joined."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
"""A word between spaces; a single character in scripts that are written without spaces."""
END = re.compile(r"""[.!?…。！？]["'”’»)\]」』]*$""")
"""The end of a word that ends a sentence; a new line ends one too."""


class TextPlayers(FieldPlayers):
    """Words with their characters; in a long text, sentences made of them."""

    kind = "text"
    words = "words"
    masks: Spans

    def __init__(self, field: Field, value: str, stand_in: str) -> None:
        self.name, self.text, self.spans = field.name, value, word_spans(value)
        self.features = tuple(self._between(a, b) for a, b in self.spans)
        long = len(self.spans) > DIRECT
        self.groups = sentences(value, self.spans) if long else singles(len(self.spans))
        self.label = field.label
        self._hide(dropped=not stand_in, stand_in=stand_in)

    def otherwise(self) -> None:
        self._hide(dropped=not self.masks.dropped, stand_in="a token that means nothing")

    def _hide(self, dropped: bool, stand_in: str) -> None:
        self.masks = Spans(tuple(self.spans), dropped)
        replaced = f"each hidden token of {self.label} is replaced by {stand_in}"
        self.baseline = f"the hidden tokens of {self.label} are left out" if dropped else replaced

    def show(self, kept: Kept) -> MaskedText:
        hidden = tuple(span for span, keep in zip(self.spans, kept, strict=True) if not keep)
        return MaskedText(self.text, hidden, self.masks.dropped)

    def together(self, atoms: Sequence[int]) -> Feature:
        return self._between(self.spans[atoms[0]][0], self.spans[atoms[-1]][1])

    def _between(self, start: int, end: int) -> Feature:
        where = {"chars": [start, end]}
        return Feature(f"{self.name}:{start}-{end}", self.name, self.text[start:end], where)


def word_spans(text: str) -> list[Span]:
    """Characters (start, end) of each word."""
    return [match.span() for match in WORD.finditer(text)]


def sentences(text: str, spans: Sequence[Span]) -> Partition:
    """Runs of words, sentences as far as they are of a length: FEWEST to MOST of them where there are enough words."""
    starts = [0]
    for i in range(1, len(spans)):
        (start, end), (following, _) = spans[i - 1], spans[i]
        if END.search(text[start:end]) or "\n" in text[end:following]:
            starts.append(i)
    longest = -(-len(spans) // FEWEST)
    runs = [
        run
        for start, end in zip(starts, [*starts[1:], len(spans)], strict=True)
        for run in np.array_split(np.arange(start, end), -(-(end - start) // longest))
    ]
    sizes = [len(run) for run in runs]
    while len(sizes) > MOST:
        first = int(np.argmin(np.add(sizes[:-1], sizes[1:])))
        sizes[first : first + 2] = [sizes[first] + sizes[first + 1]]
    ends = np.cumsum(sizes)
    return tuple(tuple(range(end - size, end)) for size, end in zip(sizes, ends.tolist(), strict=True))
