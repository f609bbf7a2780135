"""The players of a conversation: the words of the last message, and each earlier one until it is taken apart."""

from collections.abc import Sequence
from dataclasses import replace

from inference.fields import Message, MessagesField
from inference.fields.messages import starts
from inference.masks import Kept, MaskedText, Spans

from ..types import Feature
from .field import FieldPlayers, singles
from .text import DIRECT, sentences, word_spans


class MessagesPlayers(FieldPlayers):
    """Words as atoms; each belongs to one message."""

    kind = "messages"
    words = "words of the message, and earlier messages"
    masks: Spans

    def __init__(self, field: MessagesField, value: Sequence[Message], stand_in: str) -> None:
        self.name, self.messages, self.label = field.name, tuple(value), field.label
        spans = [word_spans(each.text) for each in value]
        self.places = [(i, a, b) for i, each in enumerate(spans) for a, b in each]
        self.features = tuple(self._between(*place) for place in self.places)
        earlier, atom = [], 0
        for each in spans[:-1]:
            earlier.append(tuple(range(atom, atom + len(each))))
            atom += len(each)
        last = sentences(value[-1].text, spans[-1]) if len(spans[-1]) > DIRECT else singles(len(spans[-1]))
        self.groups = (*earlier, *(tuple(atom + own for own in group) for group in last))
        begins = starts(value)
        self.masks = Spans(tuple((begins[i] + a, begins[i] + b) for i, a, b in self.places))
        self.baseline = f"each hidden token of {self.label} is replaced by {stand_in}"

    def otherwise(self) -> None:
        self.masks = replace(self.masks, dropped=True)
        self.baseline = f"the hidden tokens of {self.label} are left out"

    def show(self, kept: Kept) -> tuple[Message, ...]:
        hidden: dict[int, list[tuple[int, int]]] = {}
        for (message, start, end), keep in zip(self.places, kept, strict=True):
            if not keep:
                hidden.setdefault(message, []).append((start, end))
        return tuple(
            Message(each.role, MaskedText(each.text, tuple(hidden[i]), self.masks.dropped)) if i in hidden else each
            for i, each in enumerate(self.messages)
        )

    def together(self, atoms: Sequence[int]) -> Feature:
        message, start, _ = self.places[atoms[0]]
        return self._between(message, start, self.places[atoms[-1]][2])

    def _between(self, message: int, start: int, end: int) -> Feature:
        where = {"message": message, "chars": [start, end]}
        return Feature(f"{self.name}:{message}:{start}-{end}", self.name, self.messages[message].text[start:end], where)
