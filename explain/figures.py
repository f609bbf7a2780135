"""An Explanation as a figure with its alt text and its table. Colours and sizes are in assets/style/."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from inference.types import Raw

from .chosen import chosen
from .overlay import regions
from .roads import roads
from .shading import conversation, words
from .stopping import settled
from .timeline import timelines
from .types import Explanation
from .waterfall import table, waterfall
from .waveform import stretches
from .wording import Row, sentence

CAVEAT = "This is what the model uses, not what causes it."


@dataclass(frozen=True)
class Figure:
    """Safe HTML, its table with all values from the largest effect down, and a sentence that says the same."""

    html: str
    table: str
    alt: str
    rows: list[Row]


def draw(explanation: Explanation, raw: Raw) -> Figure:
    """The input with its features coloured, where it can be, then a waterfall; the table apart from them."""
    order = np.argsort(-np.abs(np.array(explanation.values)), kind="stable")
    values: Any = explanation.values
    stderr: Any = explanation.stderr or [None] * len(order)
    fixed = certain(values, explanation.stderr)
    features = explanation.features
    rows = [Row(features[i].label, values[i], stderr[i], fixed[i], features[i]) for i in order]
    alt = sentence(explanation, rows)
    kinds = {next(iter(feature.where)) for feature in explanation.features if feature.where}
    drawn = dict.fromkeys(INPUTS[kind] for kind in sorted(kinds) if kind in INPUTS)
    inputs = "".join(each(explanation, raw, alt) for each in drawn)
    html = f'<p class="sentence">{escape(alt)}</p><p class="hint">{CAVEAT}</p>{inputs}{waterfall(explanation, rows)}'
    return Figure(html, table(explanation, rows), alt, rows)


def certain(values: Any, stderr: Any) -> list[bool]:
    """Which places in the order are settled: none before there are errors; of exact values it goes without saying."""
    if stderr is None or not any(stderr):
        return [False] * len(values)
    return settled(np.array(values), np.array(stderr)).tolist()


INPUTS: dict[str, Callable[[Explanation, Raw, str], str]] = {
    "chars": words,
    "message": conversation,
    "region": regions,
    "seconds": stretches,
    "item": chosen,
    "items": chosen,
    "steps": timelines,
    "car": roads,
}
"""How features that have a place in the input are shown there."""
