"""What a model answered, as HTML: the prediction, the decision, the warnings, and the path of the input."""

import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

from ..demo import Demo, Interval
from ..pictures import data_uri
from ..serving.endpoints import Endpoints
from ..trace import Sight, Trace
from ..types import Answer, Prediction
from ..units import number, percent, quantity

LISTED = 5
"""Of many items, the page lists this many."""
TOKENS = 60
"""And of a text's tokens this many."""

EMPTY = (
    '<div class="empty"><b>Pick an example, or enter your own.</b><ol>'
    "<li><b>What</b> the model predicts, and what would be done about it</li>"
    "<li><b>Why</b>: what in your input spoke for it, and what against</li>"
    "<li><b>How</b>: the path your input took, step by step</li></ol></div>"
)
"""The answering side before there is an answer: what will stand there."""

WAITING = '<div class="card" aria-busy="true"><p class="hint">Predicting…</p></div>'
"""And while the model is at work."""


def stream(endpoints: Endpoints, name: str, inputs: dict[str, Any]) -> Iterator[tuple[str, str, Answer | None]]:
    """(answer, path) as HTML and the Answer once there is one, anew for each piece of a text being written.

    Raises what `answers` raises.
    """
    about, written, trace = endpoints.catalogue.about(name), "", Trace()
    for part in endpoints.answers(name, inputs, trace):
        if isinstance(part, Answer):
            task = endpoints.catalogue.task(name)
            sight = task.sight(trace.batch) if trace.batch else None
            yield answer(part, about, task.pieces(part.prediction)), path(part, sight), part
        else:
            written += part
            yield writing(written), "", None


def writing(text: str) -> str:
    """A text that is not finished."""
    return f'<div class="card answer"><p class="reply">{escape(text)}<span class="caret"></span></p></div>'


def answer(found: Answer, about: Demo, pieces: Sequence[str] = ()) -> str:
    """The prediction, then what would be done, then what to be careful about.

    pieces: the tokens of a written text, each of which can be asked about.
    """
    parts = [FIGURES[found.prediction.kind](found.prediction, pieces)]
    if about.interval:
        parts.append(around(found.prediction, about.interval))
    if found.decision and about.decision:
        tone = about.decision.tone(found.decision)
        parts.append(
            f'<div class="decision {tone}"><span class="eyebrow">What would be done</span>'
            f"<b>{escape(found.decision.action)}</b><span>{escape(found.decision.reason)}</span></div>"
        )
    if found.warnings:
        rows = "".join(f"<li>{escape(warning)}</li>" for warning in found.warnings)
        parts.append(f'<div class="warnings" role="note" aria-label="Warnings"><ul>{rows}</ul></div>')
    data = embedded("answer", found.to_json())
    return f'<div class="card answer" role="region" aria-label="Prediction">{"".join(parts)}{data}</div>'


def labels(prediction: Prediction, pieces: Sequence[str] = ()) -> str:
    """The first label large, all of them as bars; each can be asked about."""
    first = prediction.items[0]
    rows = [
        f"<li>{asking(item.id)}"
        f'<span class="name">{escape(item.name)}</span>'
        f'<span class="track"><span style="width:{100 * item.score:.1f}%"></span></span>'
        f'<span class="number">{percent(item.score)}</span></button></li>'
        for item in prediction.items
    ]
    return headline(first.name, percent(first.score)) + folded("ul", "bars", rows)


def value(prediction: Prediction, pieces: Sequence[str] = ()) -> str:
    """One number with its unit."""
    item = prediction.items[0]
    return headline(quantity(item.score, prediction.unit), item.name)


def around(prediction: Prediction, interval: Interval) -> str:
    """How exact a value is: where the truth lies how often, drawn on the stretch between."""
    item = prediction.items[0]
    low, high = item.interval or (item.score, item.score)
    place = 100 * (item.score - low) / ((high - low) or 1)
    ends = (quantity(end, prediction.unit) for end in (low, high))
    left, right = (f"<b>{escape(end)}</b>" for end in ends)
    return (
        f'<p class="around"><span class="track"><span style="left:{place:.1f}%"></span></span>'
        f"<span>In {percent(interval.level)} of all cases the truth lay in such a range: {left} to {right}</span></p>"
    )


def ranking(prediction: Prediction, pieces: Sequence[str] = ()) -> str:
    """The items, numbered; each can be asked about."""
    rows = [
        f'<li>{asking(item.id)}<span class="name">{escape(item.name)}</span>'
        f'<span class="number">{number(item.score)}</span></button></li>'
        for item in prediction.items
    ]
    return headline(prediction.items[0].name, "first of the suggestions") + folded("ol", "ranking", rows)


def folded(tag: str, name: str, rows: Sequence[str]) -> str:
    """A list whose first rows are shown and whose others can be unfolded."""
    start = f' style="counter-reset: place {LISTED}"' if tag == "ol" else ""
    html = f'<{tag} class="{name}">{"".join(rows[:LISTED])}</{tag}>'
    if len(rows) > LISTED:
        others = f'<{tag} class="{name}"{start}>{"".join(rows[LISTED:])}</{tag}>'
        html += f'<details class="others"><summary>{len(rows) - LISTED} more</summary>{others}</details>'
    return html + ASK_HINT


def written(prediction: Prediction, pieces: Sequence[str] = ()) -> str:
    """The text as it was written; each of its pieces can be asked about."""
    text = prediction.text or ""
    if "".join(pieces) == text:  # else a tokenizer that joins its tokens in its own way
        asked = [asking({"text": text, "token": i}, unseen(piece, i)) for i, piece in enumerate(pieces)]
        shown = "".join(f"{ask}{escape(piece)}</button>" for ask, piece in zip(asked, pieces, strict=True) if piece)
    else:
        shown = escape(text)
    hint = ASK_WORD_HINT if "<button" in shown else ""
    return f'<h2 class="eyebrow">Reply</h2><p class="reply" dir="auto">{shown}</p>{hint}'


ASK_HINT = '<p class="hint ask">Choose another one to see what speaks for it.</p>'
ASK_WORD_HINT = '<p class="hint ask">Choose a word of the reply to see what led to it.</p>'


def asking(target: Any, name: str = "") -> str:
    """The start of a button that asks why its target got its score; page.js sends it. name: where no text is one."""
    named = f' aria-label="{name}"' if name else ""
    return f'<button type="button" class="ask" data-target="{escape(json.dumps(target))}"{named}>'


def unseen(piece: str, place: int) -> str:
    """What a screen reader calls a piece in which there is nothing to read; nothing for any other."""
    readable = any(character.isprintable() and not character.isspace() for character in piece)
    return "" if readable else f"token {place + 1}"


def embedded(name: str, data: Any) -> str:
    """JSON that page.js can find and save."""
    return f'<div hidden data-case="{name}" data-json="{escape(json.dumps(data))}"></div>'


FIGURES: dict[str, Callable[[Prediction, Sequence[str]], str]] = {
    "labels": labels,
    "value": value,
    "ranking": ranking,
    "text": written,
}
"""How each kind of output is shown."""


def headline(large: str, beside: str) -> str:
    """The answer in one line."""
    return f'<h2 class="eyebrow">Prediction</h2><p class="headline">{escape(large)} <small>{escape(beside)}</small></p>'


def path(found: Answer, sight: Sight | None = None) -> str:
    """The steps the input took in words, each with its time, what the model saw, and behind a fold the shapes."""
    rows = "".join(
        f'<li><span class="name">{escape(step.step)}</span><span class="number">{milliseconds(step.ms)}</span>'
        f"<span>{escape(step.words or step.detail)}{seen(sight) if step.step == 'preprocessing' else ''}</span></li>"
        for step in found.trace
    )
    detail = "".join(
        f"<tr><td>{escape(step.step)}</td><td>{escape(step.detail)}</td></tr>" for step in found.trace if step.words
    )
    shapes = f"<details><summary>Shapes and types</summary><table><tbody>{detail}</tbody></table></details>"
    return (
        '<div class="card" role="region" aria-label="Path of the input">'
        f'<h2 class="eyebrow">The path your input took</h2><ol class="path">{rows}</ol>{shapes if detail else ""}</div>'
    )


def seen(sight: Sight | None) -> str:
    """What the model saw: a text's tokens, or the picture in its size."""
    if sight is None:
        return ""
    if sight.picture:
        width, height = sight.picture.size
        alt = "Your picture as the model sees it"
        return f'<img class="sight" src="{data_uri(sight.picture)}" alt="{alt}" width="{width}" height="{height}">'
    tokens = (token.replace("\n", "↵") for token in sight.tokens[:TOKENS])
    shown = "".join(f"<code>{escape(token)}</code>" for token in tokens)
    more = f" and {len(sight.tokens) - TOKENS:,} more" if len(sight.tokens) > TOKENS else ""
    return f'<span class="tokens" dir="auto">{shown}{more}</span>'


def milliseconds(ms: float) -> str:
    """`< 0.1 ms`, `0.2 ms`, `12 ms`, `1.4 s`."""
    if ms < 0.1:
        return "< 0.1 ms"
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def failure(message: str) -> str:
    """An error that the visitor can act on."""
    return f'<div class="card failure" role="alert"><b>This did not work.</b> {escape(message)}</div>'
