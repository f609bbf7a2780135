"""Why the model answered as it did, as HTML that sharpens while one watches."""

from collections.abc import Iterator
from html import escape
from typing import Any

from inference.serving.endpoints import Endpoints

from ..explainer import budget
from ..figures import draw
from ..types import Explanation

SECONDS = 20.0
"""How long the page keeps sharpening a figure."""

WAITING = '<div class="card why" aria-busy="true"><p class="eyebrow">Why</p><p class="hint">Asking the model…</p></div>'


def stream(endpoints: Endpoints, name: str, inputs: dict[str, Any]) -> Iterator[str]:
    """The explanation as HTML, again and again. Raises what `explanations` raises."""
    task = endpoints.catalogue.task(name)
    raw = task.parse(inputs)
    last: Explanation | None = None
    for explanation in endpoints.explanations(name, inputs, seconds=SECONDS):
        if isinstance(explanation, Explanation):
            last = explanation
            yield card(explanation, draw(explanation, raw).html, progress(explanation))
    if last is not None:
        yield card(last, draw(last, raw).html, "")


def card(explanation: Explanation, figure: str, bar: str) -> str:
    """The figure with what it rests on."""
    return (
        '<div class="card why" role="region" aria-label="Explanation"><p class="eyebrow">Why</p>'
        f'{figure}{bar}<p class="hint">This is what the model uses, not what causes it. {escape(footing(explanation))}'
        "</p></div>"
    )


def footing(explanation: Explanation) -> str:
    """How the values came about, for whoever wants to rely on them."""
    return (
        f"{explanation.estimand} values by {explanation.method}, {explanation.evaluations:,} evaluations in "
        f"{explanation.seconds:.1f} s; {explanation.baseline}; "
        f"values and base miss the score by {explanation.residual:.1g} before that is spread over them."
    )


def progress(explanation: Explanation) -> str:
    """How far the sharpening has come, honestly: evaluations made of those planned."""
    planned = budget(len(explanation.features))
    share = min(1.0, explanation.evaluations / planned)
    label = f"{explanation.evaluations:,} of {planned:,} evaluations: the figure is sharpening"
    bar = f'<progress value="{share:.3f}" aria-label="{label}"></progress>'
    return f'<div class="progress">{bar}<span>{label}</span></div>'
