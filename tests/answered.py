"""Answers of every kind to show, and what of their HTML a reader sees."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from inference.demo import Demo
from inference.fields import (
    TextField,
)
from inference.types import Answer, Decision, Item, Kind, Prediction, Step

EVIL = "<img src=x onerror=alert(1)>&\"'</p>"


class Reader(HTMLParser):
    """Which tags a piece of HTML has, which attributes, and what a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def about(**more: Any) -> Demo:
    return Demo(task="text-classification", title="T", summary="S", fields=(TextField(name="a", label="A"),), **more)


def prediction(kind: Kind, name: str = "cat") -> Prediction:
    items = tuple(Item(f"{name}{i}", f"{name}{i}", 0.9 - i / 10) for i in range(1 if kind in ("value", "text") else 8))
    return Prediction(kind, "value", items, unit="ft²", text=name if kind == "text" else None)


def found(what: Prediction, decision: Decision | None = None, warnings: tuple[str, ...] = ()) -> Answer:
    return Answer("m", "t", what, decision, warnings, (Step("data input", 0.24, "Text: 3 words"),))


def steps(**words: str) -> Answer:
    trace = (Step("preprocessing", 1.0, "in → out", words.get("words")), Step("forward pass", 2.0, "out"))
    return replace(found(prediction("text")), trace=trace)
