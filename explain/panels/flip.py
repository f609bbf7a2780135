"""What would flip a decision, and a field over its range: asked on demand, shown under the card of old and new."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from typing import Any

from inference.panels.answer import embedded, failure
from inference.panels.waiting import how_far, standing
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.types import Raw
from inference.units import clock

from ..changes import Counterfactual, Counterfactuals
from ..instead import draw
from ..sweep import Sweep
from ..swept import swept
from ..types import Progress
from .case import Case

LOOKING, DRAWING = "Trying changes, each with the model", "Going over the range"


@dataclass(frozen=True)
class Found:
    """What is known so far, as HTML, and the changes that can be tried."""

    html: str
    flips: Sequence[Counterfactual] = ()
    working: bool = False


def stream(case: Case, inputs: dict[str, Any], command: dict[str, Any]) -> Iterator[Found]:
    """What is asked of an input, ever more of it; what cannot be done as a message."""
    try:
        raw = case.task.parse(inputs)
        if "sweep" in command:
            yield from over(case, inputs, command["sweep"])
        elif "flip" in command:
            yield from flips(case, inputs, raw, command.get("past"))
    except Exception as error:
        yield Found(failure(report(error).message))


def over(case: Case, inputs: dict[str, Any], field: Any) -> Iterator[Found]:
    """A field over its range."""
    yield at_work("Over its range", DRAWING, Progress(0, 1))
    with closing(case.endpoints.sweeps(case.name, inputs, field)) as found:  # type: ignore[type-var]  # generators
        for part in found:
            if isinstance(part, Sweep):
                title = f"{part.output} over {part.label}"
                yield Found(card(title, swept(part) + embedded("sweep", part.to_json())))
            elif isinstance(part, Waiting):
                yield Found(standing(part), working=True)
            elif isinstance(part, Progress):
                yield at_work("Over its range", DRAWING, part)


def flips(case: Case, inputs: dict[str, Any], raw: Raw, past: Any) -> Iterator[Found]:
    """Changes that flip what is decided, each as soon as it is found."""
    title, known = "What would flip it?", list[Counterfactual]()
    yield at_work(title, LOOKING, Progress(0, 1))
    asked = {"past": past, "memory": case.memory}
    with closing(case.endpoints.changes(case.name, inputs, **asked)) as found:  # type: ignore[type-var]  # generators
        for part in found:
            if isinstance(part, Counterfactual):
                known.append(part)
            elif isinstance(part, Waiting):
                yield Found(standing(part), working=True)
            elif isinstance(part, Progress):
                yield at_work(title, LOOKING, part, f"{len(known)} found so far" if known else "")
            elif isinstance(part, Counterfactuals):
                yield result(part, raw, title)


def result(found: Counterfactuals, raw: Raw, title: str) -> Found:
    """All changes that were found, and the nearest real row."""
    each = [*found.found, *([found.nearest] if found.nearest else [])]
    ways = "".join(way(place, one, raw, found.now) for place, one in enumerate(found.found))
    if found.nearest:
        ways += '<h3 class="eyebrow">The nearest real case that is decided otherwise</h3>'
        ways += way(len(each) - 1, found.nearest, raw, found.now)
    spent = f"{found.evaluations:,} evaluations in {clock(found.seconds)}; the model was asked about each change."
    none = "" if found.found else " Try again with other values, or change something yourself."
    body = f'<p class="sentence">{escape(found.verdict)}{none}</p>{ways}<p class="hint">{spent}</p>'
    return Found(card(title, body + embedded("counterfactuals", found.to_json())), each)


def way(place: int, one: Counterfactual, raw: Raw, now: str) -> str:
    """One set of changes, and the button that puts it into the form."""
    data = escape(json.dumps({"try": place}))
    button = f'<p class="buttons"><button type="button" data-edit="{data}">Try it</button></p>'
    return f'<div class="way">{button}{draw(one, raw, now)}</div>'


def card(title: str, body: str, working: bool = False) -> str:
    """A card of its own under that of old and new."""
    busy = ' aria-busy="true"' if working else ""
    head = f'<div class="card flips" role="region" aria-label="{escape(title)}"{busy}>'
    return f'{head}<h2 class="eyebrow">{escape(title)}</h2>{body}</div>'


def at_work(title: str, doing: str, progress: Progress, more: str = "") -> Found:
    """What there is to see while it lasts."""
    return Found(card(title, busy(doing, progress, more), True), working=True)


def busy(doing: str, progress: Progress, more: str = "") -> str:
    """How far it has come."""
    share = progress.done / max(progress.total, 1)
    told = f"{progress.done:,} of at most {progress.total:,} evaluations" if progress.total > 1 else ""
    said = " · ".join(filter(None, (told, more)))
    return f"<p>{escape(doing)}</p>{how_far(doing, said, share)}"
