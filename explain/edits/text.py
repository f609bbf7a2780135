"""Words of a text or a conversation that go, or give way to others. What results can be read: nothing is masked."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from inference.fields import Message, MessagesField, TextField
from inference.types import Span

from ..players.text import sentences, word_spans
from ..types import Feature
from .edit import Edit, FieldEdits, Known
from .words import tells

MOST = 256
"""Words that are places of their own; a longer text has sentences."""
REPLACED = 1.25
"""A word in place of another goes further than one that is left out: of equal sets the one without it comes first."""
STOP, MARKS = re.compile(r"[.!?…。！？]+$"), re.compile(r"[.,;:!?…。！？\"'”’»)]+$")
"""What stays behind when a word goes, and when another takes its place."""


class TextEdits(FieldEdits):
    """Each word, left out or replaced; in a very long text, sentences, left out."""

    kind = "text"

    def __init__(self, field: TextField, value: str, known: Known) -> None:
        self.field, self.raw = field, value
        read = known.readable[field.name]
        self.spans = parts(value[: len(read)] if value.startswith(read) else value)
        self.places = [Feature(f"{field.name}:{a}-{b}", field.name, value[a:b], where(a, b)) for a, b in self.spans]
        self.options = [options(place.label, known.words) for place in self.places]

    def value(self, edits: Mapping[int, Edit]) -> str:
        return self.field.parse(edited(self.raw, {self.spans[place]: edit.after for place, edit in edits.items()}))


class MessagesEdits(FieldEdits):
    """The words of what the visitor said, likewise."""

    kind = "messages"

    def __init__(self, field: MessagesField, value: Sequence[Message], known: Known) -> None:
        self.field, self.raw = field, value
        said = [i for i, each in enumerate(value) if each.role == "user"]
        words = {i: parts(value[i].text) for i in said}
        chosen = said if sum(map(len, words.values())) <= MOST else said[-1:]
        self.spans = [(i, span) for i in chosen for span in words[i]]
        self.places = [
            Feature(f"{field.name}:{i}:{a}-{b}", field.name, value[i].text[a:b], {"message": i} | where(a, b))
            for i, (a, b) in self.spans
        ]
        self.options = [options(place.label, known.words) for place in self.places]

    def value(self, edits: Mapping[int, Edit]) -> tuple[Message, ...]:
        changed: dict[int, dict[Span, str | None]] = {}
        for place, edit in edits.items():
            i, span = self.spans[place]
            changed.setdefault(i, {})[span] = edit.after
        texts = [edited(each.text, changed.get(i, {})) for i, each in enumerate(self.raw)]
        pairs = zip(self.raw, texts, strict=True)
        return self.field.parse([{"role": each.role, "content": text} for each, text in pairs])

    def sent(self, value: Any) -> Any:
        return [each.to_json() for each in value]


def where(start: int, end: int) -> dict[str, Any]:
    """The place of a word."""
    return {"chars": [start, end]}


def parts(text: str) -> list[Span]:
    """Words, each without the end of the sentence that stands behind it; of a very long text, sentences."""
    spans = word_spans(text)
    if len(spans) > MOST:
        return [(spans[run[0]][0], spans[run[-1]][1]) for run in sentences(text, spans)]
    return [(a, end_of(text, a, b, STOP)) for a, b in spans]


def end_of(text: str, start: int, end: int, marks: re.Pattern[str]) -> int:
    """Where a word ends if the marks behind it stay; a word of nothing but marks has no such end."""
    found = marks.search(text[start:end])
    return start + found.start() if found and found.start() else end


def options(word: str, others: Sequence[str]) -> list[Edit]:
    """What can be done about a word."""
    worth = tells(MARKS.sub("", word)) and " " not in word
    instead = [as_written(word, other) for other in others if worth]
    return [Edit(None, "left out"), *(Edit(other, other, REPLACED) for other in instead)]


def as_written(word: str, other: str) -> str:
    """Another word as large as this one is written, with the marks behind this one."""
    found = MARKS.search(word)
    shaped = other.upper() if word.isupper() and len(word) > 1 else other.capitalize() if word[0].isupper() else other
    return shaped + (found.group() if found and found.start() else "")


def edited(text: str, changed: Mapping[Span, str | None]) -> str:
    """A text with some of its parts left out or replaced; of the spaces around a gap, one is left."""
    for (start, end), other in sorted(changed.items(), reverse=True):
        before, after = text[:start], text[end:]
        if other is not None:
            text = before + other + after
            continue
        if before[-1:].isspace() or not before:
            tail = after.lstrip(" ") if not before or after[:1].isspace() else after
            closed = before.rstrip(" ") if STOP.match(tail) or not tail else before
            text = closed + tail
        else:
            text = before + after
    return text
