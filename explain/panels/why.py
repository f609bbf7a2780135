"""Why the model answered as it did, as HTML that sharpens while one watches."""

from collections.abc import Iterator
from html import escape
from typing import Any, cast

from inference.panels.answer import embedded
from inference.serving.endpoints import Endpoints
from inference.types import Target

from ..explainer import budget
from ..figures import Figure, draw
from ..memory import Memory
from ..types import Explanation
from ..wording import named

SECONDS = 20.0
"""How long the page keeps sharpening a figure."""

WAITING = (
    '<div class="card why" aria-busy="true"><h2 class="eyebrow">Why</h2>'
    '<p class="hint">Asking the model what it used…</p></div>'
)


def stream(
    endpoints: Endpoints,
    name: str,
    inputs: dict[str, Any],
    target: Target | None = None,
    memory: Memory | None = None,
) -> Iterator[str]:
    """The explanation of a target, by default the first, as HTML again and again. Raises what `explanations` raises."""
    task = endpoints.catalogue.task(name)
    raw = task.parse(inputs)
    for found in endpoints.explanations(name, inputs, target, seconds=SECONDS, memory=memory):
        explanation = cast(Explanation, found)
        figure = draw(explanation, raw)
        yield card(explanation, progress(explanation) + figure.html)
    yield settled(explanation, figure)


def settled(explanation: Explanation, figure: Figure) -> str:
    """The last figure with what would not outlast a redrawing: its controls, its table, its data."""
    opacity = OPACITY if explanation.label_map else ""
    data = embedded("explanation", explanation.to_json())
    return card(explanation, figure.html + opacity + figure.table + footing(explanation) + data)


OPACITY = (
    '<label class="opacity">Strength of the colours <input type="range" min="0" max="100" value="85" '
    'data-property="--veil"></label>'
)


def card(explanation: Explanation, content: str) -> str:
    """The explanation's place on the page."""
    return (
        '<div class="card why" role="region" aria-label="Explanation">'
        f'<h2 class="eyebrow">Why {escape(named(explanation))}?</h2>'
        f"{content}</div>"
    )


def footing(explanation: Explanation) -> str:
    """How the values came about, for whoever wants to rely on them."""
    return (
        "<details><summary>How exact is this?</summary><p>"
        f"{explanation.estimand} values by {explanation.method}, from {explanation.evaluations:,} evaluations in "
        f"{explanation.seconds:.1f} s. To hide means: {escape(explanation.baseline)}. Before the remainder was spread, "
        f"values and base missed the score by {explanation.residual:.1g}. {exactness(explanation)}"
        "</p></details>"
    )


def exactness(explanation: Explanation) -> str:
    """Whether the values are estimates, and where their intervals are to be seen."""
    stderr: Any = explanation.stderr
    if stderr is None:
        return "The values are estimates from too few evaluations to tell their intervals."
    if any(error > 0 for error in stderr):
        return "A thin line over a bar is its 95 % interval."
    return "The values are exact, so no bar has an interval."


def progress(explanation: Explanation) -> str:
    """How far the sharpening has come, honestly: evaluations made of those planned."""
    planned = budget(len(explanation.features))
    share = min(1.0, explanation.evaluations / planned)
    label = f"{explanation.evaluations:,} of {planned:,} evaluations: the figure is sharpening"
    bar = f'<progress value="{share:.3f}" aria-label="{label}"></progress>'
    return f'<div class="progress">{bar}<span>{label}</span></div>'
