"""An Explanation as a figure with its alt text and its table. Colours and sizes are in assets/style.css."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.pictures import data_uri
from inference.types import ItemTarget, Raw
from inference.units import decimals, listed, quantity

from .types import Explanation, Feature

LISTED = 12
"""Steps of the waterfall; the table has every feature."""
CAVEAT = "This is what the model uses, not what causes it."
NUMBERED = 5
"""Regions whose numbers stand on the picture."""
FOR, AGAINST = (37, 99, 235), (217, 95, 2)
"""Blue speaks for the target, orange against it: told apart with any common colour blindness, as are their hues."""

Row = tuple[str, float, float | None]
"""A feature's label, its value, and its standard error if there is one."""


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
    rows: list[Row] = [(explanation.features[i].label, values[i], stderr[i]) for i in order]
    alt = sentence(explanation, rows)
    kinds = {next(iter(feature.where)) for feature in explanation.features if feature.where}
    inputs = "".join(INPUTS[kind](explanation, raw, alt) for kind in sorted(kinds) if kind in INPUTS)
    html = f'<p class="sentence">{escape(alt)}</p><p class="hint">{CAVEAT}</p>{inputs}{waterfall(explanation, rows)}'
    return Figure(html, table(explanation, rows), alt, rows)


def words(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The texts with each word shaded by its value, a paragraph a field."""
    fields = dict.fromkeys(f.field for f in explanation.features if f.where and "chars" in f.where)
    return "".join(paragraph(explanation, name, raw[name]) for name in fields)


def paragraph(explanation: Explanation, name: str, text: str) -> str:
    """One field's text."""
    strength = strengths(explanation)
    values: Any = dict(zip((f.id for f in explanation.features), explanation.values, strict=True))
    parts, end = [], 0
    for feature in explanation.features:
        if feature.field != name:
            continue
        start, stop = (feature.where or {})["chars"]
        share = strength[feature.id]
        parts.append(escape(text[end:start]))
        parts.append(
            f'<mark class="{side(share)}" style="--strength:{abs(share):.2f}" '
            f'title="{signed(values[feature.id], explanation)}">{escape(text[start:stop])}</mark>'
        )
        end = stop
    return (
        f'<p class="words" role="group" aria-label="Your text, shaded" tabindex="0" dir="auto" '
        f'data-field="{escape(name)}">{"".join(parts)}{escape(text[end:])}</p>'
    )


def regions(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The picture under a veil of blue and orange regions."""
    label_map = explanation.label_map
    if label_map is None:
        return ""
    photo = raw[label_map.field].copy()
    photo.thumbnail((512, 512))
    veil = overlay(explanation).resize(photo.size, Image.Resampling.BICUBIC)
    return (
        f'<figure class="regions"><img src="{data_uri(photo)}" alt="{escape(alt)}">'
        f'<img class="veil" src="{data_uri(veil, "PNG")}" alt="">{numbers(explanation)}</figure>'
    )


INPUTS: dict[str, Callable[[Explanation, Raw, str], str]] = {"chars": words, "region": regions}
"""How features that have a place in the input are shown there."""


def numbers(explanation: Explanation) -> str:
    """The strongest regions' numbers, each on the pixel of its region nearest to the region's middle."""
    labels = label_array(explanation)
    height, width = labels.shape
    strength = strengths(explanation)
    strongest = sorted(mapped(explanation), key=lambda feature: -abs(strength[feature.id]))[:NUMBERED]
    tags = ""
    for feature in strongest:
        index = (feature.where or {})["region"]
        ys, xs = np.nonzero(labels == index)
        if not len(ys) or not strength[feature.id]:
            continue
        nearest = np.argmin((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2)
        left, top = 100 * (xs[nearest] + 0.5) / width, 100 * (ys[nearest] + 0.5) / height
        tags += f'<b style="left:{left:.1f}%;top:{top:.1f}%">{index + 1}</b>'
    return tags


def label_array(explanation: Explanation) -> NDArray[np.uint8]:
    """The label map's indices, uint8[height, width]."""
    assert explanation.label_map is not None  # asked for only where there is one
    _, _, body = explanation.label_map.png.partition(",")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))


def mapped(explanation: Explanation) -> list[Feature]:
    """The regions of the picture that the label map is of; there may be a second picture."""
    assert explanation.label_map is not None  # asked for only where there is one
    field = explanation.label_map.field
    return [feature for feature in explanation.features if feature.field == field]


def overlay(explanation: Explanation) -> Image.Image:
    """The label map coloured: RGBA, as opaque as a region's value is large."""
    labels, strength = label_array(explanation), strengths(explanation)
    colours = np.zeros((256, 4), np.uint8)
    for feature in mapped(explanation):
        share = strength[feature.id]
        colours[(feature.where or {})["region"]] = (*(FOR if share >= 0 else AGAINST), round(170 * abs(share)))
    return Image.fromarray(colours[labels])


def waterfall(explanation: Explanation, rows: list[Row]) -> str:
    """From the score with everything hidden to the score as it is, a floating bar a feature with its 95 % interval."""
    listed, rest = rows[:LISTED], rows[LISTED:]
    if rest:
        listed = [*listed, (f"{len(rest)} more together", sum(value for _, value, _ in rest), None)]
    base, score = float(explanation.base), float(explanation.score)  # type: ignore[arg-type]  # of one output
    ends = np.cumsum([base, *(value for _, value, _ in listed)])
    margins = [1.96 * (stderr or 0) for _, _, stderr in listed]
    low = min(ends.min(), score, *(end - margin for end, margin in zip(ends[1:], margins, strict=True)))
    high = max(ends.max(), score, *(end + margin for end, margin in zip(ends[1:], margins, strict=True)))
    axis = Axis(low, (high - low) or 1.0)
    steps = "".join(step(row, start, axis, explanation) for row, start in zip(listed, ends, strict=False))
    against, in_favour = ("lowers it", "raises it") if is_amount(explanation) else ("speaks against", "speaks for")
    return (
        f'<div class="legend"><span class="against">{against}</span><span class="for">{in_favour}</span></div>'
        f'<ul class="effects">{level("Everything hidden", base, axis, explanation)}{steps}'
        f"{level('Nothing hidden', score, axis, explanation)}</ul>"
    )


@dataclass(frozen=True)
class Axis:
    """A stretch of scores that fills the width of a track."""

    low: float
    width: float

    def at(self, score: float) -> float:
        """Where a score stands, in percent of the width."""
        return 100 * (score - self.low) / self.width


def level(label: str, score: float, axis: Axis, explanation: Explanation) -> str:
    """The row of one of the two ends."""
    return (
        f'<li class="level"><span class="name">{label}</span><span class="track">'
        f'<span class="tick" style="left:{axis.at(score):.1f}%"></span></span>'
        f'<span class="number">{sized(score, explanation)}</span></li>'
    )


def step(row: Row, start: float, axis: Axis, explanation: Explanation) -> str:
    """One feature's row: its bar goes from where the rows above ended to where its own value leads."""
    label, value, stderr = row
    left, right = sorted((axis.at(start), axis.at(start + value)))
    whisker = ""
    if stderr:
        low, high = (axis.at(start + value + edge * stderr) for edge in (-1.96, 1.96))
        whisker = f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
    return (
        f'<li><span class="name" dir="auto" title="{escape(label)}">{escape(clipped(label))}</span><span class="track">'
        f'<span class="{side(value)}" style="left:{left:.1f}%;width:{right - left:.1f}%"></span>{whisker}</span>'
        f'<span class="number">{signed(value, explanation)}</span></li>'
    )


def table(explanation: Explanation, rows: list[Row]) -> str:
    """Every value as numbers, behind a fold."""
    body = "".join(
        f"<tr><td>{escape(label)}</td><td>{signed(value, explanation)}</td>"
        f"<td>{'' if stderr is None else '± ' + sized(1.96 * stderr, explanation)}</td></tr>"
        for label, value, stderr in rows
    )
    return (
        "<details><summary>As a table</summary><table><thead><tr><th>Feature</th><th>Effect</th>"
        f"<th>95 % interval</th></tr></thead><tbody>{body}</tbody></table></details>"
    )


def sentence(explanation: Explanation, rows: list[Row]) -> str:
    """What moved the output most, in words."""
    biggest = max((abs(value) for _, value, _ in rows), default=0)
    strong = [row for row in rows[:6] if abs(row[1]) >= 0.1 * biggest > 0]
    up = [f"“{clipped(label)}”" for label, value, _ in strong if value > 0][:3]
    down = [f"“{clipped(label)}”" for label, value, _ in strong if value < 0][:3]
    if not strong:
        return f"Nothing in the input moved {named(explanation)}."
    raises, lowers = VERBS[is_amount(explanation)]
    parts = [(up, raises), (down, lowers)]
    if sum(value for _, value, _ in rows) < 0:
        parts.reverse()
    (first, verb), *second = [(names, verb) for names, verb in parts if names]
    said = f"{listed(first)} {verb} {named(explanation)} most"
    return said + "".join(f"; {listed(names)} {verb} it" for names, verb in second) + "."


VERBS = {True: ("raised", "lowered"), False: ("spoke for", "spoke against")}
"""An amount is raised or lowered; a label, an item or a text is spoken for or against."""


def named(explanation: Explanation) -> str:
    """What is explained, in quotation marks unless it is described already."""
    return explanation.output if explanation.output.startswith(("the ", "token ")) else f"“{explanation.output}”"


def is_amount(explanation: Explanation) -> bool:
    """Whether what is explained is a number in its own right."""
    return isinstance(explanation.target, ItemTarget) and explanation.target.item == "value"


def clipped(label: str) -> str:
    """A label short enough for a line."""
    return label if len(label) <= 48 else f"{label[:46].rstrip()}…"


def strengths(explanation: Explanation) -> dict[str, float]:
    """Values by feature id, scaled so that the largest is 1 or −1."""
    values: Any = explanation.values
    top = max((abs(value) for value in values), default=0) or 1
    return {feature.id: value / top for feature, value in zip(explanation.features, values, strict=True)}


def side(value: float) -> str:
    """The CSS class of a sign."""
    return "for" if value >= 0 else "against"


def signed(value: float, explanation: Explanation) -> str:
    """`+0.120`, `−$1,200`: as many decimals as the largest value needs."""
    return f"{'−' if value < 0 else '+'}{sized(abs(value), explanation)}"


def sized(value: float, explanation: Explanation) -> str:
    """A value with the decimals that suit the figure, as HTML."""
    numbers: Any = explanation.values
    ends: Any = (explanation.base, explanation.score)
    largest = max((abs(number) for number in numbers), default=0) or max(map(abs, ends))
    places = decimals(largest)
    text = quantity(value, explanation.unit, places)
    return escape(text.replace("-", "−", 1) if value < 0 else text)
