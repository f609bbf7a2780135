"""What a model answered, as HTML: the prediction, the decision, the warnings, and the path of the input."""

from collections.abc import Callable, Iterator
from html import escape

from ..demo import Demo
from ..serving.endpoints import Endpoints
from ..types import Answer, Prediction
from ..units import number, quantity

LISTED = 5
"""Of many items, the page lists this many."""

EMPTY = (
    '<div class="empty"><b>Pick an example, or enter your own.</b><ol>'
    "<li><b>What</b> the model predicts, and what would be done about it</li>"
    "<li><b>Why</b>: what in your input spoke for it, and what against</li>"
    "<li><b>How</b>: the path your input took, step by step</li></ol></div>"
)
"""The answering side before there is an answer: what will stand there."""

WAITING = '<div class="card" aria-busy="true"><p class="hint">Predicting…</p></div>'
"""And while the model is at work."""


def stream(endpoints: Endpoints, name: str, inputs: dict[str, object]) -> Iterator[tuple[str, str, Prediction | None]]:
    """(answer, path) as HTML and the prediction once there is one, anew for each piece of a text being written.

    Raises what `answers` raises.
    """
    about, written = endpoints.catalogue.about(name), ""
    for part in endpoints.answers(name, inputs):
        if isinstance(part, Answer):
            yield answer(part, about), path(part), part.prediction
        else:
            written += part
            yield writing(written), "", None


def writing(text: str) -> str:
    """A text that is not finished."""
    return f'<div class="card answer"><p class="reply">{escape(text)}<span class="caret"></span></p></div>'


def answer(found: Answer, about: Demo) -> str:
    """The prediction, then what would be done, then what to be careful about."""
    parts = [FIGURES[found.prediction.kind](found.prediction)]
    if found.decision and about.decision:
        tone = about.decision.tone(found.decision)
        parts.append(
            f'<div class="decision {tone}"><span class="eyebrow">What would be done</span>'
            f"<b>{escape(found.decision.action)}</b><span>{escape(found.decision.reason)}</span></div>"
        )
    if found.warnings:
        rows = "".join(f"<li>{escape(warning)}</li>" for warning in found.warnings)
        parts.append(f'<ul class="warnings" role="note" aria-label="Warnings">{rows}</ul>')
    return f'<div class="card answer" role="region" aria-label="Prediction">{"".join(parts)}</div>'


def labels(prediction: Prediction) -> str:
    """The first label large, the first few as bars."""
    first = prediction.items[0]
    rows = "".join(
        f'<li><span class="name">{escape(item.name)}</span>'
        f'<span class="track"><span style="width:{100 * item.score:.1f}%"></span></span>'
        f'<span class="number">{percent(item.score)}</span></li>'
        for item in prediction.items[:LISTED]
    )
    return headline(first.name, percent(first.score)) + f'<ul class="bars">{rows}</ul>'


def value(prediction: Prediction) -> str:
    """One number with its unit."""
    item = prediction.items[0]
    return headline(quantity(item.score, prediction.unit), item.name)


def ranking(prediction: Prediction) -> str:
    """The first items, numbered."""
    rows = "".join(
        f'<li><span class="name">{escape(item.name)}</span><span class="number">{number(item.score)}</span></li>'
        for item in prediction.items[:LISTED]
    )
    return headline(prediction.items[0].name, "first of the suggestions") + f'<ol class="ranking">{rows}</ol>'


def written(prediction: Prediction) -> str:
    """The text as it was written."""
    return f'<h2 class="eyebrow">Reply</h2><p class="reply" dir="auto">{escape(prediction.text or "")}</p>'


FIGURES: dict[str, Callable[[Prediction], str]] = {
    "labels": labels,
    "value": value,
    "ranking": ranking,
    "text": written,
}
"""How each kind of output is shown."""


def headline(large: str, beside: str) -> str:
    """The answer in one line."""
    return f'<h2 class="eyebrow">Prediction</h2><p class="headline">{escape(large)} <small>{escape(beside)}</small></p>'


def percent(probability: float) -> str:
    """`97 %`, `0.4 %`, `< 0.1 %`."""
    points = 100 * probability
    if 0 < points < 0.1:
        return "< 0.1 %"
    return f"{points:.0f} %" if points >= 10 or points == 0 else f"{points:.1f} %"


def path(found: Answer) -> str:
    """The steps the input took, each with what came out of it and how long it took."""
    rows = "".join(
        f'<li><span class="name">{escape(step.step)}</span><span class="number">{milliseconds(step.ms)}</span>'
        f"<span>{escape(step.detail)}</span></li>"
        for step in found.trace
    )
    return (
        '<div class="card" role="region" aria-label="Path of the input">'
        f'<h2 class="eyebrow">The path your input took</h2><ol class="path">{rows}</ol></div>'
    )


def milliseconds(ms: float) -> str:
    """`0.2 ms`, `12 ms`, `1.4 s`."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def failure(message: str) -> str:
    """An error that the visitor can act on."""
    return f'<div class="card failure" role="alert"><b>This did not work.</b> {escape(message)}</div>'
