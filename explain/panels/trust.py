"""How far an explanation can be trusted: how its values came about, and checks of it on demand."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from inference.panels.answer import embedded
from inference.panels.waiting import how_far, ongoing, standing
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.types import Contrast, ItemTarget, Record, Target
from inference.units import percent

from ..findings import draw_finding
from ..memory import Memory
from ..types import Explanation, Progress

BUTTONS = {
    "faithfulness": "Test it: hide the strongest parts",
    "baseline": "Try another baseline",
    "interactions": "Which parts work together?",
}
DOING = {
    "faithfulness": "Hiding the strongest parts, and others at random",
    "baseline": "Explaining again, with parts hidden in another way",
    "interactions": "Looking for parts that work together",
    "tokens": "Explaining each token",
}
HEADINGS = {
    "faithfulness": "Tested: are these the parts that count?",
    "baseline": "Compared: the same question under another baseline",
    "interactions": "Which parts work together?",
    "tokens": "Which part led to which word?",
}


def stream(
    endpoints: Endpoints, name: str, inputs: dict[str, Any], check: str, target: Any, memory: Memory
) -> Iterator[str]:
    """A check of an explanation as HTML, its progress first. Raises what `checks` raises."""
    yield busy(check, Progress(0, 1))
    for found in endpoints.checks(name, inputs, check, target, memory=memory):
        if isinstance(found, Waiting):
            yield standing(found)
        else:
            yield busy(check, found) if isinstance(found, Progress) else card(check, found)


def busy(check: str, progress: Progress) -> str:
    """How far a check has come, as HTML."""
    doing = DOING.get(check, "Checking")
    told = f"{progress.done:,} of {progress.total:,} evaluations" if progress.total > 1 else ""
    return ongoing(doing, how_far(doing, told, progress.done / progress.total))


def card(check: str, found: Record) -> str:
    """What a check found, in its place under the explanation."""
    return (
        f'<div class="card check" role="region" aria-label="Check"><h2 class="eyebrow">{HEADINGS[check]}</h2>'
        f"{draw_finding(found)}{embedded(check, found.to_json())}</div>"
    )


def fold(explanation: Explanation) -> str:
    """How the values came about, for whoever wants to rely on them."""
    rows = "".join(f"<dt>{term}</dt><dd>{escape(told)}</dd>" for term, told in account(explanation).items())
    return f'<details class="trust"><summary>How far can you trust this?</summary><dl>{rows}</dl></details>'


def account(explanation: Explanation) -> dict[str, str]:
    """What there is to know of the values, by what it is called."""
    method, why = explanation.method, explanation.reason
    found = {
        "Method": method[:1].upper() + method[1:] + (f": {why}" if why else ""),
        "What is estimated": f"{explanation.estimand} values",
        "To hide means": explanation.baseline,
        "Effort": f"{explanation.evaluations:,} evaluations in {explanation.seconds:.1f} s, {explanation.dtype}"
        + ("; known already, not computed anew" if explanation.kept else ""),
        "Left over": left_over(explanation),
        "Error bars": exactness(explanation),
    }
    if explanation.excluded:
        pairs = f"{explanation.excluded:,} pair{'s' if explanation.excluded > 1 else ''} of combinations"
        found["Left out"] = f"{pairs}, for which the model gave no number"
    return found


def left_over(explanation: Explanation) -> str:
    """How far the values fell short before they were made to add up: afterwards it is 0, and warns of nothing."""
    way = abs(float(explanation.score) - float(explanation.base))  # type: ignore[arg-type]  # of one output
    missed = percent(explanation.residual / way) if way else f"{explanation.residual:.1g}"
    return f"before they were made to add up, the values missed the way from base to score by {missed}"


def exactness(explanation: Explanation) -> str:
    """Whether the values are estimates, and where their intervals and settled places are to be seen."""
    stderr: Any = explanation.stderr
    if stderr is None:
        return "a first guess: too few evaluations to tell intervals"
    if any(error > 0 for error in stderr):
        return "a thin line over a bar is its 95 % interval; ✓ marks a place in the order that no longer changes"
    return "none, because the values are exact"


Rivals = Mapping[Contrast, tuple[str, str]]
"""Contrasts of a token with others that were likely in its place, each with the names of both."""


def tests(explanation: Explanation, rivals: Rivals = MappingProxyType({})) -> str:
    """The checks that can be asked for, and the question why not another one; page.js sends both."""
    offered = "".join(
        f'<button type="button" data-check="{check}" data-of="{of(explanation.target)}">{BUTTONS[check]}</button>'
        for check in BUTTONS
        if suits(check, explanation)
    )
    group = f'<div class="tests" role="group" aria-label="Put it to the test">{offered}</div>' if offered else ""
    return group + rather(explanation, rivals)


def suits(check: str, explanation: Explanation) -> bool:
    """Whether a check can say anything: of several parts, with a second way to hide them, and not merely added up."""
    absent = all("item" in (feature.where or {}) for feature in explanation.features)
    nothing_to_say = {"baseline": absent, "interactions": explanation.method == "closed form"}
    return len(explanation.features) > 1 and not nothing_to_say.get(check, False)


def rather(explanation: Explanation, rivals: Rivals = MappingProxyType({})) -> str:
    """The question why this item rather than another; page.js fills in the names, from the answer beside it."""
    target = explanation.target
    one, *than = target.contrast if isinstance(target, Contrast) else (target,)
    if rivals:
        return rather_than(rivals, target)
    if not isinstance(one, ItemTarget):
        return ""
    chosen = "".join(f' data-than="{of(other)}"' for other in than)
    return (
        f'<p class="rather" data-of="{of(one)}"{chosen} hidden><label>Why <b></b> rather than <select></select></label>'
        '<button type="button">Ask</button></p>'
    )


def rather_than(rivals: Rivals, target: Target) -> str:
    """The question why this token rather than another that was likely in its place."""
    one = next(iter(rivals)).contrast[0]
    chosen = "".join(
        f'<option value="{of(each.contrast[1])}"{" selected" if each == target else ""}>{escape(name)}</option>'
        for each, (_, name) in rivals.items()
    )
    mine = escape(next(iter(rivals.values()))[0])
    return (
        f'<p class="rather" data-of="{of(one)}"><label>Why <b>{mine}</b> rather than <select>{chosen}</select></label>'
        '<button type="button">Ask</button></p>'
    )


def of(target: Target) -> str:
    """A target as page.js sends it, for an attribute."""
    return escape(json.dumps(target.to_json()))
