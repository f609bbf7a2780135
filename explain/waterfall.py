"""From the score with everything hidden to the score as it is, a bar a feature; and the same as a table."""

from dataclasses import dataclass
from html import escape

import numpy as np

from .types import Explanation
from .wording import Row, clipped, is_amount, side, signed, sized

LISTED = 12
"""Steps of the waterfall; the table has every feature."""


def waterfall(explanation: Explanation, rows: list[Row]) -> str:
    """From the score with everything hidden to the score as it is, a floating bar a feature with its 95 % interval."""
    listed, rest = rows[:LISTED], rows[LISTED:]
    if rest:
        listed = [*listed, (f"{len(rest)} more together", sum(value for _, value, _ in rest), None)]
    base, score = float(explanation.base), float(explanation.score)  # type: ignore[arg-type]  # of one output
    ends = np.cumsum([base, *(value for _, value, _ in listed)])
    margins = [1.96 * (stderr or 0) for _, _, stderr in listed]
    low = min(ends.min(), score, *(end - margin for end, margin in zip(ends[1:], margins, strict=True)))
    high = max(ends.max(), score, *(end + margin for end, margin in zip(ends[1:], margins, strict=True)))
    axis = Axis(low, (high - low) or 1.0)
    steps = "".join(step(row, start, axis, explanation) for row, start in zip(listed, ends, strict=False))
    against, in_favour = ("lowers it", "raises it") if is_amount(explanation) else ("speaks against", "speaks for")
    return (
        f'<div class="legend"><span class="against">{against}</span><span class="for">{in_favour}</span></div>'
        f'<ul class="effects">{level("Everything hidden", base, axis, explanation)}{steps}'
        f"{level('Nothing hidden', score, axis, explanation)}</ul>"
    )


@dataclass(frozen=True)
class Axis:
    """A stretch of scores that fills the width of a track."""

    low: float
    width: float

    def at(self, score: float) -> float:
        """Where a score stands, in percent of the width."""
        return 100 * (score - self.low) / self.width


def level(label: str, score: float, axis: Axis, explanation: Explanation) -> str:
    """The row of one of the two ends."""
    return (
        f'<li class="level"><span class="name">{label}</span><span class="track">'
        f'<span class="tick" style="left:{axis.at(score):.1f}%"></span></span>'
        f'<span class="number">{sized(score, explanation)}</span></li>'
    )


def step(row: Row, start: float, axis: Axis, explanation: Explanation) -> str:
    """One feature's row: its bar goes from where the rows above ended to where its own value leads."""
    label, value, stderr = row
    left, right = sorted((axis.at(start), axis.at(start + value)))
    whisker = ""
    if stderr:
        low, high = (axis.at(start + value + edge * stderr) for edge in (-1.96, 1.96))
        whisker = f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
    return (
        f'<li><span class="name" dir="auto" title="{escape(label)}">{escape(clipped(label))}</span><span class="track">'
        f'<span class="{side(value)}" style="left:{left:.1f}%;width:{right - left:.1f}%"></span>{whisker}</span>'
        f'<span class="number">{signed(value, explanation)}</span></li>'
    )


def table(explanation: Explanation, rows: list[Row]) -> str:
    """Every value as numbers, behind a fold."""
    body = "".join(
        f"<tr><td>{escape(label)}</td><td>{signed(value, explanation)}</td>"
        f"<td>{'' if stderr is None else '± ' + sized(1.96 * stderr, explanation)}</td></tr>"
        for label, value, stderr in rows
    )
    return (
        "<details><summary>As a table</summary><table><thead><tr><th>Feature</th><th>Effect</th>"
        f"<th>95 % interval</th></tr></thead><tbody>{body}</tbody></table></details>"
    )
