"""Why the model answered as it did, as HTML that sharpens while one watches."""

import time
from collections.abc import Iterator
from html import escape
from types import MappingProxyType
from typing import Any, cast

from inference.panels.answer import embedded
from inference.panels.waiting import standing
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.task import Task
from inference.types import Contrast, Target

from ..figures import Figure, draw
from ..memory import Memory
from ..types import Explanation, Progress
from ..wording import named
from .trust import Rivals, fold, tests
from .trust import card as closer

SECONDS = 20.0
"""How long the page keeps sharpening a figure."""

PAUSE = 0.25
"""Seconds between two figures at least: no eye follows more, and drawing costs the model's time."""

WAITING = (
    '<div class="card why" aria-busy="true"><h2 class="eyebrow">Why</h2>'
    '<p class="hint">Asking the model what it used…</p></div>'
)

NOTHING = (
    '<div class="card why" role="region" aria-label="Explanation"><h2 class="eyebrow">Why</h2>'
    '<p class="hint">Nothing was found, so there is nothing to explain.</p></div>'
)
"""Where a prediction is empty."""


def stream(
    endpoints: Endpoints,
    name: str,
    inputs: dict[str, Any],
    target: Target | None = None,
    memory: Memory | None = None,
) -> Iterator[str]:
    """The explanation of a target, by default the first, as HTML again and again. Raises what `explanations` raises."""
    task = endpoints.catalogue.task(name)
    raw, drawn = task.parse(inputs), -PAUSE
    for found in endpoints.explanations(name, inputs, target, seconds=SECONDS, memory=memory):
        if isinstance(found, Waiting):
            yield standing(found)
            continue
        explanation = cast(Explanation, found)
        if not explanation.kept and time.perf_counter() - drawn >= PAUSE:
            drawn = time.perf_counter()
            yield card(explanation, progress(explanation) + draw(explanation, raw).html)
    rivals: Rivals = {}
    for given in endpoints.rivals(name, raw, explanation.target) if task.kind == "text" else ():
        if isinstance(given, Waiting):
            yield standing(given)
        else:
            rivals = {each: named_both(task, each) for each in given}
    last = settled(explanation, draw(explanation, raw), rivals)
    yield last
    if task.parts(explanation.target) and memory is not None and len(explanation.features) > 1:
        for found in endpoints.checks(name, inputs, "tokens", explanation.target, memory=memory):
            if not isinstance(found, Progress | Waiting):
                yield last + closer("tokens", found)


def named_both(task: Task, contrast: Contrast) -> tuple[str, str]:
    """What the two of a contrast are called."""
    first, second = (task.name_of(each) for each in contrast.contrast)
    return first, second


def settled(explanation: Explanation, figure: Figure, rivals: Rivals = MappingProxyType({})) -> str:
    """The last figure with what would not outlast a redrawing: its controls, its table, its data."""
    opacity = OPACITY if explanation.label_map else ""
    data = embedded("explanation", explanation.to_json())
    took = f"{explanation.seconds:.1f} s" if explanation.seconds >= 0.05 else "under 0.1 s"
    known = KNOWN.format(took) if explanation.kept else ""
    parts = (figure.html, opacity, known, figure.table, fold(explanation), tests(explanation, rivals), data)
    return card(explanation, "".join(parts))


OPACITY = (
    '<label class="opacity">Strength of the colours <input type="range" min="0" max="100" value="85" '
    'data-property="--veil"></label>'
)

KNOWN = '<p class="hint">Known already: it was computed earlier, in {}.</p>'
"""Where nothing was computed anew."""


def card(explanation: Explanation, content: str) -> str:
    """The explanation's place on the page."""
    return (
        '<div class="card why" role="region" aria-label="Explanation">'
        f'<h2 class="eyebrow">Why {escape(named(explanation))}?</h2>'
        f"{content}</div>"
    )


def progress(explanation: Explanation) -> str:
    """How far the sharpening has come, honestly: evaluations made of those allowed; it may well need fewer."""
    allowed = max(explanation.allowed, explanation.evaluations)
    share = explanation.evaluations / allowed
    label = f"{explanation.evaluations:,} of at most {allowed:,} evaluations: the figure is sharpening"
    bar = f'<progress value="{share:.3f}" aria-label="{label}"></progress>'
    guess = "" if explanation.stderr else FIRST_GUESS
    return f'<div class="progress">{guess}{bar}<span>{label}</span></div>'


FIRST_GUESS = '<b class="guess">First guess, no error bars yet</b>'
"""Until there are enough evaluations to tell how far off the values may be."""
