"""A file on the page, as HTML: its first rows and columns, what does not fit, and how far its answers have come."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..demo import Demo
from ..fields import Field
from ..study.checking import Problem
from ..study.job import Pace
from ..study.mapping import Columns
from ..study.source import Chunk, Source
from ..units import clock, percent
from .waiting import how_far

FIRST, LISTED, MOST = 5, 8, 12
"""Rows that a preview shows; problems, and kinds of answers, that are listed."""


def preview(
    about: Demo, title: str, source: Source, columns: Columns, chunk: Chunk, problems: Sequence[Problem]
) -> str:
    """The first rows of a file, which column is which field, and what is wrong with them."""
    named = {each.name: each for each in about.inputs}
    fields = {column: named[name] for name, column in columns.fields.items()}
    used = [name for name in source.columns if name in fields]
    head = "".join(f"<th>{escape(fields[name].label)}<small>{escape(name)}</small></th>" for name in used)
    cells = [[cell_of(fields[name], cell) for cell in chunk.cells[name][:FIRST]] for name in used]
    body = "".join(
        f"<tr><th>{row:,}</th>{''.join(f'<td>{cell}</td>' for cell in row_of)}</tr>"
        for row, row_of in zip(chunk.rows, zip(*cells, strict=True), strict=False)
    )
    total, roughly = source.count(len(chunk.rows))
    count = f"{'About ' if roughly else ''}{total:,} {noun(total)}" if total else "The first rows"
    others = len(source.columns) - len(used)
    kept = "1 more column will be kept as it is" if others == 1 else f"{others} more columns will be kept as they are"
    also = f"; {kept}" if others else ""
    return (
        f'<div class="card" role="region" aria-label="Preview"><h2 class="eyebrow">{escape(title)}</h2>'
        f'<p class="hint">{count}{also}.</p>{same(about, columns)}'
        '<div class="scroll" tabindex="0" role="group" aria-label="First rows">'
        f'<table class="rows"><thead><tr><th>Row</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{faults(problems, len(chunk.rows) + len(chunk.broken))}</div>"
    )


def same(about: Demo, columns: Columns) -> str:
    """What is the same in every row."""
    told = [
        f"{each.label} is {columns.constants[each.name]}" for each in about.inputs if each.name in columns.constants
    ]
    return f'<p class="hint">In every row: {escape("; ".join(told))}.</p>' if told else ""


MEDIA = {"image": "a picture", "audio": "a recording"}


def noun(count: int) -> str:
    """Row, or rows."""
    return "row" if count == 1 else "rows"


def cell_of(field: Field, cell: Any) -> str:
    """A cell, short enough for a preview."""
    text = MEDIA.get(field.kind, "bytes") if isinstance(cell, bytes) else "" if cell is None else str(cell)
    return escape(text if len(text) <= 60 else f"{text[:58]}…")


def faults(problems: Sequence[Problem], rows: int) -> str:
    """What is wrong with the rows looked at."""
    if not problems:
        return f'<p class="hint">{f"The first {rows:,} rows all fit" if rows > 1 else "The first row fits"}.</p>'
    count = len({problem.row for problem in problems})
    more = f"<li>and {len(problems) - LISTED:,} more</li>" if len(problems) > LISTED else ""
    return (
        f'<div class="warnings" role="note" aria-label="Rows that do not fit"><p>{count:,} of the first {rows:,} rows '
        f"do not fit. They keep their place, without an answer.</p><ul>{listed(problems)}{more}</ul></div>"
    )


def listed(problems: Sequence[Problem]) -> str:
    """Problems as a list."""
    return "".join(
        f"<li><b>Row {each.row:,}{each.column and f', {escape(each.column)}'}</b>: {escape(each.message)}</li>"
        for each in problems[:LISTED]
    )


def busy(pace: Pace) -> str:
    """How far a job has come."""
    of = f" of {'about ' if pace.about else ''}{pace.total:,}" if pace.total else ""
    left = f", about {clock(pace.seconds_left)} left" if pace.seconds_left else ""
    told = f"{pace.done:,}{of} rows{f', {pace.per_second:,.0f} a second' if pace.per_second else ''}{left}"
    drawn = how_far("Rows answered", told, pace.done / pace.total if pace.total else None)
    return f'<div class="card" aria-busy="true"><h2 class="eyebrow">Answering</h2>{drawn}</div>'


def stopped(pace: Pace) -> str:
    """What there is after a stop."""
    return (
        f'<div class="card"><h2 class="eyebrow">Stopped</h2><p>{pace.done:,} rows are answered and kept. '
        "<b>Run</b> goes on with the next one.</p></div>"
    )


MORE = "Send the rest as a file of its own, or answer the whole with python app.py batch."
"""Where a file was longer than what is answered at a time."""


def done(pace: Pace, problems: Sequence[Problem], more: str = "") -> str:
    """What came of a job. more: what to say of rows that are not among them."""
    without = (
        f", {pace.faulty:,} of them without an answer (their column <b>problem</b> says why)" if pace.faulty else ""
    )
    told = f'<div class="warnings"><ul>{listed(problems)}</ul></div>' if problems else ""
    cut = f'<p class="warnings" role="note">{escape(more)}{escape(MORE)}</p>' if more else ""
    return (
        '<div class="card" role="region" aria-label="Done"><h2 class="eyebrow">Done</h2>'
        f"<p>{pace.done:,} {noun(pace.done)} in {clock(pace.seconds)}{without}.</p>{cut}"
        f"{tally(pace.counts)}{told}</div>"
    )


def tally(counts: Mapping[str, int]) -> str:
    """How often each decision or label came, the commonest first."""
    first = sorted(counts.items(), key=lambda each: -each[1])[:MOST]
    most, total = max(counts.values(), default=1), sum(counts.values())
    rows = "".join(
        f'<li><span class="name">{escape(name)}</span><span class="track">'
        f'<span style="width:{100 * count / most:.1f}%"></span></span>'
        f'<span class="number">{count:,} · {percent(count / total)}</span></li>'
        for name, count in first
    )
    return f'<ol class="tally">{rows}</ol>' if rows else ""
