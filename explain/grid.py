"""Wordwise as a heat map: a row for each word of the text, a column for each part of the input."""

import json
from collections.abc import Sequence
from html import escape

import numpy as np

from inference.types import TextTarget

from .frame import folded
from .wording import clipped, side
from .wordwise import Wordwise, words

COLUMNS = 16
"""Parts of the input that are drawn, the strongest; the table has them all."""


def grid(found: Wordwise) -> str:
    """The heat map, whose words can be asked about, and its numbers as a table."""
    joined, values = words(found.pieces), np.array(found.values)
    summed = np.array([values[list(tokens)].sum(0) for tokens in joined])
    shown = np.sort(np.argsort(-np.abs(summed).sum(0), kind="stable")[:COLUMNS]).tolist()
    top = float(np.abs(summed[:, shown]).max()) or 1.0
    names = ["".join(found.pieces[token] for token in tokens).strip() for tokens in joined]
    head = "".join(f'<th scope="col"><span dir="auto">{escape(clip(found, i))}</span></th>' for i in shown)
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{ask(found, tokens[0], name)}</th>'
        f"{''.join(cell(float(row[i]), top) for i in shown)}</tr>"
        for tokens, name, row in zip(joined, names, summed, strict=True)
    )
    left_out = len(found.features) - len(shown)
    more = f" The {left_out} weakest parts of the input stand in the table alone." if left_out else ""
    table = folded(["Word", *(escape(each.label) for each in found.features)], plain(names, summed))
    return (
        f'<p class="hint">How much each part of the input (across) raised the log-probability of each word (down), in '
        f"nats: 1 makes it 2.7 times as likely.{more}</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Which part led to which word"><table class="grid">'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>{table}"
    )


def clip(found: Wordwise, feature: int) -> str:
    """A column's name, short."""
    label = clipped(found.features[feature].label)
    return label if len(label) <= 16 else f"{label[:15].rstrip()}…"


def ask(found: Wordwise, token: int, name: str) -> str:
    """A word as a button that asks what led to it; page.js sends the target."""
    assert isinstance(found.target, TextTarget)  # only a whole text has tokens
    target = escape(json.dumps(TextTarget(found.target.text, token).to_json()))
    return f'<button type="button" class="ask" data-target="{target}">{escape(name) or "␣"}</button>'


def cell(value: float, top: float) -> str:
    """One value, shaded."""
    share = abs(value) / top
    return f'<td class="{side(value)}" style="--strength:{share:.2f}">{signed(value) if share >= 0.05 else ""}</td>'


def signed(value: float) -> str:
    """`+1.2`, `−0.3`."""
    return f"{'−' if value < 0 else '+'}{abs(value):.1f}"


def plain(names: Sequence[str], summed: np.ndarray) -> list[list[str]]:
    """The rows of the table."""
    return [
        [name, *(f"{value:+.2f}".replace("-", "−") for value in row)] for name, row in zip(names, summed, strict=True)
    ]
