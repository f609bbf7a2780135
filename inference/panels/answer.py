"""What a model answered, as HTML: the prediction, the decision, the warnings, and the path of the input."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from ..demo import Demo
from ..interval import Interval
from ..pictures import data_uri
from ..serving.endpoints import Endpoints
from ..serving.places import Waiting
from ..study.likeness import Likeness, likeness
from ..trace import Sight, Trace
from ..types import Answer, Prediction, Raw, Table
from ..units import percent, quantity
from .marks import marks
from .predictions import FIGURES, Shown
from .waiting import standing

TOKENS = 60
"""Of the tokens that the model sees of a text, so many are shown."""

EMPTY = (
    '<div class="empty"><b>Pick an example, or enter your own.</b><ol>'
    "<li><b>What</b>: what the model predicts, and what would be done about it</li>"
    "<li><b>Why</b>: what in your input spoke for it, and what against</li>"
    "<li><b>How</b>: the path your input took, step by step</li></ol></div>"
)
"""The answering side before there is an answer: what will stand there."""

WAITING = '<div class="card" aria-busy="true"><p class="hint">Predicting…</p></div>'
"""And while the model is at work."""


def stream(
    endpoints: Endpoints, name: str, inputs: dict[str, Any], trace: Trace | None = None, asked: bool = True
) -> Iterator[tuple[str, str, Answer | None]]:
    """(answer, path) as HTML and the Answer once there is one, anew for each piece of a text being written.

    trace: notes the checked input, for whoever wants it. asked: whether somebody asked, so that the answer may be kept;
    not while somebody types. Raises what `answers` raises.
    """
    about, written, trace = endpoints.catalogue.about(name), "", trace or Trace()
    for part in (endpoints.asked if asked else endpoints.answers)(name, inputs, trace):
        if isinstance(part, Answer):
            task = endpoints.catalogue.task(name)
            sight = task.sight(trace.batch) if trace.batch else None
            like = None if part.tables else likeness(task, trace.raw or {}, part.warnings)  # tables say what is usual
            yield answer(part, about, task.pieces(part.prediction), trace.raw, like), path(part, sight), part
        elif isinstance(part, Waiting):
            yield standing(part), "", None
        else:
            written += part
            yield writing(written) if written else WAITING, "", None


def writing(text: str) -> str:
    """A text that is not finished."""
    return f'<div class="card answer"><p class="reply">{escape(text)}<span class="caret"></span></p></div>'


def answer(
    found: Answer, about: Demo, pieces: Sequence[str] = (), raw: Raw | None = None, like: Likeness | None = None
) -> str:
    """The prediction, then what would be done, then what to be careful about.

    pieces: the tokens of a written text, each of which can be asked about. raw: the checked input. like: whether it is
    like what the model knows.
    """
    parts = [FIGURES[found.prediction.kind](Shown(found.prediction, pieces, raw or {}))]
    if about.interval:
        parts.append(around(found.prediction, about.interval))
    if found.decision and about.decision:
        tone = about.decision.tone(found.decision)
        parts.append(
            f'<div class="decision {tone}"><span class="eyebrow">What would be done</span>'
            f"<b>{escape(found.decision.action)}</b><span>{escape(found.decision.reason)}</span></div>"
        )
    parts += map(table, found.tables)
    if found.warnings:
        rows = "".join(f"<li>{escape(warning)}</li>" for warning in found.warnings)
        parts.append(f'<div class="warnings" role="note" aria-label="Warnings"><ul>{rows}</ul></div>')
    if like:
        parts.append(
            f'<p class="like{"" if like.like else " unlike"}"><b aria-hidden="true">{"✓" if like.like else "!"}</b>'
            f"{escape(like.words)}</p>"
        )
    parts.append(marks(found, about))
    data = embedded("answer", found.to_json())
    return f'<div class="card answer" role="region" aria-label="Prediction">{"".join(parts)}{data}</div>'


def table(shown: Table) -> str:
    """What a prediction is best read beside."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in shown.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in shown.rows)
    return (
        f'<figure class="beside"><figcaption>{escape(shown.title)}</figcaption><div class="wide" tabindex="0" '
        f'role="region" aria-label="{escape(shown.title)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></figure>"
    )


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


def embedded(name: str, data: Any) -> str:
    """JSON that page.js can find and save."""
    return f'<div hidden data-case="{name}" data-json="{escape(json.dumps(data))}"></div>'


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
    """What the model saw: the picture in its size, and a text's tokens."""
    if sight is None:
        return ""
    picture = ""
    if sight.picture:
        width, height = sight.picture.size
        alt = "Your picture as the model sees it"
        picture = f'<img class="sight" src="{data_uri(sight.picture)}" alt="{alt}" width="{width}" height="{height}">'
    if not sight.tokens:
        return picture
    tokens = (token.replace("\n", "↵") for token in sight.tokens[:TOKENS])
    shown = "".join(f"<code>{escape(token)}</code>" for token in tokens)
    more = f" and {len(sight.tokens) - TOKENS:,} more" if len(sight.tokens) > TOKENS else ""
    return f'{picture}<span class="tokens" dir="auto">{shown}{more}</span>'


def milliseconds(ms: float) -> str:
    """`< 0.1 ms`, `0.2 ms`, `12 ms`, `1.4 s`."""
    if ms < 0.1:
        return "< 0.1 ms"
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def failure(message: str) -> str:
    """An error that the visitor can act on."""
    return f'<div class="card failure" role="alert"><b>This did not work.</b> {escape(message)}</div>'
