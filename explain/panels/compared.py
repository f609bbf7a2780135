"""The card under an answer: the starting case beside the present one, the trail, and what else can be asked."""

import json
import math
from collections.abc import Iterator
from html import escape
from typing import Any

from inference.contents import digest
from inference.types import Answer, Raw
from inference.units import percent, quantity

from ..changes import clipped
from ..differences import differences
from ..types import Explanation
from . import oldnew
from .case import Case
from .trail import Step, Trail

PARTS = {
    "text": "a word",
    "messages": "a word",
    "image": "a region",
    "audio": "a stretch",
    "history": "an entry",
    "labels": "a label",
    "scene": "a car",
    "series": "a cell",
}
"""What can be hidden in the explanation, by kind of field; of columns, its rows."""


def compared(case: Case, trail: Trail, note: str = "") -> str:
    """The card; empty while nothing was answered. note: what was wrong with the last change."""
    if not trail.steps:
        return ""
    raw, answer = case.latest or (trail.raw, trail.present.answer)
    start = trail.steps[0]
    if digest(raw) == start.key:
        body = f'<p class="hint">{hint(case)}</p>'
    else:
        changes = differences(case.about.inputs, trail.first, raw)
        settled = trail.present if digest(raw) == trail.present.key else None
        rows = [*oldnew.edits(changes), *oldnew.outcome(case.about, start.answer, answer)]
        rows += reasons(start, settled, trail.first, raw) if settled else ()
        body = oldnew.figures(changes, trail.first, raw) + oldnew.table(rows)
        body += why_still(start, settled) if settled else ""
    wrong = f'<p class="wrong" role="alert">{escape(note)}</p>' if note else ""
    return (
        '<div class="card whatif" role="region" aria-label="What if"><h2 class="eyebrow">What if?</h2>'
        f"{wrong}{body}{steps(trail)}{questions(case, answer)}</div>"
    )


def hint(case: Case) -> str:
    """What can be tried."""
    kinds = [field.kind for field in case.about.inputs if field.role == "input"]
    parts = " or ".join(dict.fromkeys(PARTS.get(kind, "a row") for kind in kinds))
    return (
        f"Change anything in the form, or choose {parts} of the explanation below to see what happens without it: old "
        "and new will stand side by side here."
    )


def reasons(start: Step, now: Step, first: Raw, raw: Raw) -> Iterator[str]:
    """The rows of the reasons that changed most, of the latest target that both were asked about."""
    both = shared(start, now)
    return oldnew.reasons(*both, first, raw) if both else iter(())


def shared(start: Step, now: Step) -> tuple[Explanation, Explanation] | None:
    """Two explanations of one target."""
    for target in reversed(now.explained):
        if target in start.explained:
            return start.explained[target].explanation, now.explained[target].explanation
    return None


def why_still(start: Step, now: Step) -> str:
    """Where the two were asked about different targets: the question that makes them comparable."""
    placed = now.answer.prediction.kind in ("spans", "boxes")  # its targets are places, which a change may move
    if placed or not start.explained or not now.explained or shared(start, now):
        return ""
    target, known = next(iter(start.explained.items()))
    asked = escape(json.dumps(target.to_json()))
    output = escape(clipped(known.explanation.output, 40))
    return (
        f'<p class="buttons"><button type="button" data-target="{asked}">Which reasons for {output} changed?'
        "</button></p>"
    )


def steps(trail: Trail) -> str:
    """The trail: what was changed at each step and what came of it; each can be gone back to."""
    if len(trail.steps) < 2:
        return ""
    rows = "".join(step(each, place, place == trail.at) for place, each in enumerate(trail.steps))
    return (
        f'<nav class="trail" aria-label="Steps tried"><ol>{rows}</ol></nav><p class="buttons">'
        f"{command('explore', {'anew': True}, 'Start again from here')}</p>"
    )


def step(each: Step, place: int, current: bool) -> str:
    """One step of the trail."""
    mark = ' aria-current="step"' if current else ""
    data = escape(json.dumps({"step": place}))
    return (
        f'<li><button type="button" data-edit="{data}"{mark}><span dir="auto">{escape(clipped(each.told, 90))}</span>'
        f"<small>{'<br>'.join(escape(line) for line in outcome(each.answer))}</small></button></li>"
    )


def outcome(answer: Answer) -> list[str]:
    """The prediction, and the decision if there is one, in a few words each."""
    prediction = answer.prediction
    first = prediction.items[0] if prediction.items else None
    said = prediction.text or (first.name if first else "nothing found")
    if first and prediction.kind == "value":
        said = quantity(first.score, prediction.unit)
    elif first and prediction.text is None and prediction.scale == "probability":
        said = f"{clipped(said, 30)} {percent(first.score)}"
    return [clipped(said, 40), *([answer.decision.action] if answer.decision else [])]


def command(kind: str, data: dict[str, Any], label: str) -> str:
    """A button whose command page.js sends."""
    return f'<button type="button" data-{kind}="{escape(json.dumps(data))}">{label}</button>'


def questions(case: Case, answer: Answer) -> str:
    """What would flip the decision, and what a field does over its range."""
    fields = [f for f in case.about.inputs if f.role == "input" and f.kind in ("number", "category")]
    options = "".join(f'<option value="{escape(f.name)}">{escape(f.label)}</option>' for f in fields)
    over = (
        f'<span class="sweeping over"><label>Go over <select>{options}</select></label>'
        '<button type="button">Draw the curve</button></span>'
    )
    flips = command("explore", {"flip": True}, "What would flip it?")
    if case.task.kind == "value" and not case.about.decision:
        flips = past(answer)
    return f'<div class="tests" role="group" aria-label="Ask more">{flips}{over if fields else ""}</div>'


def past(answer: Answer) -> str:
    """Of a number without a rule: the value to get past, somewhat higher than it is unless told otherwise."""
    now = answer.prediction.items[0].score
    step = 10.0 ** (math.floor(math.log10(abs(now) or 1.0)) - 1)
    goal = (math.floor(now / step) + 1) * step
    unit = f" {escape(answer.prediction.unit)}" if answer.prediction.unit else ""
    return (
        f'<span class="sweeping"><label>What would bring it past <input type="number" step="any" value="{goal:g}">'
        f"{unit}</label>{command('explore', {'flip': True}, 'Find out')}</span>"
    )
