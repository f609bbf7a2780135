"""A Comparison as HTML: what both say and do, how long they take, and why, side by side. It draws no single answer."""

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from inference.demo import Demo
from inference.panels.predictions import FIGURES, Shown
from inference.panels.predictions.parts import ASK_HINT
from inference.types import Raw

from ..comparison import Comparison, Side
from ..figures import draw
from ..frame import folded, mark
from ..twofold import LISTED, plain, twofold
from ..types import Explanation
from ..wording import named


@dataclass(frozen=True)
class Seen:
    """Whose answer a side shows: its name for people, what the model says of itself, and the checked input."""

    name: str
    about: Demo
    raw: Raw


def beside(found: Comparison, first: Seen, second: Seen) -> str:
    """The verdict, then both sides, then the reasons that both have, bar beside bar."""
    alike = found.same and found.same_decision is not False
    sides = "".join(side(each, seen) for each, seen in ((found.first, first), (found.second, second)))
    return unasked(
        f'<div class="card" role="region" aria-label="Comparison">{mark(alike, escape(found.verdict))}'
        f'<p class="hint">{pace(found, first.name, second.name)}</p></div>'
        f'<div class="two-sides">{sides}</div>{reasons(found, first.name, second.name)}'
    )


def pace(found: Comparison, first: str, second: str) -> str:
    """How long both take."""
    one, two = found.first.timing, found.second.timing
    told = f"{escape(first)} takes {milliseconds(one.median)}, {escape(second)} {milliseconds(two.median)}"
    ratio = max(found.faster, 1 / found.faster)
    faster = second if found.faster > 1 else first
    by = f" {escape(faster)} is {ratio:.1f} times as fast." if ratio >= 1.1 else ""
    return f"{told}: medians of {one.rounds} answers each, in turns.{by}"


def milliseconds(ms: float) -> str:
    """`0.52 ms`, `12 ms`, `1.4 s`."""
    if ms >= 1000:
        return f"{ms / 1000:.1f} s"
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2f} ms"


def side(found: Side, seen: Seen) -> str:
    """One answer: prediction, decision, and the explanation once there is one."""
    answer = found.answer
    shown = FIGURES[answer.prediction.kind](Shown(answer.prediction, (), seen.raw))
    decision = ""
    if answer.decision and seen.about.decision:
        tone = seen.about.decision.tone(answer.decision)
        decision = (
            f'<div class="decision {tone}"><span class="eyebrow">What would be done</span>'
            f"<b>{escape(answer.decision.action)}</b><span>{escape(answer.decision.reason)}</span></div>"
        )
    return (
        f'<div class="card" role="region" aria-label="{escape(seen.name)}"><h3 class="side">{escape(seen.name)}</h3>'
        f"{below(shown)}{decision}{why(found.explanation, seen.raw)}</div>"
    )


def why(explanation: Explanation | None, raw: Raw) -> str:
    """The explanation of a side, while there is none a place for it."""
    if explanation is None:
        return ""
    figure = draw(explanation, raw)
    return f'<h4 class="eyebrow">Why {escape(named(explanation))}?</h4>{figure.html}{figure.table}'


def below(shown: str) -> str:
    """A prediction under the heading of its side."""
    return shown.replace("<h2", "<h4").replace("</h2>", "</h4>")


def unasked(html: str) -> str:
    """Figures without their questions: on this screen nobody answers them."""
    plain = re.sub(r'<button type="button" class="(ask|pick)"[^>]*>', r'<span class="\1">', html)
    plain = re.sub(r' data-feature="[^"]*" data-label="[^"]*" data-verb="[^"]*"', "", plain)
    return plain.replace("</button>", "</span>").replace(ASK_HINT, "")


def reasons(found: Comparison, first: str, second: str) -> str:
    """The features of both, the strongest first, a bar for each side."""
    one, two = found.first.explanation, found.second.explanation
    if found.moved is None or one is None or two is None:
        return ""
    values: Any = dict(zip((feature.id for feature in two.features), two.values, strict=True))
    own: Any = one.values
    pairs = [(own[i], values[feature.id]) for i, feature in enumerate(one.features) if feature.id in values]
    order = sorted(range(len(pairs)), key=lambda i: -max(map(abs, pairs[i])))
    largest = max((abs(value) for pair in pairs for value in pair), default=0) or 1.0
    rows = "".join(twofold(one, i, pairs[i], largest) for i in order[:LISTED])
    listed = [[one.features[i].label, *(plain(value, one) for value in pairs[i])] for i in order]
    keys = "".join(
        f'<li><span class="key {key}"></span><span>{escape(name)}</span></li>'
        for key, name in (("one", first), ("two", second))
    )
    return (
        f'<div class="card check" role="region" aria-label="Reasons side by side"><h2 class="eyebrow">Reasons side by '
        f'side</h2><ul class="baselines">{keys}</ul><ul class="effects twofold">{rows}</ul>'
        f"{folded(['Feature', escape(first), escape(second)], listed)}</div>"
    )
