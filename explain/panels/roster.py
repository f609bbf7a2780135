"""The variants of a model as a table, and two models over a file, as HTML. It measures nothing."""

from collections.abc import Sequence
from html import escape

from inference.study.agreement import Mean, Quality
from inference.units import filesize, number, percent, quantity

from ..frame import mark
from ..variation import Differing, Row, Variant, Variation
from .beside import milliseconds

HEAD = ("Variant", "In memory", "As a file", "One input", "Inputs a second", "Says the same", "Reasons", "Meaning")
SHOWN = 25
"""Rows of a file that are listed."""


def roster(found: Variation, unit: str | None = None) -> str:
    """A sentence for each variant that changes its reasons, then the table."""
    flagged = [row for row in found.rows if row.flagged]
    told = "".join(mark(False, f"<span><b>{escape(row.name)}</b>: {escape(row.verdict)}</span>") for row in flagged)
    body = "".join(line(row, unit) for row in found.rows)
    head = "".join(f'<th scope="col">{name}</th>' for name in HEAD)
    return (
        f'<div class="card" role="region" aria-label="Variants">{told}'
        '<div class="wide roster" tabindex="0" role="region" aria-label="Table of variants">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="hint">{note(found)}</p></div>'
    )


def line(row: Variant, unit: str | None) -> str:
    """A variant's row; of one that cannot be made, why."""
    name = f'<th scope="row">{escape(row.name)}<small>{escape(row.about)}</small></th>'
    if row.problem or row.timing is None or row.beside is None:
        return f'<tr class="left-out">{name}<td colspan="{len(HEAD) - 1}">{escape(row.problem or "")}</td></tr>'
    cells = [
        filesize(row.memory),
        filesize(row.disk),
        f"{milliseconds(row.timing.median)}{times(row.beside.median / row.timing.median, row)}",
        f"{number(round(row.per_second))}{times(row.per_second / row.beside_per_second, row)}",
        sameness(row, unit),
        moves(row),
        escape(row.verdict),
    ]
    return f"<tr{' class=flagged' if row.flagged else ''}>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def times(ratio: float, row: Variant) -> str:
    """How many times as fast as the first, in the same turns; the first itself has none."""
    return "" if row.moved is None else f"<small>{ratio:.1f} ×</small>"


def sameness(row: Variant, unit: str | None) -> str:
    """How often a variant answers as the first, and its quality where the truth is known."""
    said = f"{percent(row.agreement.same.value)}" if row.agreement else ""
    return f"{said}<small>{quality(row.quality, unit)}</small>" if row.quality else said


def quality(found: Quality, unit: str | None) -> str:
    """The second's quality beside the first's."""
    if found.measure == "accuracy":
        return f"accuracy {found.second:.3f}"
    return f"mean error {escape(quantity(found.second, unit))}"


def moves(row: Variant) -> str:
    """Rank correlation, top-3 overlap and size of the move."""
    if row.moved is None:
        return ""
    parts = [
        f"rank {around(row.moved.rank)}" if row.moved.rank else "",
        f"top 3: {percent(row.moved.top3.value)}" if row.moved.top3 else "",
        f"top 5: {percent(row.moved.top5.value)}" if row.moved.top5 else "",
        f"moved {percent(row.moved.distance.value)}" if row.moved.distance else "",
    ]
    first, *rest = [part for part in parts if part] or [""]
    return f"{first}<small>{', '.join(rest)}</small>"


def around(found: Mean) -> str:
    """A mean with its interval: `0.93 (0.88 to 0.97)`."""
    if found.low is None or found.high is None:
        return f"{found.value:.2f}".replace("-", "−")
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})".replace("-", "−")


def note(found: Variation) -> str:
    """What the figures are of, and how far the first moves by itself."""
    own = found.own
    itself = f"rank {around(own.rank)}" if own.rank else "no order"
    by = f", moved {percent(own.distance.value)}" if own.distance else ""
    return (
        f"On {found.inputs:,} inputs, {found.explained:,} of them explained. Times are medians, each beside float32 in "
        "the same turns. Reasons are held against float32’s: Spearman’s rank correlation of the values, how many of "
        "the strongest three and five stay, and by how much of their size the values move. float32 with another seed: "
        f"{itself}{by}."
    )


def differing(found: Differing, address: str, unit: str | None = None) -> str:
    """How far two models agree over a file, and the rows of which they say different things.

    address: of a row, with {} for its number.
    """
    row = found.found
    told = mark(row.keeps and not row.changed, escape(row.verdict))
    rows = "".join(listed(each, address, unit) for each in found.listed[:SHOWN])
    head = ("Row", "First", "Second", "Score of the first’s answer", "Done", "Truth")
    table = (
        f'<div class="wide roster" tabindex="0" role="region" aria-label="Rows that differ"><table><thead><tr>'
        f"{''.join(f'<th scope=col>{name}</th>' for name in head)}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    more = f", the first {SHOWN} of them, the farthest apart first" if found.count > SHOWN else ""
    rows_told = f"{found.count:,} row{'s' if found.count > 1 else ''}"
    where = f"<h3>Where they differ: {rows_told}{more}</h3>{table}" if found.count else ""
    return (
        f'<div class="card" role="region" aria-label="Over the file">{told}<dl class="facts-list">'
        f"{facts(found, unit)}</dl>{where}</div>"
    )


def facts(found: Differing, unit: str | None) -> str:
    """What was measured, by what it is called."""
    row = found.found
    told: dict[str, str] = {"Rows": f"{found.rows:,}"}
    if row.agreement:
        told["Say the same"] = shares(row.agreement.same)
        if row.agreement.decisions:
            told["Same decision"] = shares(row.agreement.decisions)
    if row.quality:
        told["Against the truth"] = judged(row.quality, unit)
    if row.timing and row.beside:
        told["One input"] = f"{milliseconds(row.beside.median)} and {milliseconds(row.timing.median)}"
        told["Inputs a second"] = f"{number(round(row.beside_per_second))} and {number(round(row.per_second))}"
    if row.moved and row.moved.rank and found.own.rank:
        told["Reasons"] = (
            f"rank correlation {around(row.moved.rank)} over {row.moved.rank.rows} inputs; the first with another seed "
            f"{around(found.own.rank)}"
        )
    return "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in told.items())


def shares(found: Mean) -> str:
    """A share with its interval."""
    return f"{percent(found.value)} ({percent(found.low or 0)} to {percent(found.high or 0)})"


def judged(found: Quality, unit: str | None) -> str:
    """Both qualities, and the test of their difference."""
    if found.p is not None:
        return f"accuracy {found.first:.3f} and {found.second:.3f}; {found.test}, p = {found.p:.2g}"
    ends = [quantity(each, unit) for each in (found.first, found.second)]
    gain = [quantity(each, unit) for each in (found.gain.value, found.gain.low or 0, found.gain.high or 0)]
    return f"mean error {ends[0]} and {ends[1]}; less by {gain[0]} ({gain[1]} to {gain[2]}, {found.test})"


def listed(row: Row, address: str, unit: str | None) -> str:
    """A row of the file, its number a link to the case."""
    to = escape(address.replace("{}", str(row.number)))
    link = f'<a href="?" data-model="{to}">{row.number:,}</a>'
    said = [as_said(each, unit) for each in row.said]
    done = row.decisions[0] if row.decisions[0] == row.decisions[1] else " → ".join(row.decisions)
    scores = " → ".join("none" if each is None else quantity(each, unit) for each in row.scores)
    cells: Sequence[str] = (link, *map(escape, (*said, scores, done, row.truth)))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def as_said(text: str, unit: str | None) -> str:
    """An answer: a label, a text cut to a line, or a number with its unit."""
    try:
        return quantity(float(text), unit)
    except ValueError:
        return text if len(text) <= 60 else f"{text[:58].rstrip()}…"
