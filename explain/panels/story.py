"""The story that the first page tells: one case whose answer and explanation were computed beforehand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from inference.demo import Demo, resolve
from inference.models import ASSETS
from inference.panels import answer
from inference.panels.take import take
from inference.types import Answer, Record

from ..figures import draw
from ..types import Explanation
from . import why

FILE = ASSETS / "story.json"
MARK = "story"
"""Behind a model's name, says that its story is told."""


@dataclass(frozen=True)
class Story(Record):
    """One example of a model with what there is to say of it; `question` invites to look."""

    question: str
    example: int
    answer: Answer
    explanation: Explanation

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.answer.model

    def inputs(self, about: Demo) -> dict[str, Any]:
        """The example's inputs by field name."""
        return about.examples[self.example].inputs


def read(folders: Mapping[str, Path]) -> Story | None:
    """The story, if its model is on offer: ours, not another one of its name."""
    story = Story.from_json(json.loads(FILE.read_text(encoding="utf-8")))
    return story if folders.get(story.model) == ASSETS / "models" / story.model else None


def hero(story: Story, about: Demo) -> str:
    """The invitation: a question, the input, and one button."""
    shown = " · ".join(str(value) for value in story.inputs(about).values())
    return (
        f'<section class="hero"><div><h2>{escape(story.question)}</h2>'
        "<p>See what a model says, what would be done about it, and which parts of the input moved it.</p>"
        f'<a class="go" href="?model={quote(story.model)}#{MARK}" data-model="{escape(story.model)}#{MARK}">'
        f'Show me</a></div><blockquote dir="auto">{escape(shown)}</blockquote></section>'
    )


def told(story: Story, about: Demo, folder: Path) -> tuple[str, str, str, str]:
    """Answer, explanation, path and what can be taken along, as HTML, at once: no model is asked."""
    inputs = story.inputs(about)
    raw = about.parse(resolve(folder, about, inputs))
    return (
        answer.answer(story.answer, about, raw=raw),
        why.settled(story.explanation, draw(story.explanation, raw)),
        answer.path(story.answer),
        take(story.model, about, inputs),
    )
