"""A Summary as HTML: a sentence, then figure by figure, each with alt text and a table behind a fold."""

from collections.abc import Sequence
from html import escape

from inference.units import listed

from ..chart import short
from ..figures import CAVEAT
from ..frame import folded
from ..wording import clipped, written
from .bars import importance, parts
from .places import place
from .planes import dependence, partial
from .records import Dot, Output, Summary, Swarm
from .strips import KEY, strips


def draw_summary(summary: Summary) -> str:
    """All of it; further outputs behind folds."""
    first, *others = summary.outputs
    told = "".join(
        f"<details><summary>The same for {escape(named(each))}, {each.rows:,} rows</summary>"
        f"{figures(each, summary.unit, brief=True)}</details>"
        for each in others
        if each.importance or each.parts
    )
    maps = "".join(
        place(each, summary.unit) for output in ([first] if first.item else others or [first]) for each in output.maps
    )
    places = f'<h3>Where in the picture</h3><div class="charts maps">{maps}</div>' if maps else ""
    return (
        f'<p class="sentence">{escape(sentence(summary))}</p><p class="hint">{CAVEAT}</p>'
        f'{figures(first, summary.unit)}{partly(summary)}{places}{told}<p class="hint">{escape(effort(summary))}</p>'
    )


def named(output: Output) -> str:
    """What is explained, for people."""
    return output.name if output.name.startswith(("the ", "its ")) else f"“{output.name}”"


def sentence(summary: Summary) -> str:
    """What moves the first output most, in words."""
    output = summary.outputs[0]
    ranked = [each for each in output.importance if each.mean > 0][:3]
    if ranked:
        first, largest = ranked[0], ranked[0].mean
        ends = (
            f", {written(first.low, summary.unit, largest)} to {written(first.high, summary.unit, largest)}"
            if first.low is not None and first.high is not None
            else ""
        )
        size = f"{written(first.mean, summary.unit, largest)}{ends}"
        then = listed([f"“{clipped(each.label)}”" for each in ranked[1:]]) if ranked[1:] else ""
        more = f"; then {then}" if then else ""
        return f"“{clipped(first.label)}” moves {named(output)} most, on average by {size}{more}."
    up = next((each for each in output.parts if each.mean > 0), None)
    down = min((each for each in output.parts if each.mean < 0), key=lambda each: each.mean, default=None)
    said = [
        f"“{clipped(each.label)}” speaks most {side} {named(output)}"
        for each, side in ((up, "for"), (down, "against"))
        if each
    ]
    return f"{'; '.join(said)}." if said else f"What {named(output)} goes by, over {output.rows:,} rows."


def figures(output: Output, unit: str | None, brief: bool = False) -> str:
    """The figures of one output. brief: without its dependence."""
    shown = []
    if output.importance:
        shown.append(
            f"<h3>How much each column moves {escape(named(output))}</h3>{importance(output.importance, unit)}"
        )
    if output.swarms:
        shown.append(f"<h3>In which direction</h3>{KEY}{swarm(output.swarms, unit)}")
    if output.dependence and not brief:
        drawn = "".join(dependence(each, unit) for each in output.dependence)
        shown.append(f'<h3>Effect by what stands in the column</h3><div class="charts">{drawn}</div>')
    if output.parts:
        shown.append(
            f"<h3>{output.kinds.capitalize()} over {output.rows:,} rows</h3>{parts(output.parts, unit, output.kinds)}"
        )
    return "".join(shown)


def swarm(found: Sequence[Swarm], unit: str | None) -> str:
    """The beeswarm and its table."""
    largest = max((abs(dot.value) for each in found for dot in each.dots), default=0)
    alt = f"Effects of {len(found)} columns, a dot for rows alike; {found[0].label} spreads most"
    drawn = strips(
        [(each.label, each.dots, None) for each in found], lambda value: short(value, unit, largest), alt, "effect"
    )
    say = lambda value: "" if value is None else written(value, unit, largest)  # noqa: E731
    rows = [
        [
            each.label,
            say(where(each.dots, 0.0)),
            say(where(each.dots, 1.0)),
            say(min(d.value for d in each.dots)),
            say(max(d.value for d in each.dots)),
        ]
        for each in found
    ]
    head = ["Column", "Mean effect, lowest fifth of its values", "Highest fifth", "Lowest effect", "Highest effect"]
    return drawn + folded(head, rows)


def where(dots: Sequence[Dot], level: float) -> float | None:
    """The mean effect over the rows of one level."""
    some = [dot for dot in dots if dot.level == level]
    return sum(dot.value * dot.count for dot in some) / sum(dot.count for dot in some) if some else None


def partly(summary: Summary) -> str:
    """What follows when one column alone changes."""
    if not summary.partial:
        return ""
    drawn = "".join(partial(each, summary.unit) for each in summary.partial)
    rows = summary.partial[0].rows
    return (
        f'<h3>If one column alone were changed</h3><p class="hint">Mean answer of {rows:,} rows with the column set '
        "to one value after the other (partial dependence), over the same for single rows (ICE). Values that do not go "
        f'with the rest of a row count as well.</p><div class="charts">{drawn}</div>'
    )


def effort(summary: Summary) -> str:
    """What it took, and what it stands on."""
    left = f" {summary.left_out:,} gave no answer to explain." if summary.left_out else ""
    return (
        f"{summary.rows:,} of {summary.available:,} rows, drawn at random (seed {summary.seed}), "
        f"{summary.evaluations:,} evaluations in {summary.seconds:,.1f} s; to hide means: {summary.baseline}.{left} "
        "Intervals: 95 %, over rows; they do not cover the choice of what hides a column."
    )
