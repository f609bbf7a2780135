"""Words that may take the place of others: those of the model's own examples that speak for what is wanted."""

from inference.task import Task
from inference.types import Raw

from .asking import Asked
from .edits.words import known_words

TRIED, TAKEN = 32, 3
"""Words that are asked about, each alone, and those of them that are offered."""


def likely_words(task: Task, raw: Raw, asked: Asked) -> tuple[str, ...]:
    """The words that, as a text of their own, bring the model nearest to the goal; none where no text is labelled."""
    texts = [field for field in task.demo.inputs if field.kind == "text" and field.role == "input" and field.mutable]
    if len(texts) != 1 or task.kind not in ("labels", "value"):
        return ()
    name = texts[0].name
    there = {word.casefold() for word in known_words([raw[name]])}
    words = known_words([str(example.inputs.get(name, "")) for example in task.demo.examples])
    words = [word for word in words if word not in there][: min(TRIED, asked.left // 4)]
    words = [word for word in words if asked.sendable(raw | {name: word})]
    found = asked.predict([raw | {name: word} for word in words])
    missing = {word: asked.goal.far(each) for word, each in zip(words, found, strict=False) if each}
    return tuple(sorted(missing, key=missing.__getitem__)[:TAKEN])
