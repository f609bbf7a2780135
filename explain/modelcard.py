"""What was found of a model as a section of its card, in Markdown to paste. It knows no measure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

Row = Sequence[str]
"""A measure, its value, its interval and what a naive answer gets."""


def section(facts: Mapping[str, str], measures: Sequence[Row], goes_by: str, limits: Sequence[str], made: date) -> str:
    """The section. goes_by: what moves the model most, in a sentence; empty where it was not asked."""
    told = "\n".join(f"- {plain(name)}: {plain(value)}" for name, value in facts.items() if value)
    parts = [f"## Evaluation, {made.isoformat()}", told]
    if measures:
        head = "| Measure | Model | 95 % interval | Naive answer |\n|---|---|---|---|"
        parts.append("\n".join([head, *(f"| {' | '.join(map(plain, row))} |" for row in measures)]))
    if goes_by:
        parts.append(f"What it goes by: {plain(goes_by)}")
    parts.append("Limits:\n\n" + "\n".join(f"- {plain(each)}" for each in limits))
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """A text of strangers as text: no table, markup or link of theirs comes into being."""
    return re.sub(r"([\\`*_{}\[\]<>|#!])", r"\\\1", re.sub(r"\s+", " ", text)).replace("://", ": //").strip()
