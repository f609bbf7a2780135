"""From the score with everything hidden to the score as it is, a bar a feature; and the same as a table."""

from dataclasses import dataclass
from html import escape

import numpy as np

from .picked import pick
from .types import Explanation
from .wording import Row, clipped, is_amount, side, signed, sized

LISTED = 12
"""Steps of the waterfall; the table has every feature."""


def waterfall(explanation: Explanation, rows: list[Row]) -> str:
    """From the score with everything hidden to the score as it is, a floating bar a feature with its 95 % interval."""
    listed, rest = rows[:LISTED], rows[LISTED:]
    if rest:
        listed = [*listed, Row(f"{len(rest)} more together", sum(row.value for row in rest))]
    base, score = float(explanation.base), float(explanation.score)  # type: ignore[arg-type]  # of one output
    ends = np.cumsum([base, *(row.value for row in listed)])
    margins = [1.96 * (row.stderr or 0) for row in listed]
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
    label, value, stderr, certain, _ = row
    left, right = sorted((axis.at(start), axis.at(start + value)))
    whisker = ""
    if stderr:
        low, high = (axis.at(start + value + edge * stderr) for edge in (-1.96, 1.96))
        whisker = f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
    return (
        f'<li><span class="name" dir="auto" title="{escape(label)}">'
        f'{pickable(row, clipped(label), SETTLED if certain else "")}</span><span class="track">'
        f'<span class="{side(value)}" style="left:{left:.1f}%;width:{right - left:.1f}%"></span>{whisker}</span>'
        f'<span class="number">{signed(value, explanation)}</span></li>'
    )


def pickable(row: Row, label: str, mark: str = "") -> str:
    """A feature's name and what stands behind it; a button where the feature can be hidden."""
    picked = pick(row.feature) if row.feature else ""
    named = f"{escape(label)}{mark}"
    return f'<button type="button" class="pick"{picked}>{named}</button>' if picked else named


SETTLED = (
    '\N{NO-BREAK SPACE}<b class="settled" role="img" aria-label="settled"'
    ' title="Settled: its place in the order no longer changes">✓</b>'
)
"""The mark of a row whose place among the others no longer changes."""


def table(explanation: Explanation, rows: list[Row]) -> str:
    """Every value as numbers, behind a fold."""
    head = ["Feature", "Effect", "95 % interval", *(["Place"] if any(row.settled for row in rows) else [])]
    body = "".join(f"<tr>{''.join(cells(explanation, row)[: len(head)])}</tr>" for row in rows)
    return (
        f"<details><summary>As a table</summary><table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>"
        f"</thead><tbody>{body}</tbody></table></details>"
    )


def cells(explanation: Explanation, row: Row) -> list[str]:
    """A feature's row of the table."""
    interval = "" if row.stderr is None else f"± {sized(1.96 * row.stderr, explanation)}"
    place = "settled" if row.settled else "open"
    return [f"<td>{cell}</td>" for cell in (pickable(row, row.label), signed(row.value, explanation), interval, place)]
