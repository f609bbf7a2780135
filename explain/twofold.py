"""Sensitivity as a figure: a bar for either baseline, feature by feature."""

from html import escape
from typing import Any

from .frame import folded, mark
from .sensitivity import Sensitivity
from .types import Explanation
from .wording import clipped, side, sized, written

LISTED = 8
"""Features compared in the figure; the table has them all."""


def sensitivity(found: Sensitivity) -> str:
    """Two bars a feature, from a line in the middle, and what each baseline is."""
    both = found.first, found.second
    values: list[tuple[Any, Any]] = list(zip(found.first.values, found.second.values, strict=True))
    order = sorted(range(len(values)), key=lambda i: -abs(values[i][0]))
    largest = max((abs(value) for pair in values for value in pair), default=0) or 1.0
    rows = "".join(twofold(found.first, i, values[i], largest) for i in order[:LISTED])
    listed = [[found.first.features[i].label, *(plain(value, found.first) for value in values[i])] for i in order]
    told = "".join(
        f'<li><span class="key {name}"></span><span>{escape(capital(each.baseline))}; with all hidden, the score is '
        f"{sized(base(each), found.first)}</span></li>"
        for name, each in zip(("one", "two"), both, strict=True)
    )
    return (
        f"{mark(found.holds, 'The reasons hold under both baselines.' if found.holds else DEPENDS)}"
        f'<ul class="baselines">{told}</ul><ul class="effects twofold">{rows}</ul>'
        f"{folded(['Feature', 'First', 'Second'], listed)}"
    )


DEPENDS = "The reasons depend on how parts are hidden: rely on those that both baselines share."


def twofold(explanation: Explanation, i: int, values: tuple[float, float], largest: float) -> str:
    """A feature's row: its value under either baseline."""
    label = explanation.features[i].label
    bars = "".join(
        f'<span class="{name} {side(value)}" style="left:{50 + min(0, share):.1f}%;width:{abs(share):.1f}%"></span>'
        for name, value in zip(("one", "two"), values, strict=True)
        for share in [50 * value / largest]
    )
    numbers = "".join(f"<span>{escape(plain(value, explanation))}</span>" for value in values)
    return (
        f'<li><span class="name" dir="auto" title="{escape(label)}">{escape(clipped(label))}</span>'
        f'<span class="track">{bars}</span><span class="number">{numbers}</span></li>'
    )


def plain(value: float, explanation: Explanation) -> str:
    """A value with its sign, among those of an explanation."""
    values: Any = explanation.values
    return f"{'−' if value < 0 else '+'}{written(abs(value), explanation.unit, max(map(abs, values)))}"


def capital(told: str) -> str:
    """A sentence's start."""
    return told[:1].upper() + told[1:]


def base(explanation: Explanation) -> float:
    """The score with everything hidden, of one output."""
    return float(explanation.base)  # type: ignore[arg-type]
