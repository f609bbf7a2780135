"""A conversation: what was said by whom, the last word with the visitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

from ..errors import InputError
from ..masks import MaskedText
from .field import Field, shown
from .text import TextField

SPEAKERS = ("system", "user", "assistant")


@dataclass(frozen=True)
class Message:
    """What one of SPEAKERS said; in an explanation, with some of it hidden."""

    role: str
    content: str | MaskedText

    @property
    def text(self) -> str:
        """All that was said, hidden or not."""
        return self.content if isinstance(self.content, str) else self.content.text

    def to_json(self) -> dict[str, str]:
        """As chat templates and programs take it."""
        return {"role": self.role, "content": self.text}


def starts(messages: Sequence[Message]) -> list[int]:
    """Where each message begins if all are written one after the other, with one character between them."""
    return list(accumulate((len(each.text) + 1 for each in messages[:-1]), initial=0))


@dataclass(frozen=True, kw_only=True)
class MessagesField(Field):
    """A conversation as [{"role": "user" or "assistant", "content": …}, …]; a plain text is a single message.

    It may begin with one of the role "system", goes to and fro, and ends with the user. `max_length` is in characters
    of each message.
    """

    kind: Literal["messages"] = "messages"
    max_length: int = 5_000
    max_messages: int = 41
    placeholder: str = ""
    default: tuple[dict[str, str], ...] = ()

    def parse(self, value: Any) -> tuple[Message, ...]:
        if value is None or value in ("", [], ()):
            raise self.missing("write a message")
        said = [{"role": "user", "content": value}] if isinstance(value, str) else value
        if not isinstance(said, list | tuple):
            raise InputError(f"{self.label} must be a text or a list of messages, got {shown(value)}.")
        if len(said) > self.max_messages:
            raise InputError(f"{self.label} may have {self.max_messages} messages, got {len(said):,}.")
        found = tuple(map(self._message, said))
        roles = [each.role for each in found if each is not found[0] or each.role != "system"]
        if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
            raise InputError(
                f"{self.label} must go to and fro between user and assistant and end with the user, got "
                f"{shown(', '.join(each.role for each in found))}."
            )
        return found

    def _message(self, said: Any) -> Message:
        if not isinstance(said, dict) or set(said) != {"role", "content"}:
            raise InputError(f"{self.label}: each message is {{'role': …, 'content': …}}, got {shown(said)}.")
        if said["role"] not in SPEAKERS:
            raise InputError(f"{self.label}: a role is one of {', '.join(SPEAKERS)}, got {shown(said['role'])}.")
        text = TextField(name=self.name, label=self.label, max_length=self.max_length)
        return Message(said["role"], text.parse(said["content"]))

    def describe(self, value: tuple[Message, ...]) -> str:
        words = sum(len(each.text.split()) for each in value)
        return f"{self.label}: {len(value)} message{'s' if len(value) > 1 else ''}, {words:,} words"
