"""Which column of a file is which field, to look at and to change: rows as they came, with a choice over each field.

Safe HTML; threshold.js sends what is chosen.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from ..demo import Demo
from ..study.checking import Checked
from ..study.mapping import Columns
from ..study.source import Chunk

PREVIEWED = 5
"""Rows of a file that are shown."""
CLIPPED = 40
"""Characters of a cell."""


def chooser(about: Demo, header: Sequence[str], columns: Columns) -> str:
    """A choice for each field, the truth and the groups."""
    fields = "".join(
        choice(
            f'data-field="{escape(field.name)}"',
            field.label,
            header,
            columns.fields.get(field.name),
            "the same in every row" if field.role == "setting" else "choose…",
        )
        for field in about.inputs
    )
    truth = choice("data-truth", "Truth", header, columns.truth, "none")
    taken = {*columns.fields.values(), columns.truth}
    boxes = "".join(box(name, name in columns.groups) for name in header if name not in taken)
    groups = f"<fieldset><legend>Groups to compare</legend>{boxes or 'no column is left'}</fieldset>"
    unset = [field for field in about.inputs if field.role == "input" and field.name not in columns.fields]
    return (
        f'<div class="columns-of"><div class="choices">{truth}</div>{groups}'
        f"<details{' open' if unset else ''}><summary>Columns of the fields "
        f"({len(columns.fields)} of {len(about.inputs)} found)"
        f'</summary><div class="choices">{fields}</div></details></div>'
    )


def box(name: str, checked: bool) -> str:
    """A column that groups may be compared by."""
    mark = " checked" if checked else ""
    return f'<label><input type="checkbox" data-group="{escape(name)}"{mark}> {escape(name)}</label>'


def choice(mark: str, said: str, header: Sequence[str], chosen: str | None, none: str) -> str:
    """One column out of all."""
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(name)}</option>'
        for name in header
    )
    return (
        f'<label><span>{escape(said)}</span><select {mark}><option value="">{none}</option>{options}</select></label>'
    )


def preview(chunk: Chunk, checked: Checked) -> str:
    """The first rows as they came, and what is wrong with them."""
    head = "".join(f'<th scope="col">{escape(name[:CLIPPED])}</th>' for name in chunk.cells)
    wrong = {(problem.row, problem.column) for problem in checked.problems}
    body = "".join(
        f'<tr><th scope="row">{row}</th>'
        f"{''.join(cell(values[i], (row, name) in wrong) for name, values in chunk.cells.items())}</tr>"
        for i, row in enumerate(chunk.rows[:PREVIEWED])
    )
    told = "".join(
        f"<li>Row {each.row:,}{f', {escape(each.column)}' if each.column else ''}: {escape(each.message)}</li>"
        for each in checked.problems[:8]
    )
    faults = f'<ul class="warnings">{told}</ul>' if told else ""
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="The first rows"><table class="preview"><thead><tr>'
        f'<th scope="col">Row</th>{head}</tr></thead><tbody>{body}</tbody></table></div>{faults}'
    )


def cell(value: Any, wrong: bool) -> str:
    """A cell in a few characters, marked where the model cannot take it."""
    text = "a picture" if isinstance(value, bytes) else "" if value is None else str(value)
    short = text if len(text) <= CLIPPED else f"{text[:CLIPPED]}…"
    mark = ' class="wrong"' if wrong else ""
    return f"<td{mark}>{escape(short)}</td>"
