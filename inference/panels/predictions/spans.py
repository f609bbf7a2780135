"""Passages of a text, marked where they stand. A figure knows no task."""

from collections.abc import Sequence
from html import escape

from ...types import Item, Prediction
from ...units import number, percent
from .parts import Shown, asking, folded, headline

TONES = 6
"""Colours that labels are told apart by, beside their names; more labels share them."""
LARGE = 100
"""Characters that fit a headline."""
MARKED = 0.1
"""A span is marked in the text from this share of the first one's score; the others stand in the list alone."""
NOTHING = '<p class="hint">Nothing was found in this text.</p>'


def spans(shown: Shown) -> str:
    """What the spans amount to, the text with each marked under its label, and all of them by their scores."""
    items = shown.prediction.items
    worth = [item for item in items if items[0].chars and item.score >= MARKED * items[0].score]
    tones = {label: i % TONES for i, label in enumerate(dict.fromkeys(label_of(item) for item in in_order(worth)))}
    fields = dict.fromkeys(item.chars[0] for item in items if item.chars) or list(shown.raw)[-1:]
    texts = "".join(marked(shown.raw.get(name, ""), in_order(worth, name), tones) for name in fields)
    several = len({label_of(item) for item in items if item.chars}) > 1
    rows = [row(item, shown.prediction, tones, several) for item in items]
    return answer(shown.prediction) + texts + (folded("ul", "bars found", rows) if rows else NOTHING)


def answer(prediction: Prediction) -> str:
    """What the spans amount to, if it is more than a list: large where it is short."""
    text = prediction.text
    if not text:
        return '<h2 class="eyebrow">Prediction</h2>'
    if len(text) <= LARGE:
        return headline(text, score(prediction.items[0], prediction))
    return f'<h2 class="eyebrow">Prediction</h2><p class="reply" dir="auto">{escape(text)}</p>'


def in_order(items: Sequence[Item], field: str | None = None) -> list[Item]:
    """The items that lie in a text, or in that of one field, as they stand there; of two that overlap the better."""
    placed: list[Item] = []
    for item in items:
        if item.chars and field in (None, item.chars[0]) and all(apart(item, other) for other in placed):
            placed.append(item)
    return sorted(placed, key=lambda item: item.chars or ("", 0, 0))


def apart(one: Item, other: Item) -> bool:
    """Whether two spans share no character."""
    assert one.chars and other.chars  # both are placed
    (field, start, end), (other_field, first, last) = one.chars, other.chars
    return field != other_field or end <= first or last <= start


def marked(text: str, items: Sequence[Item], tones: dict[str, int]) -> str:
    """A text in which each span can be asked about; its label stands behind it."""
    parts, reached = [], 0
    for item in items:
        _, start, end = item.chars or ("", 0, 0)
        label = label_of(item)
        parts.append(f'{escape(text[reached:start])}<span class="span tone-{tones[label]}">{asking(item.id)}')
        parts.append(f"{escape(text[start:end])}<small>{escape(label)}</small></button></span>")
        reached = end
    return f'<p class="spans" dir="auto">{"".join(parts)}{escape(text[reached:])}</p>'


def row(item: Item, prediction: Prediction, tones: dict[str, int], several: bool) -> str:
    """One span in the list; its label where there are several."""
    width = 100 * min(max(item.score, 0), 1)
    label = label_of(item) if item.chars else ""
    tone = f"tone-{tones.get(label, 0)}"
    told = f'<small class="facts">{escape(label)}</small>' if several else ""
    return (
        f'<li class="{tone}">{asking(item.id)}<span class="name">{escape(item.name)}{told}</span>'
        f'<span class="track"><span style="width:{width:.1f}%"></span></span>'
        f'<span class="number">{score(item, prediction)}</span></button></li>'
    )


def label_of(item: Item) -> str:
    """The label of a span."""
    return (item.facts or {}).get("label", item.id.partition("@")[0])


def score(item: Item, prediction: Prediction) -> str:
    """A span's score as people read it."""
    return percent(item.score) if prediction.scale == "probability" else number(item.score)
